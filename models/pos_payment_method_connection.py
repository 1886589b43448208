from odoo import api, fields, models

from ..flows.connection import BROWSER, SERVER


class PosPaymentMethod(models.Model):
    """Who talks to the reader, Stripe's servers or the till's browser, and when it hears."""

    _inherit = "pos.payment.method"

    stripe_connection = fields.Selection(
        [(SERVER, "Through Stripe (recommended)"), (BROWSER, "From this till's browser")],
        string="Connection",
        default=SERVER,
        required=True,
        help="Through Stripe: the reader needs the internet only. From this till's browser: the "
        "till loads a script of Stripe's and reaches the reader over the shop's own network.",
    )

    stripe_send = fields.Selection(
        [("at_once", "At once"), ("press", "When Send is pressed")],
        string="Send to the Reader",
        default="at_once",
        required=True,
        help="At once: choosing the method asks for the card. When Send is pressed: the amount can "
        "be changed first, and the reader shows nothing before Send.",
    )
    stripe_reader_name = fields.Char(string="Reader's Name", compute="_compute_stripe_reader_name")

    @api.depends("stripe_serial_number")
    def _compute_stripe_reader_name(self):
        # One query for all methods of a till that starts.
        readers = self.env["pos.stripe.reader"].sudo()
        readers = readers.search_fetch(
            [("serial_number", "in", self.mapped("stripe_serial_number"))],
            ["serial_number", "label"],
        )
        names = {reader.serial_number: reader.label for reader in readers}
        for method in self:
            method.stripe_reader_name = names.get(method.stripe_serial_number, False)

    @api.model
    def _load_pos_data_fields(self, config):
        ours = ["stripe_connection", "stripe_reader_name", "stripe_send"]
        return [*super()._load_pos_data_fields(config), *ours]
