from odoo import api, fields, models

from .pos_payment_doubt import DOUBTS, UNPAID, UNVERIFIED


class PosOrder(models.Model):
    """Orders whose card payments Stripe has not confirmed."""

    _inherit = "pos.order"

    stripe_doubt = fields.Selection(
        DOUBTS,
        string="Card Payment",
        compute="_compute_stripe_doubt",
        help="The worst that is known of the order's card payments.",
    )

    @api.depends("payment_ids.stripe_unverified")
    def _compute_stripe_doubt(self):
        payments = self.env["pos.payment"].sudo()
        doubtful = payments.search(
            [("pos_order_id", "in", self.ids), ("stripe_unverified", "=", True)]
        )
        of_order = doubtful.grouped("pos_order_id")
        for order in self:
            doubts = of_order.get(order, payments).mapped("stripe_doubt")
            order.stripe_doubt = next((one for one in (UNPAID, UNVERIFIED) if one in doubts), False)
