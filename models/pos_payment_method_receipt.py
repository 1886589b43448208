from odoo import fields, models


class PosPaymentMethod(models.Model):
    """Receipts that Stripe sends."""

    _inherit = "pos.payment.method"

    stripe_receipt_email = fields.Boolean(
        string="Stripe Mails Receipts",
        help="Stripe mails a receipt of the card payment to the customer of the order, at the "
        "customer's email address, which Stripe is told for that. With test keys nothing is sent.",
    )
