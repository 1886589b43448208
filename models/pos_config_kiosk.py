from odoo import api, models


class PosConfig(models.Model):
    """A self-order kiosk has no payment method that takes no cards there."""

    _inherit = "pos.config"

    @api.constrains(
        lambda self: {"payment_method_ids", "self_ordering_mode"}.intersection(self._fields)
    )
    def _check_stripe_terminal_kiosks(self):
        self.payment_method_ids._check_stripe_terminal_kiosks()
