from odoo import api, models
from odoo.exceptions import UserError

from ..stripe_terminal.settlement import CANCELED, PAID


class PosOrder(models.Model):
    _name = "pos.order"
    _inherit = ["pos.order", "mail.activity.mixin"]

    def _process_saved_order(self, draft):
        """Link the journal to the payments of a finished order.

        Drafts are left alone: their payments may be running, and the runner writes those rows.
        """
        order_id = super()._process_saved_order(draft)
        if not draft:
            self.payment_ids._link_stripe_payments()
        return order_id

    def write(self, vals):
        """Take running card payments back before an order is cancelled, from wherever.

        :raise UserError: a card was charged for the order
        """
        if vals.get("state") == "cancel":
            self._give_up_stripe_payments()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_give_up_stripe_payments(self):
        self._give_up_stripe_payments()

    def _give_up_stripe_payments(self):
        """Have the running card payments of these orders canceled at Stripe.

        :raise UserError: one of them is paid
        """
        rows = self.env["pos.stripe.payment"].sudo()
        rows = rows.search(
            [
                # A till chooses its uuids, and must not choose those of another company.
                ("company_id", "in", self.company_id.ids),
                "|",
                ("order_uuid", "in", self.mapped("uuid")),
                ("line_uuid", "in", self.payment_ids.mapped("uuid")),
            ]
        )
        kept = rows.filtered(
            lambda row: row.state == PAID and row.refunded_minor < row.amount_received
        )[:1]
        if kept:
            raise UserError(
                self.env._(
                    "Order %(order)s was paid with %(amount)s by card, so it cannot be cancelled. "
                    "Refund the payment first.",
                    order=kept.order_ref,
                    amount=kept.currency_id.format(kept.amount),
                )
            )
        rows.filtered(lambda row: row.state not in (PAID, CANCELED))._cancel()
