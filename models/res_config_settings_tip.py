from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    pos_stripe_tip_on_reader = fields.Boolean(
        related="pos_config_id.stripe_tip_on_reader", readonly=False
    )
    stripe_tips_after_payment = fields.Boolean(compute="_compute_stripe_tips_after_payment")

    @api.depends("pos_config_id")
    def _compute_stripe_tips_after_payment(self):
        for settings in self:
            config = settings.pos_config_id
            settings.stripe_tips_after_payment = config and config._stripe_tips_after_payment()
