from odoo import api, fields, models


class PosPaymentMethod(models.Model):
    """When the reader hears of a payment: at once, or when the amount was seen."""

    _inherit = "pos.payment.method"

    stripe_send = fields.Selection(
        [("at_once", "At once"), ("press", "When Send is pressed")],
        string="Send to the Reader",
        default="at_once",
        required=True,
        help="At once: choosing the method asks for the card. When Send is pressed: the amount can "
        "be changed first, and the reader shows nothing before Send.",
    )

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "stripe_send"]
