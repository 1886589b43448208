from odoo import api, fields, models
from odoo.exceptions import AccessError


class PosPayment(models.Model):
    """Old payments of Odoo's own pos_stripe, which a manager may adopt."""

    _inherit = "pos.payment"

    stripe_is_adoptable = fields.Boolean(
        compute="_compute_stripe_is_adoptable",
        groups="point_of_sale.group_pos_manager",
        help="It may be a payment of Odoo's own Stripe addon; Stripe was not asked yet.",
    )

    @api.depends("transaction_id", "amount", "payment_method_id")
    def _compute_stripe_is_adoptable(self):
        rows = self.env["pos.stripe.payment"].sudo()
        for payment in self:
            payment.stripe_is_adoptable = rows._is_adoptable(payment)

    def action_stripe_adopt(self):
        """Open the dialog that shows what Stripe says of an old payment.

        :raise AccessError: the user is no POS manager
        :raise UserError: Stripe does not have it, or cannot be asked
        """
        self.ensure_one()
        if not self.env.user.has_group("point_of_sale.group_pos_manager"):
            raise AccessError(self.env._("Only a Point of Sale manager can do this."))
        self.check_access("read")
        return self.env["pos.stripe.adoption"]._open(self)
