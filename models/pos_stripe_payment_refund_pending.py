from odoo import fields, models

from ..consequences import REFUND_WAITS
from ..stripe_terminal import refunding, settlement


class PosStripePayment(models.Model):
    """Refunds that wait at Stripe, because the shop's balance there does not cover them.

    Stripe makes them by itself as soon as it does, so that the order may be finished; the customer
    has to know, and somebody has to add to the balance.
    See https://docs.stripe.com/api/refunds/object#refund_object-pending_reason
    """

    _inherit = "pos.stripe.payment"

    pending_reason = fields.Char(
        readonly=True, help="Why Stripe has not made a pending refund yet, in Stripe's word."
    )
    pending_told = fields.Boolean(
        readonly=True, help="Managers were told that the refund waits at Stripe."
    )

    def _waits_at_stripe(self):
        """Tell whether a refund is not even on its way to the card."""
        return (
            self.kind == refunding.REFUND
            and self.state == settlement.PAID
            and bool(self.pending_reason)
            and self.pending_reason not in refunding.ON_ITS_WAY
        )

    def _refund_waits_steps(self):
        """Have the managers told once, when the order is known; returns the step, see `_verify`."""
        if not self.payment_id or not self._waits_at_stripe() or self.pending_told:
            return ()
        self.pending_told = True
        return (REFUND_WAITS,)

    def _tell_refund_waits(self):
        row = self._in_company_language()
        row.payment_id.pos_order_id._stripe_tell_managers(
            row.env._("Refund waits at Stripe"), row._pending_note()
        )

    def _pending_note(self):
        """Return what a manager reads of the refund and can do."""
        facts = {
            "amount": self.currency_id._stripe_format(self.amount_minor),
            "order": self.order_ref,
            "card": self._card_name(),
        }
        if self.pending_reason == "insufficient_funds":
            return self.env._(
                "The refund of %(amount)s of order %(order)s to the card %(card)s waits, because "
                "the shop's balance at Stripe is too low. Add to the balance in Stripe's "
                "dashboard: Stripe then makes the refund by itself. Do not refund it in another "
                "way.",
                **facts,
            )
        return self.env._(
            "The refund of %(amount)s of order %(order)s to the card %(card)s waits at Stripe "
            "(%(reason)s). Look at it in Stripe's dashboard. Do not refund it in another way.",
            reason=self.pending_reason,
            **facts,
        )

    # What the till shows

    def _waiting_sentence(self):
        """Tell the cashier of a refund that waits at Stripe."""
        if self.pending_reason == "insufficient_funds":
            return self.env._(
                "The refund waits: the shop's balance at Stripe is too low. The card is refunded "
                "as soon as there is enough, so do not refund the money in another way. "
                "Finish the order and tell a manager."
            )
        return self.env._(
            "The refund waits at Stripe. The card is refunded later, so do not refund the money in "
            "another way. Finish the order and tell a manager."
        )
