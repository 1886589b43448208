from typing import NamedTuple

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..stripe_terminal.refunding import REFUND
from ..stripe_terminal.settlement import CANCELED, PAID

FINISHED = ("paid", "done")
# The context of an order that a till sends has this very object; no request can contain it.
TILL_ORDER = object()


class Unknown(NamedTuple):
    """UUIDs that the journal was looked through for in vain; no request can contain it either."""

    orders: frozenset
    lines: frozenset


def payments_sent(order):
    """Return the values of the new payments of an order that a till sends, which have uuids."""
    commands = order.get("payment_ids") or []
    return [
        command[2]
        for command in commands
        if command[0] == Command.CREATE and command[2].get("uuid")
    ]


class PosOrder(models.Model):
    _name = "pos.order"
    _inherit = ["pos.order", "mail.activity.mixin", "mail.activity.pos.managers.mixin"]

    stripe_refunded_outside = fields.Text(
        string="Refunded in Stripe's Dashboard",
        compute="_compute_stripe_refunded_outside",
        help="What was refunded outside the Point of Sale.",
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
        What a till sends again is taken once, see `_process_order`.
        """
        rows, unknown = self._stripe_look_up(orders)
        finished = {order.get("uuid") for order in orders if order.get("state") != "draft"}
        rows = rows.filtered(lambda row: row.order_uuid in finished)
        rows._lock()
        self._stripe_rename_payments(orders)
        from_till = self.with_context(stripe_till_order=TILL_ORDER, stripe_unknown=unknown)
        result = super(PosOrder, from_till).sync_from_ui(orders)
        rows._give_up_left_over()
        return result

    @api.model
    def _stripe_look_up(self, orders):
        """Return what the journal has of orders that a till sends, and what it has not.

        The one query that an order without cards costs.
        """
        of_orders = {order.get("uuid") for order in orders} - {None, False}
        of_lines = {payment["uuid"] for order in orders for payment in payments_sent(order)}
        rows = self.env["pos.stripe.payment"].sudo()
        rows = rows.search(
            ["|", ("order_uuid", "in", list(of_orders)), ("line_uuid", "in", list(of_lines))]
        )
        unknown = Unknown(
            orders=of_orders.difference(rows.mapped("order_uuid")),
            lines=of_lines.difference(rows.mapped("line_uuid")),
        )
        return rows, unknown

    @api.model
    def _stripe_unknown(self):
        """Return what the journal is known not to have, while a till's orders are taken."""
        unknown = self.env.context.get("stripe_unknown")
        return unknown if isinstance(unknown, Unknown) else Unknown(frozenset(), frozenset())

    def _process_saved_order(self, draft):
        """Link the journal to the payments of a finished order.

        Where the tip was entered before the payment, its cards are charged at once. Drafts are
        left alone: their payments may be running, and the runner writes those rows.
        """
        from_till = self.with_context(stripe_till_order=TILL_ORDER)
        order_id = super(PosOrder, from_till)._process_saved_order(draft)
        if not draft:
            self.payment_ids._link_stripe_payments()
            if self.is_tipped:
                self._stripe_release_tips(with_tip=False)
        return order_id

    def write(self, vals):
        """Take running card payments back before an order is cancelled, from wherever.

        An order that is finished in another way than by a till is compared with the journal too.
        Cards are charged once a till says that their order has its tip, also if it is zero: the
        tip screen and “settle tips” of `pos_restaurant` have that in common.

        :raise UserError: a card was charged for the order
        """
        if vals.get("is_tipped"):
            self._stripe_lock_tips()
        if vals.get("state") == "cancel":
            self._give_up_stripe_payments()
        is_finishing = vals.get("state") in FINISHED
        # What a till sends is linked once, at the end of `_process_saved_order`.
        is_linked_here = (
            is_finishing and self.env.context.get("stripe_till_order") is not TILL_ORDER
        )
        finishing = self.filtered(lambda order: is_linked_here and order.state == "draft")
        result = super().write(vals)
        if finishing:
            finishing.payment_ids._link_stripe_payments()
        if vals.get("is_tipped"):
            self.filtered(lambda order: order.state in FINISHED)._stripe_release_tips()
        return result

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
                    "%(amount)s of order %(order)s was refunded to a card, so it cannot be "
                    "canceled. Finish it instead.",
                    order=refund.order_ref,
                    amount=refund.currency_id.format(-refund.amount),
                )
            )
        kept = rows_paid.filtered(lambda row: not row._is_fully_refunded())[:1]
        if kept:
            raise UserError(
                self.env._(
                    "Order %(order)s was paid with %(amount)s by card, so it cannot be canceled. "
                    "Refund the payment first.",
                    order=kept.order_ref,
                    amount=kept.currency_id.format(kept.amount),
                )
            )
        rows.filtered(lambda row: row.state not in (PAID, CANCELED))._give_up()
