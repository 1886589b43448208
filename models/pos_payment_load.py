from odoo import api, models

# What tills want to know of card payments.
CARD_FIELDS = ("stripe_refunded_uuid", "stripe_tip", "stripe_unverified")


class PosPayment(models.Model):
    """Tills hear of cards with card payments only."""

    _inherit = "pos.payment"

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
