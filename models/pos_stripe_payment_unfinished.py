from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..guard import for_each
from ..stripe_terminal import refunding, settlement
from ..stripe_terminal.settlement import PAID_STATES
from .pos_stripe_payment_recovery import UNATTACHED_DAYS

# Whoever still works on an order has finished it by then.
UNFINISHED_AFTER = timedelta(hours=1)


class PosStripePayment(models.Model):
    """Card money on orders that nobody has finished: managers are told once."""

    _inherit = "pos.stripe.payment"

    unfinished_told_at = fields.Datetime(
        readonly=True, help="When managers were told that nobody had finished the order."
    )

    @api.model
    def _tell_unfinished(self):
        """Tell the managers of each order with card money that nobody has finished, once.

        Where no order came at all, the register's session is what they look at.
        """
        rows = self._left_unfinished()
        orders = self.env["pos.order"].search(
            [
                ("uuid", "in", rows.mapped("order_uuid")),
                # A till chooses its uuids, and must not choose those of another company.
                ("company_id", "in", rows.company_id.ids),
            ]
        )
        order_of = {(order.company_id, order.uuid): order for order in orders}

        def tell(row):
            order = order_of.get((row.company_id, row.order_uuid), orders.browse())
            # Told with another payment of its order, or finished and paid otherwise.
            if row.unfinished_told_at or (order and order.state != "draft"):
                return
            of_order = rows.filtered(
                lambda one: (one.company_id, one.order_uuid) == (row.company_id, row.order_uuid)
            )
            of_order._tell_unfinished_order(order)

        for_each(rows, tell, skip_collisions=True)

    @api.model
    def _left_unfinished(self):
        """Return the payments that were taken long ago and are linked to no finished order."""
        now = fields.Datetime.now()
        rows = self.search(
            Domain("payment_id", "=", False)
            & Domain("state", "in", PAID_STATES)
            & Domain("kind", "=", refunding.PAYMENT)
            & Domain("wanted", "!=", settlement.REFUND_ALL)
            & Domain("unfinished_told_at", "=", False)
            & Domain("settled_at", "<", now - UNFINISHED_AFTER)
            & Domain("settled_at", ">", now - timedelta(days=UNATTACHED_DAYS))
        )
        return rows.filtered(lambda row: not (row._is_taken_back() or row._is_fully_refunded()))

    def _tell_unfinished_order(self, order):
        """Tell of the payments of one order.

        :param order: the draft `pos.order`, or none where only its till has, or had it
        """
        told = self.search_count(
            [
                ("order_uuid", "in", self.mapped("order_uuid")),
                ("company_id", "=", self.company_id.id),
                ("unfinished_told_at", "!=", False),
            ],
            limit=1,
        )
        row = self[:1]._in_company_language()
        if not told:
            (order or row.session_id)._stripe_tell_managers(
                row.env._("Card payment on an unfinished order"), self._unfinished_note(row, order)
            )
        self.write({"unfinished_told_at": fields.Datetime.now()})
        for one in self:
            one._log("state", "unfinished", {"order": row.order_ref})

    def _unfinished_note(self, row, order):
        """Return what managers read of these payments of one order."""
        facts = {
            "amount": row.currency_id.format(sum(self.mapped("amount"))),
            "order": order.pos_reference or row.order_ref or "?",
            "register": row.config_id.name,
        }
        if order:
            return row.env._(
                "%(amount)s of order %(order)s was paid by card at %(register)s more than an hour "
                "ago, and nobody has finished the order. Finish it at the register, or refund "
                "the payment.",
                **facts,
            )
        return row.env._(
            "%(amount)s was paid by card at %(register)s more than an hour ago, and order "
            "%(order)s has not reached Odoo. Finish it at its till. If that till is gone, any "
            "register with this payment method can restore the order, from the payment screen.",
            **facts,
        )
