from odoo import fields, models


class PosPayment(models.Model):
    _inherit = "pos.payment"

    stripe_tip = fields.Monetary(
        string="Tip", readonly=True, help="The part of the card payment that is a tip."
    )
