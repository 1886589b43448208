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
        """Tell the managers of each draft order with card money, once."""
        rows = self._left_unfinished()
        drafts = self.env["pos.order"].search(
            [
                ("uuid", "in", rows.mapped("order_uuid")),
                ("state", "=", "draft"),
                # A till chooses its uuids, and must not choose those of another company.
                ("company_id", "in", rows.company_id.ids),
            ]
        )

        def tell(order):
            of_order = rows.filtered(
                lambda row: row.order_uuid == order.uuid and row.company_id == order.company_id
            )
            if of_order:
                of_order._tell_unfinished_order(order)

        for_each(drafts, tell, skip_collisions=True)

    @api.model
    def _left_unfinished(self):
        """Return the payments that were taken long ago and are linked to no finished order."""
        now = fields.Datetime.now()
        rows = self.search(
            Domain("payment_id", "=", False)
            & Domain("state", "in", PAID_STATES)
            & Domain("kind", "=", refunding.PAYMENT)
            & Domain("wanted", "!=", settlement.REFUND)
            & Domain("unfinished_told_at", "=", False)
            & Domain("settled_at", "<", now - UNFINISHED_AFTER)
            & Domain("settled_at", ">", now - timedelta(days=UNATTACHED_DAYS))
        )
        return rows.filtered(lambda row: not (row._is_taken_back() or row._is_given_back()))

    def _tell_unfinished_order(self, order):
        """Tell of the payments of one order."""
        told = self.search_count(
            [
                ("order_uuid", "=", order.uuid),
                ("company_id", "=", order.company_id.id),
                ("unfinished_told_at", "!=", False),
            ],
            limit=1,
        )
        row = self[:1]._in_company_language()
        if not told:
            order._stripe_tell_managers(
                row.env._("Card payment on an unfinished order"),
                row.env._(
                    "%(amount)s of order %(order)s were paid by card at %(register)s more than an "
                    "hour ago, and nobody has finished the order. Finish it at the register, or "
                    "give the money back.",
                    amount=row.currency_id.format(sum(self.mapped("amount"))),
                    order=order.pos_reference or row.order_ref or "?",
                    register=row.config_id.name,
                ),
            )
        self.write({"unfinished_told_at": fields.Datetime.now()})
        for one in self:
            one._log("state", "unfinished", {"order": row.order_ref})
