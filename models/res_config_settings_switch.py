from odoo import api, fields, models
from odoo.exceptions import UserError

from .pos_payment_method import SWITCH, TERMINAL


class ResConfigSettings(models.TransientModel):
    """The switch of this terminal.

    As with all payment terminals, the switch is one for the database. It is a system parameter with
    a value for either side, because a fresh database has none and starts with the terminal on.
    """

    _inherit = "res.config.settings"

    stripe_terminal_enabled = fields.Boolean(string="Stripe")
    stripe_terminal_beside_core = fields.Boolean(compute="_compute_stripe_terminal_beside_core")

    def _compute_stripe_terminal_beside_core(self):
        self.stripe_terminal_beside_core = "pos_stripe" in self.env.registry._init_modules

    @api.model
    def get_values(self):
        """Read the switch."""
        enabled = self.env["pos.payment.method"]._stripe_terminal_is_enabled()
        return {**super().get_values(), "stripe_terminal_enabled": enabled}

    def set_values(self):
        """Set the switch, unless payment methods would lose their terminal.

        :raise UserError: it is switched off while methods use it; they are named
        """
        result = super().set_values()
        enabled = self.stripe_terminal_enabled
        if enabled != self.env["pos.payment.method"]._stripe_terminal_is_enabled():
            if not enabled:
                self._check_stripe_terminal_unused()
            self.env["ir.config_parameter"].sudo().set_param(SWITCH, "1" if enabled else "0")
        return result

    def _check_stripe_terminal_unused(self):
        # Settings are saved with archived records in view.
        every_method = self.env["pos.payment.method"].sudo().with_context(active_test=True)
        methods = every_method.search([("use_payment_terminal", "=", TERMINAL)])
        if methods:
            raise UserError(
                self.env._(
                    "Stripe cannot be switched off while payment methods use it: %s. Give them "
                    "another integration or archive them first.",
                    ", ".join(
                        f"{method.name} ({method.company_id.name})"
                        if method.company_id != self.company_id
                        else method.name
                        for method in methods
                    ),
                )
            )
