from odoo import api, fields, models
from odoo.exceptions import UserError

from ..stripe_terminal.refunding import REFUND
from ..stripe_terminal.settlement import CANCELED, PAID


class PosOrder(models.Model):
    _name = "pos.order"
    _inherit = ["pos.order", "mail.activity.mixin"]

    stripe_refunded_outside = fields.Text(
        string="Refunded in Stripe's Dashboard",
        compute="_compute_stripe_refunded_outside",
        help="What went back to the card without the Point of Sale.",
    )

    def _compute_stripe_refunded_outside(self):
        rows = self.env["pos.stripe.payment"].sudo()
        rows = rows.search([("order_uuid", "in", self.mapped("uuid")), ("refunds", "!=", False)])
        for order in self:
            of_order = rows.filtered(lambda row, order=order: row.order_uuid == order.uuid)
            found = of_order.filtered("refunded_outside").mapped("refunded_outside")
            order.stripe_refunded_outside = "\n".join(found)

    @api.model
    def sync_from_ui(self, orders):
        """Take the card payments of finished orders from the runner before the work begins.

        They are linked at its end: what the runner has written meanwhile would undo all of it.
        What a till sends again is taken once, see `_stripe_take_known`.
        """
        finished = [order.get("uuid") for order in orders if order.get("state") != "draft"]
        rows = self.env["pos.stripe.payment"].sudo()
        rows.search([("order_uuid", "in", list(filter(None, finished)))])._lock()
        self._stripe_take_known(orders)
        return super().sync_from_ui(orders)

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
        rows_paid = rows.filtered(lambda row: row.state == PAID)
        refund = rows_paid.filtered(lambda row: row.kind == REFUND)[:1]
        if refund:
            raise UserError(
                self.env._(
                    "%(amount)s of order %(order)s went back to a card, so it cannot be cancelled. "
                    "Finish it instead.",
                    order=refund.order_ref,
                    amount=refund.currency_id.format(-refund.amount),
                )
            )
        kept = rows_paid.filtered(lambda row: not row._is_given_back())[:1]
        if kept:
            raise UserError(
                self.env._(
                    "Order %(order)s was paid with %(amount)s by card, so it cannot be cancelled. "
                    "Refund the payment first.",
                    order=kept.order_ref,
                    amount=kept.currency_id.format(kept.amount),
                )
            )
        rows.filtered(lambda row: row.state not in (PAID, CANCELED))._give_up()

    def _stripe_tell_managers(self, summary, note):
        """Ask the POS managers, by an activity on the order, to look at it.

        :param str summary: a few words
        :param str note: what happened
        """
        self.ensure_one()
        group = self.env.ref("point_of_sale.group_pos_manager").sudo()
        for manager in group.all_user_ids.filtered(
            lambda user: self.company_id in user.company_ids and not user.share
        ):
            # Not from here: the runner holds a place in the database, and mail servers are slow.
            self.sudo().with_context(mail_notify_force_send=False).activity_schedule(
                "mail.mail_activity_data_todo", summary=summary, note=note, user_id=manager.id
            )
