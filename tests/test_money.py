from odoo.addons.payment.const import CURRENCY_MINOR_UNITS
from odoo.addons.payment_stripe.const import CURRENCY_DECIMALS
from odoo.tests import BaseCase, tagged

from ..stripe_terminal.money import (
    MINIMUM_CHARGES,
    THREE_DECIMAL,
    WHOLE_IN_HUNDREDTHS,
    ZERO_DECIMAL,
    to_minor,
)


@tagged("post_install", "-at_install")
class TestMoney(BaseCase):
    def test_decimals_are_those_of_odoo(self):
        """Odoo's own table, corrected by payment_stripe's, says the same for each currency."""
        decimals = {**CURRENCY_MINOR_UNITS, **CURRENCY_DECIMALS}
        currencies = {*MINIMUM_CHARGES, *ZERO_DECIMAL, *THREE_DECIMAL, *WHOLE_IN_HUNDREDTHS}
        for currency in sorted(currencies):
            with self.subTest(currency=currency):
                self.assertEqual(to_minor(7, currency), 7 * 10 ** decimals[currency])
