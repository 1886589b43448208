import logging

from odoo import api, fields, models

from ..consequences import PAYMENT, TIP, VERIFY
from ..guard import COLLISIONS, for_each
from ..stripe_terminal.settlement import CANCELED, PAID, PAID_STATES

_logger = logging.getLogger(__name__)


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
        help="The card payment that this line refunds.",
    )

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

    def _stripe_journalled(self):
        """Return those of these lines that the journal has, for their order."""
        rows = self.env["pos.stripe.payment"].sudo()
        rows = rows.search([("line_uuid", "in", self.filtered("uuid").mapped("uuid"))])
        return self.filtered(lambda payment: any(row._is_of(payment) for row in rows))

    def _link_stripe_payments(self):
        """Link each card payment to its row in the journal, and mark what the row does not prove.

        A sale is never refused for that, nor for what a third party makes of it: the goods have
        left the shop.
        """
        rows, unknown = self.env["pos.stripe.payment"].sudo(), self.pos_order_id._stripe_unknown()
        uuids = [uuid for uuid in self.filtered("uuid").mapped("uuid") if uuid not in unknown.lines]
        rows = rows.search([("line_uuid", "in", uuids)])
        row_of = {row.line_uuid: row for row in rows}
        rows._lock()
        cards = self.filtered(
            lambda payment: payment.uuid in row_of or payment._is_by_stripe_terminal()
        )
        for_each(
            cards.sudo(), lambda payment: payment._link_stripe_payment(row_of.get(payment.uuid))
        )

    def _link_stripe_payment(self, row):
        """Link a card payment to its row in the journal, None where there is none."""
        if not row or row.company_id != self.company_id or row.payment_id - self:
            if self._is_by_stripe_terminal():
                self._report_never_sent()
            return
        if row.payment_id:
            row._carry_here(*(row.carry_due or ()))
            return
        if not self._is_by_stripe_terminal() and row.state not in PAID_STATES:
            return
        row.payment_id = self
        if not row._matches(self):
            row._doubt(self)
        row._carry_here(TIP, VERIFY, PAYMENT, *(row.carry_due or ()))

    def _report_never_sent(self):
        """Mark a payment that the journal does not know, and ask the POS managers to look at it."""
        reason = self._never_sent_reason()
        # The errors of what the order has still to write are the order's.
        self.env.flush_all()
        self.env.cr.flush()
        for report in (self._mark_unverified, lambda: self._tell_unpaid(reason)):
            try:
                with self.env.cr.savepoint():
                    report()
                    self.env.flush_all()
            except COLLISIONS:
                raise
            except Exception:
                _logger.exception("%s was never sent to Stripe, which could not be told", self)

    def _mark_unverified(self):
        self.sudo().stripe_unverified = True

    def _is_by_stripe_terminal(self):
        """Tell whether this line says that a card was charged, or refunded, by this addon."""
        return self.payment_method_id._is_stripe_terminal() and not self.currency_id.is_zero(
            self.amount
        )

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
                "A refund to a card was recorded that this database never sent to Stripe. Check "
                "in Stripe's dashboard whether the customer has the money."
            )
        return self.env._(
            "A card payment was recorded that this database never sent to Stripe. Check in "
            "Stripe's dashboard whether the money was taken."
        )

    def _tell_unpaid(self, reason):
        """Ask the POS managers once, by an activity on the order, to look at the payment.

        :param str reason: what a manager reads
        """
        self.ensure_one()
        if self.env["mail.activity"].search_count(
            [
                ("res_model", "=", "pos.order"),
                ("res_id", "=", self.pos_order_id.id),
                ("note", "ilike", reason),
            ]
        ):
            return
        self.pos_order_id._stripe_tell_managers(
            self.env._("Card payment not confirmed by Stripe"), reason
        )
