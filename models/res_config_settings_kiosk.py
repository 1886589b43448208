from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Who has self-order kiosks is told which addon lets them take cards."""

    _inherit = "res.config.settings"

    stripe_terminal_lacks_kiosk = fields.Boolean(compute="_compute_stripe_terminal_lacks_kiosk")

    def _compute_stripe_terminal_lacks_kiosk(self):
        modules = self.env.registry._init_modules
        self.stripe_terminal_lacks_kiosk = (
            "pos_self_order" in modules and "pos_payment_stripe_kiosk" not in modules
        )
