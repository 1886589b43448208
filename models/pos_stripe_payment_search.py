from contextlib import suppress

from odoo import api, fields, models
from odoo.fields import Domain

from ..stripe_terminal import money
from ..stripe_terminal.typed_amounts import typed_amounts

FOUND_BY = ("order_ref", "payment_intent", "refund", "card_last4")
# By what a person would group payments; the others are for the machinery.
GROUPS = {
    "card_brand",
    "card_funding",
    "company_id",
    "config_id",
    "create_date",
    "currency_id",
    "kind",
    "partner_id",
    "payment_method_id",
    "reader_id",
    "session_id",
    "state",
    "user_id",
}


class PosStripePayment(models.Model):
    """How the office finds a payment, and by what it groups them."""

    _inherit = "pos.stripe.payment"

    found_by = fields.Char(
        string="Order, PaymentIntent, Card or Amount",
        compute="_compute_found_by",
        search="_search_found_by",
    )

    def _compute_found_by(self):
        for row in self:
            row.found_by = row.order_ref

    def _search_found_by(self, operator, value):
        if operator not in ("ilike", "like", "=ilike") or not isinstance(value, str):
            return NotImplemented
        text = value.strip()
        return Domain.OR(
            [Domain(name, "ilike", text) for name in FOUND_BY] + [self._amount_domain(text)]
        )

    @api.model
    def _amount_domain(self, text):
        """Return the domain of the rows with the amount that a person types, in any currency."""
        found, amounts = {}, typed_amounts(text)
        currencies = amounts and self.env["res.currency"].search([("active", "=", True)])
        for amount in amounts:
            for currency in currencies:
                # Not every amount exists in every currency.
                with suppress(ValueError):
                    minor = money.to_minor(amount, currency.name)
                    found.setdefault(minor, []).append(currency.id)
        return Domain.OR(
            Domain("amount_minor", "=", minor) & Domain("currency_id", "in", currency_ids)
            for minor, currency_ids in found.items()
        )

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Offer people only those groups that mean something to them."""
        told = super().fields_get(allfields, attributes)
        for name, description in told.items():
            if name not in GROUPS and "groupable" in description:
                description["groupable"] = False
        return told
