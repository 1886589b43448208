from odoo import models


class IrHttp(models.AbstractModel):
    """The kiosk's page gets our sentences in its customer's language."""

    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        return [*super()._get_translation_frontend_modules_name(), "pos_payment_stripe_kiosk"]
