from odoo import api, fields, models

UNVERIFIED, UNPAID = "unverified", "unpaid"
DOUBTS = [(UNVERIFIED, "Unverified"), (UNPAID, "Not Paid")]


class PosPayment(models.Model):
    """Card payments that Stripe has not confirmed look different from all others in the office."""

    _inherit = "pos.payment"

    stripe_doubt = fields.Selection(
        DOUBTS,
        string="Card Payment",
        compute="_compute_stripe_doubt",
        help=(
            "Unverified: recorded, and Stripe has not confirmed it yet. Not paid: Stripe says "
            "that it did not take, or refund, the money."
        ),
    )

    # Only for searching and for the office's lists.
    _stripe_doubtful_idx = models.Index("(pos_order_id) WHERE stripe_unverified IS TRUE")

    @api.depends("stripe_unverified")
    def _compute_stripe_doubt(self):
        doubtful = self.filtered("stripe_unverified")
        rows = self.env["pos.stripe.payment"].sudo()
        rows = rows.search([("payment_id", "in", doubtful.ids), ("unpaid", "=", True)])
        unpaid = rows.payment_id
        for payment in self:
            doubt = UNPAID if payment in unpaid else UNVERIFIED
            payment.stripe_doubt = payment in doubtful and doubt
