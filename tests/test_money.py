from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.payment.const import CURRENCY_MINOR_UNITS
from odoo.addons.payment_stripe.const import CURRENCY_DECIMALS
from odoo.tests import TransactionCase, tagged

from ..dev.stripe_simulator import money as stripe_money
from ..stripe_terminal.money import (
    MAX_DIGITS,
    MINIMUM_CHARGES,
    THREE_DECIMAL,
    WHOLE_IN_HUNDREDTHS,
    ZERO_DECIMAL,
    smallest_step,
    to_major,
    to_minor,
)

EXAMPLES = settings(max_examples=60, deadline=None)


@tagged("post_install", "-at_install")
class TestMoney(TransactionCase):
    """Every currency of Odoo's data, against Stripe's table of special cases and Odoo's own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        currencies = cls.env["res.currency"].with_context(active_test=False).search([])
        cls.rounding = {currency.name: currency.rounding for currency in currencies}
        cls.places = {currency.name: currency.decimal_places for currency in currencies}

    def decimals(self, currency):
        """Return how payment_stripe counts a currency's decimals."""
        table = {**CURRENCY_MINOR_UNITS, **CURRENCY_DECIMALS}
        return table.get(currency, self.places[currency])

    def test_there_are_many(self):
        self.assertGreater(len(self.rounding), 150)

    def test_decimals_are_those_of_odoo(self):
        """Odoo's own table, corrected by payment_stripe's, says the same for each currency."""
        named = {*MINIMUM_CHARGES, *ZERO_DECIMAL, *THREE_DECIMAL, *WHOLE_IN_HUNDREDTHS}
        for currency in sorted({*self.rounding, *named}):
            with self.subTest(currency=currency):
                self.assertEqual(to_minor(7, currency), 7 * 10 ** self.decimals(currency))

    def test_every_amount_of_odoo_is_exact(self):
        """What Odoo can put on a line is charged exactly, or refused because cards cannot."""

        @EXAMPLES
        @given(st.integers(min_value=1, max_value=10**7))
        def check(count):
            for currency, rounding in self.rounding.items():
                # As Odoo rounds: a float that is the nearest one to the decimal.
                amount = round(count * rounding, self.places[currency])
                expected = Decimal(repr(amount)).scaleb(self.decimals(currency))
                if expected >= 10**MAX_DIGITS:
                    continue
                if expected % smallest_step(currency):
                    with self.assertRaises(ValueError, msg=currency):
                        to_minor(amount, currency)
                    continue
                minor = to_minor(amount, currency)
                self.assertIsInstance(minor, int)
                self.assertEqual(minor, expected, currency)
                self.assertEqual(float(to_major(minor, currency)), amount, currency)

        check()

    def test_every_amount_of_stripe_is_exact(self):
        """What Stripe may say was taken comes back as the same integer."""

        @EXAMPLES
        @given(st.integers(min_value=-(10**8) + 1, max_value=10**8 - 1))
        def check(count):
            for currency in self.rounding:
                minor = count - count % smallest_step(currency)
                major = to_major(minor, currency)
                self.assertEqual(to_minor(major, currency), minor, currency)
                self.assertEqual(to_minor(float(major), currency), minor, currency)

        check()

    def test_where_odoo_is_finer_than_cards(self):
        """For all other currencies nothing that Odoo can show has to be refused.

        Stripe's special cases are among them, and an Uruguayan unit of account.
        """
        refused = {
            currency
            for currency, rounding in self.rounding.items()
            if Decimal(repr(rounding)).scaleb(self.decimals(currency)) % smallest_step(currency)
        }
        self.assertEqual(refused, {*THREE_DECIMAL, "MGA", "UYI"})

    def test_the_simulator_has_the_same_limits(self):
        for currency, minimum in stripe_money.MINIMUMS.items():
            self.assertEqual(MINIMUM_CHARGES[currency.upper()], minimum, currency)
        for currency, step in stripe_money.STEPS.items():
            self.assertEqual(smallest_step(currency), step, currency)
