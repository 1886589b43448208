from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.constants import GC_UNLINK_LIMIT

from ..stripe_terminal.listing import LINE_UUID
from ..stripe_terminal.refunding import REFUND

# As long as Stripe itself keeps events, see https://docs.stripe.com/api/events
KEEP = timedelta(days=30)
# A webhook that was heard so long ago is expected to be heard again.
LATELY = timedelta(minutes=10)


class PosStripeWebhookEvent(models.Model):
    """An event of Stripe about one of our payments, kept so that it counts once.

    Nothing of what the event says about the payment is kept or used: that is read from Stripe.
    """

    _name = "pos.stripe.webhook.event"
    _description = "Stripe Webhook Event"
    _order = "id desc"
    _rec_name = "event_id"
    _log_access = False

    provider_id = fields.Many2one(
        "payment.provider", required=True, readonly=True, ondelete="cascade"
    )
    # The register's, which may be a branch of the provider's.
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    # No foreign key: checking one waits for the runner's lock on the row, and collides with it.
    line_uuid = fields.Char(string="Payment Line UUID", required=True, readonly=True, index=True)
    stripe_payment_id = fields.Many2one(
        "pos.stripe.payment", string="Payment", compute="_compute_stripe_payment_id"
    )
    event_id = fields.Char(string="Stripe Event", required=True, readonly=True)
    type = fields.Char(required=True, readonly=True)
    livemode = fields.Boolean(string="Live Mode", readonly=True)
    created = fields.Datetime(string="Created at Stripe", readonly=True)
    received_at = fields.Datetime(string="Received", readonly=True, index=True)

    _refund_idx = models.Index("(received_at) WHERE strpos(type, 'refund') > 0")
    _event_id_unique = models.Constraint(
        "UNIQUE (provider_id, event_id)", "An event of Stripe is stored once."
    )

    @api.depends("line_uuid")
    def _compute_stripe_payment_id(self):
        payments = self.env["pos.stripe.payment"].search(
            [("line_uuid", "in", self.mapped("line_uuid"))]
        )
        payment_of = {payment.line_uuid: payment for payment in payments}
        for event in self:
            event.stripe_payment_id = payment_of.get(event.line_uuid)

    @api.model
    def _receive(self, provider, event):
        """Have the payment that an event is about read again, once for each event.

        Events of another account or mode, of unknown payments, and those received before change
        nothing. What a test of a terminal waits for is stored only. See
        https://docs.stripe.com/api/events/object

        :param provider: the `payment.provider` whose webhook secret signed it
        :param dict event: the verified event
        """
        if event.get("account") or event["livemode"] == provider._stripe_terminal_is_test():
            # A connected account's event names the account; ours are without.
            return
        subject = event["data"]["object"]
        payment = self._payment(provider, subject)
        test = self.env["pos.stripe.diagnosis"]
        uuid = payment.line_uuid or test._uuid_of(provider, subject)
        if not uuid:
            return
        # Of two deliveries at once the second waits here; Odoo then repeats its request.
        self.env.cr.execute(
            SQL(
                """INSERT INTO pos_stripe_webhook_event (provider_id, company_id, line_uuid,
                       event_id, type, livemode, created, received_at)
                   VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
                   ON CONFLICT (provider_id, event_id) DO NOTHING""",
                provider.id,
                (payment.company_id or provider.company_id).id,
                uuid,
                event["id"],
                event["type"],
                event["livemode"],
                datetime.fromtimestamp(event["created"], timezone.utc).replace(tzinfo=None),
                fields.Datetime.now(),
            ),
            log_exceptions=False,
        )
        if self.env.cr.rowcount and payment:
            payment._kick(insist=True)

    @api.model
    def _has_lately(self, provider):
        """Tell whether events of a provider have arrived lately, so that more may be expected."""
        since = fields.Datetime.now() - LATELY
        domain = [("provider_id", "=", provider.id), ("received_at", ">", since)]
        return bool(self.search_count(domain, limit=1))

    @api.model
    def _payment(self, provider, subject):
        """Return the journal's row that an event's object is about; it may be empty.

        :param dict subject: a PaymentIntent, a Reader with its action, or what has a
            `payment_intent`, such as a Charge, a Refund or a Dispute
        """
        kind = subject.get("object")
        if kind == "terminal.reader":
            action = subject.get("action") or {}
            kind, subject = action.get("type"), action.get(action.get("type")) or {}
        rows = self.env["pos.stripe.payment"]
        if kind in ("refund", "refund_payment"):
            # The line that is refunded; what is refunded elsewhere concerns the payment itself.
            line_uuid = (subject.get("metadata") or {}).get(LINE_UUID)
            rows = rows.search(
                [
                    ("provider_id", "=", provider.id),
                    ("kind", "=", REFUND),
                    "|",
                    ("line_uuid", "=", line_uuid),
                    ("refund", "in", [subject["id"]] if kind == "refund" else []),
                ]
            )
        intent = subject["id"] if kind == "payment_intent" else subject.get("payment_intent")
        if rows or not intent:
            return rows
        # A row has more than a hundred columns.
        return rows.search_fetch(
            [("provider_id", "=", provider.id), ("payment_intent", "=", intent)],
            ["company_id", "line_uuid"],
        )

    @api.autovacuum
    def _gc_events(self):
        """Delete old events; returns how many, and whether more are left."""
        events = self.search(
            [("received_at", "<", fields.Datetime.now() - KEEP)], limit=GC_UNLINK_LIMIT
        )
        events.unlink()
        return len(events), len(events) == GC_UNLINK_LIMIT
