from odoo import api, fields, models

SERVER = "server"
BROWSER = "browser"


class PosPaymentMethod(models.Model):
    """Who talks to the reader: Stripe's servers, or the browser that the till runs in."""

    _inherit = "pos.payment.method"

    stripe_connection = fields.Selection(
        [(SERVER, "Through Stripe (recommended)"), (BROWSER, "From this till's browser")],
        string="Connection",
        default=SERVER,
        required=True,
        help="Through Stripe: the reader needs the internet only. From this till's browser: the "
        "till loads a script of Stripe's and reaches the reader over the shop's own network.",
    )

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "stripe_connection"]
