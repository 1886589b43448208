from odoo import api, fields, models

from ..stripe_terminal.receipts import card_name

# What tills want to know of card payments.
CARD_FIELDS = ("stripe_card", "stripe_refunded_uuid", "stripe_tip", "stripe_unverified")


class PosPayment(models.Model):
    """Tills hear of cards with card payments only."""

    _inherit = "pos.payment"

    stripe_card = fields.Char(
        string="Card",
        compute="_compute_stripe_card",
        help="What a person recognises the card by.",
    )

    @api.depends("card_brand", "card_no", "payment_method_id")
    def _compute_stripe_card(self):
        for payment in self:
            is_ours = payment.card_no and payment.payment_method_id._is_stripe_terminal()
            payment.stripe_card = is_ours and card_name(
                payment.card_brand, payment.card_no, mask=""
            )

    @api.model
    def _stripe_office_fields(self):
        return super()._stripe_office_fields() | {"stripe_doubt", "stripe_is_adoptable"}

    @api.model
    def _load_pos_data_read(self, records, config):
        """Leave out what is empty with every other way to pay."""
        payments = super()._load_pos_data_read(records, config)
        methods = self.env["pos.payment.method"].sudo()
        for payment in payments:
            method = methods.browse(payment["payment_method_id"])
            if method._is_stripe_terminal():
                continue
            if not any(payment[name] for name in CARD_FIELDS):
                for name in CARD_FIELDS:
                    del payment[name]
        return payments
