import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.pos_payment_stripe.stripe_terminal import settlement
from odoo.exceptions import UserError

# A kiosk's page asks for its payment's status all the time. After this silence nobody stands there.
GONE_AFTER = timedelta(seconds=60)
# It is noted that often that the page still asks.
SEEN_EVERY = timedelta(seconds=10)


class PosStripePayment(models.Model):
    """How a kiosk asks for a payment, and what its page is told."""

    _inherit = "pos.stripe.payment"

    of_kiosk = fields.Boolean(
        string="At a Kiosk",
        readonly=True,
        help="A customer asked for it at a self-order kiosk; the order is finished by the server.",
    )
    kiosk_seen_at = fields.Datetime(
        string="Kiosk Last Seen", readonly=True, help="When the kiosk's page asked last."
    )

    @api.model
    def _send_from_kiosk(self, order, payment_method):
        """Write down that a kiosk wants its order paid; the amount is what the server computed.

        :param order: the draft `pos.order`, in sudo
        :param payment_method: one of its register's, in sudo
        :return: see `_kiosk_data`
        :raise UserError: the session of the order is closed
        """
        session = order.session_id
        if session.state != "opened":
            raise UserError(self.env._("We're currently closed."))
        amount = order._stripe_kiosk_due()
        told = self._send(
            session,
            payment_method,
            {
                "line_uuid": order._stripe_kiosk_line_uuid(),
                "request_uuid": str(uuid.uuid4()),
                "order_uuid": order.uuid,
                "order_ref": order.pos_reference,
                "partner_id": order.partner_id.id,
                "amount": amount,
                "tippable": amount,
                "due": amount,
                "order_total": amount,
            },
        )
        row = self.browse(told.get("id"))
        if not row:
            return self._kiosk_refusal(told["failure_code"])
        row.write(
            {
                "of_kiosk": True,
                "kiosk_seen_at": fields.Datetime.now(),
                # Nobody captures it later; a tip is given on the reader.
                "tip_after_payment": False,
            }
        )
        return row._kiosk_data()

    def _kiosk_seen(self):
        """Note that the kiosk's page still waits, and have Stripe read again beside it."""
        now = fields.Datetime.now()
        is_due = (self.kiosk_seen_at or now - GONE_AFTER) < now - SEEN_EVERY
        if is_due and self.state in settlement.OPEN_STATES and self._try_lock():
            self.kiosk_seen_at = now
        self._see()
        self._request_read()

    @api.model
    def _cron_look(self):
        """Take back what readers ask for on behalf of kiosks that are gone: after a power cut."""
        self._take_back_of_gone_kiosks()
        return super()._cron_look()

    @api.model
    def _take_back_of_gone_kiosks(self):
        self.search(
            [
                ("of_kiosk", "=", True),
                ("state", "in", (settlement.NEW, settlement.COLLECTING)),
                ("wanted", "!=", settlement.CANCEL),
                ("kiosk_seen_at", "<", fields.Datetime.now() - GONE_AFTER),
            ]
        )._cancel()
