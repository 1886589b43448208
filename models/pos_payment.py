from odoo import api, fields, models

from ..stripe_terminal.refunding import PAYMENT
from ..stripe_terminal.settlement import AUTHORIZED, CANCELED, OPEN_STATES, PAID
from .pos_payment_method import TERMINAL

# How ids of PaymentIntents and Charges begin; Odoo's own pos_stripe keeps either as transaction.
REFERENCES = ("pi_", "ch_", "py_")


class PosPayment(models.Model):
    _inherit = "pos.payment"

    stripe_unverified = fields.Boolean(
        string="Not Confirmed by Stripe",
        readonly=True,
        help="The till recorded this card payment, and Stripe has not confirmed it.",
    )

    stripe_refunded_uuid = fields.Char(
        string="Refunded Payment UUID",
        readonly=True,
        copy=False,
        help="The card payment that this line gives back.",
    )

    def _is_refundable_by_stripe(self):
        """Tell whether this is a payment that Stripe can be asked to give back."""
        return self.amount > 0 and (self.transaction_id or "").startswith(REFERENCES)

    @api.ondelete(at_uninstall=False)
    def _unlink_give_up_stripe_payments(self):
        """Have a running card payment canceled at Stripe when its line goes.

        A paid one is not refused, so that a till can always synchronise its order: it shows up
        among the payments without an order.
        """
        rows = self.env["pos.stripe.payment"].sudo()
        rows.search(
            [
                ("line_uuid", "in", self.mapped("uuid")),
                ("company_id", "in", self.company_id.ids),
                ("state", "not in", (PAID, CANCELED)),
            ]
        )._give_up()

    def _link_stripe_payments(self):
        """Link each card payment to its row in the journal, and mark what the row does not prove.

        A sale is never refused for that: the goods have left the shop.
        """
        payments = self.filtered(
            lambda payment: (
                payment.payment_method_id.use_payment_terminal == TERMINAL
                and not payment.currency_id.is_zero(payment.amount)
            )
        )
        rows = self.env["pos.stripe.payment"].sudo()
        rows = rows.search([("line_uuid", "in", payments.mapped("uuid"))]) if payments else rows
        row_of = {row.line_uuid: row for row in rows}
        for payment in payments:
            row = row_of.get(payment.uuid)
            if not row or row.company_id != payment.company_id:
                payment._report_unpaid(payment._never_sent_reason())
                continue
            row.payment_id = payment
            if row._matches(payment):
                payment.stripe_unverified = False
            elif row.state in OPEN_STATES:
                payment.stripe_unverified = True
                row.unverified = True
                row._log("till", "recorded_unverified")
                is_asked = row.kind == PAYMENT and row.state != AUTHORIZED
                if is_asked and not row.forced_at:
                    # Forced while Odoo was away: nobody else's card shall pay for this.
                    row._give_up()
            else:
                row.unpaid = True
                row._log("till", "recorded_unpaid", {"amount": payment.amount})
            row._verify()

    def _never_sent_reason(self):
        """Return what a manager reads of a payment or refund that the journal does not know."""
        other = self.transaction_id and self.search(
            [("transaction_id", "=", self.transaction_id), ("id", "!=", self.id)], limit=1
        )
        if other:
            return self.env._(
                "This card payment is also on order %s, where another till put it because no order "
                "showed it. The card was charged once. Check which of the orders it paid for.",
                other.pos_order_id.pos_reference or other.pos_order_id.name,
            )
        if self.amount < 0:
            return self.env._(
                "A refund to a card was recorded that was never sent to Stripe by this database. "
                "Check in Stripe's dashboard whether the customer has the money."
            )
        return self.env._(
            "A card payment was recorded that was never sent to Stripe by this "
            "database. Check in Stripe's dashboard whether the money was taken."
        )

    def _report_unpaid(self, reason):
        """Mark the payment and ask the POS managers, by an activity on the order, to look at it.

        :param str reason: what a manager reads
        """
        self.ensure_one()
        if self.stripe_unverified and self.env["mail.activity"].search_count(
            [
                ("res_model", "=", "pos.order"),
                ("res_id", "=", self.pos_order_id.id),
                ("note", "ilike", reason),
            ]
        ):
            return
        self.stripe_unverified = True
        self.pos_order_id._stripe_tell_managers(
            self.env._("Card payment not confirmed by Stripe"), reason
        )
