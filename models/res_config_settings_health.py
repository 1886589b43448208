import secrets

from odoo import fields, models

from .pos_stripe_payment_health import TOKEN


class ResConfigSettings(models.TransientModel):
    """The token with which a monitoring system reads how payments move on."""

    _inherit = "res.config.settings"

    stripe_terminal_health_token = fields.Char(
        compute="_compute_stripe_terminal_health_token", groups="base.group_system"
    )

    def _compute_stripe_terminal_health_token(self):
        self.stripe_terminal_health_token = self.env["ir.config_parameter"].sudo().get_param(TOKEN)

    def action_stripe_terminal_health_token(self):
        """Make a token for the monitoring system; the one before is of no use any more.

        :raise AccessError: only administrators may
        """
        self.env["ir.config_parameter"].check_access("write")
        self.env["ir.config_parameter"].set_param(TOKEN, secrets.token_urlsafe())
        return {"type": "ir.actions.client", "tag": "soft_reload"}
