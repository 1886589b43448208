from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    pos_stripe_refund_pin = fields.Boolean(
        related="pos_config_id.stripe_refund_pin", readonly=False
    )
