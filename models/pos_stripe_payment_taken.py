from odoo import api, fields, models

from ..stripe_terminal import refunding, settlement


class PosStripePayment(models.Model):
    """What of each row is the shop's money, so that a list of rows has a total."""

    _inherit = "pos.stripe.payment"

    # Stored, because totals of groups are added up in the database.
    taken = fields.Monetary(
        compute="_compute_taken",
        store=True,
        help=(
            "What Stripe took, less what was refunded outside the Point of Sale; negative for a "
            "refund."
        ),
    )

    @api.depends("kind", "state", "currency_id", "amount_minor", "amount_received", "refunds")
    def _compute_taken(self):
        for row in self:
            minor = 0
            if row.state == settlement.PAID and row.kind == refunding.REFUND:
                minor = -row.amount_minor
            elif row.state == settlement.PAID:
                minor = row.amount_received - row._refunded_by_itself()
            row.taken = row.currency_id and row._to_major(minor)

    def _refunded_by_itself(self):
        """Return what was refunded, in minor units, of which no other row tells."""
        return sum(
            refund["amount"]
            for refund in self.refunds or []
            if refund["status"] in refunding.MADE
            and (not refund["line_uuid"] or refund["line_uuid"] == self.line_uuid)
        )
