from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..stripe_terminal import refunding, settlement
from .pos_stripe_payment_recovery import SILENT_AFTER

# Each question of a till tells; so often it is written down.
SEEN_EVERY = timedelta(seconds=3)
# Of a till that has gone, for so long another payment of about the same amount is doubtful.
DOUBTFUL_FOR = timedelta(minutes=10)
ABOUT = 0.1


class PosStripePayment(models.Model):
    """Whether the till that asked for a payment still works on its order."""

    _inherit = "pos.stripe.payment"

    seen_at = fields.Datetime(
        string="Till's Last Sign of Life",
        readonly=True,
        help="When a till that has not finished the order last asked for the payment.",
    )

    def _see(self):
        """Note that a till asks for these rows, whose order it has not finished."""
        stale = fields.Datetime.now() - SEEN_EVERY
        unseen = self.filtered(
            lambda row: (
                row.state in (*settlement.OPEN_STATES, settlement.PAID)
                and not row.payment_id
                and (row.seen_at or stale) <= stale
            )
        )
        if unseen:
            # Whoever has a row just now is not waited for: the till asks again.
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE pos_stripe_payment SET seen_at = %s
                     WHERE id IN (SELECT id FROM pos_stripe_payment
                                   WHERE id = ANY(%s) FOR NO KEY UPDATE SKIP LOCKED)
                    """,
                    fields.Datetime.now(),
                    unseen.ids,
                ),
                log_exceptions=False,
            )
            unseen.invalidate_recordset(["seen_at"], flush=False)

    @api.model
    def _in_progress(self, domain):
        """Return the payments among `domain` that are part of what another till still works on."""
        return self.search(
            Domain(domain)
            & Domain("payment_id", "=", False)
            & Domain("kind", "=", refunding.PAYMENT)
            & Domain("state", "in", settlement.PAID_STATES)
            & Domain("seen_at", ">", fields.Datetime.now() - SILENT_AFTER)
        )

    @api.model
    def _left_alone(self, domain):
        """Return the running payments among `domain` for which no till asks any more."""
        silent_since = fields.Datetime.now() - SILENT_AFTER
        return self.search(
            Domain(domain)
            & Domain("kind", "=", refunding.PAYMENT)
            & Domain("state", "in", settlement.OPEN_STATES)
            & Domain("asked_at", "<", silent_since)
            & (Domain("seen_at", "=", False) | Domain("seen_at", "<", silent_since))
        )

    @api.model
    def _left_behind(self, session):
        """Return what tills of a register read of payments that no order of theirs shows.

        What is still open and left alone is read from Stripe meanwhile.

        :param session: an open `pos.session` of the register, access checked
        :return: list of till data; with a `note` what somebody else is about to finish
        """
        register = Domain("company_id", "=", session.company_id.id) & (
            Domain("config_id", "=", session.config_id.id)
            | Domain("payment_method_id", "in", session.config_id.payment_method_ids.ids)
        )
        left_alone = self._left_alone(register)
        left_alone._request_read()
        noted = left_alone | self._in_progress(register)
        return [
            *(row._unattached_data() for row in self._unattached(register)),
            *({**row._till_data(), "note": row._progress_note()} for row in noted),
        ]

    def _recognised_by(self):
        """Return by what a cashier recognises the payment, as words for a sentence."""
        return {
            "amount": self.currency_id.format(self.amount),
            "order": self.order_ref,
            "register": self.config_id.name,
        }

    def _progress_note(self):
        """Return what other tills read of a payment whose order is not finished."""
        facts = self._recognised_by()
        if self.state in settlement.PAID_STATES:
            return self.env._(
                "%(amount)s was paid by card for order %(order)s, in progress at %(register)s.",
                **facts,
            )
        return self.env._(
            "A card payment of %(amount)s for order %(order)s is in progress at %(register)s, and "
            "its till is gone.",
            **facts,
        )

    @api.model
    def _doubtful_refusal(self, session, line):
        """Return till data where a card may have been charged for this sale already, or None.

        A till that has gone took about this amount lately, or is about to. Whoever asks again has
        read that, and is not stopped.

        :param session: the open `pos.session`, access checked
        :param dict line: as in `_send`; `despite` is there where a cashier can be told, and true
            once that was done
        """
        if line.get("despite", True):
            return None
        now = fields.Datetime.now()
        rows = self.search(
            [
                ("config_id", "=", session.config_id.id),
                ("kind", "=", refunding.PAYMENT),
                ("payment_id", "=", False),
                ("state", "in", settlement.OPEN_STATES + (settlement.PAID,)),
                ("asked_at", ">", now - DOUBTFUL_FOR),
                ("order_uuid", "!=", line.get("order_uuid")),
                ("currency_id", "=", session.currency_id.id),
            ]
        ).filtered(lambda row: abs(row.amount - line["amount"]) <= ABOUT * line["amount"])
        # Of a line that was asked for before, the cashier knows.
        if not rows or self.search_count([("line_uuid", "=", line["line_uuid"])], limit=1):
            return None
        domain = [("id", "in", rows.ids)]
        row = (self._unattached(domain) | self._left_alone(domain))[:1]
        if not row:
            return None
        refusal = self._refusal(line["line_uuid"], "payment_on_its_way")
        return {**refusal, "sentence": row._doubt_sentence()}

    def _doubt_sentence(self):
        """Tell a cashier of the payment that may be of the same sale."""
        facts = self._recognised_by()
        if self.state in settlement.PAID_STATES:
            return self.env._(
                "%(amount)s was charged by card for order %(order)s at %(register)s, and no order "
                "shows it. Is it this customer's? To charge another card, press Retry.",
                **facts,
            )
        return self.env._(
            "A card payment of %(amount)s for order %(order)s is in progress at %(register)s, and "
            "its till is gone. Look at that reader first; to charge another card, press Retry.",
            **facts,
        )
