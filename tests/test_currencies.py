from odoo.tests import tagged

from .common import StripeTerminalCase

# An amount of each family as Odoo shows it, and as Stripe takes it.
AMOUNTS = {
    "EUR": (12.34, 1234),
    "JPY": (1234, 1234),
    "KWD": (12.34, 12340),
    "ISK": (1234, 123400),
    "UGX": (5000, 500000),
    "HUF": (1234, 123400),
    "CHF": (12.35, 1235),
}


class CurrencyCase(StripeTerminalCase):
    """Registers that sell in another currency than the company's."""

    def register_in(self, currency_name):
        """Return an open session whose sales journal is in a currency, with its card method."""
        currency = self.env["res.currency"].with_context(active_test=False)
        currency = currency.search([("name", "=", currency_name)])
        currency.active = True
        if currency == self.company.currency_id:
            return self.pos_session, self.method
        journals = [
            self.env["account.journal"].create(
                {
                    "name": f"{name} {currency_name}",
                    "code": f"{name[:2].upper()}{currency_name}",
                    "type": name,
                    "currency_id": currency.id,
                    "company_id": self.company.id,
                }
            )
            for name in ("sale", "bank")
        ]
        # Not the company's bank journal: a method has the currency of the register.
        method = self.env["pos.payment.method"].create(
            {
                "name": f"Card {currency_name}",
                "journal_id": journals[1].id,
                "payment_method_type": "terminal",
                "use_payment_terminal": "stripe_terminal",
                "stripe_serial_number": self.method.stripe_serial_number,
                "company_id": self.company.id,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": currency_name, "currency_id": currency.id}
        )
        config = self.env["pos.config"].create(
            {
                "name": f"Register {currency_name}",
                "journal_id": journals[0].id,
                "invoice_journal_id": journals[0].id,
                "use_pricelist": True,
                "available_pricelist_ids": [(6, 0, pricelist.ids)],
                "pricelist_id": pricelist.id,
                "payment_method_ids": [(6, 0, method.ids)],
            }
        )
        return self._open_session(config), method


@tagged("post_install", "-at_install")
class TestCurrencies(CurrencyCase):
    """A register sells in the currency of its sales journal; Stripe gets integers of that one."""

    def test_each_family_of_currencies(self):
        for currency, (amount, minor) in AMOUNTS.items():
            with self.subTest(currency=currency):
                session, method = self.register_in(currency)
                self.assertEqual(session.currency_id.name, currency)
                payment = self.send(self.line(amount), session, method)
                self.assertEqual(payment.amount_minor, minor)
                self.carry_out(payment)
                intent = self.account.intent(payment.payment_intent)
                self.assertEqual(intent["currency"], currency.lower())
                self.assertEqual(intent["amount"], minor)
                self.reader.tap()
                self.look(payment)
                self.assertEqual(payment.state, "paid")
                self.assertEqual(payment.amount, amount)
                self.assertEqual(payment.amount_received, minor)
                self.assertEqual(payment._till_data()["amount"], amount)
                shown = session.currency_id.format(amount)
                self.assertIn(f"Amount: {shown}", payment._ticket())

    def test_an_order_in_another_currency_than_the_companys(self):
        """The order, the journal and Stripe agree, and the session closes on that amount."""
        session, method = self.register_in("JPY")
        self.assertNotEqual(session.currency_id, self.company.currency_id)
        payment = self.send(self.line(1234), session, method)
        self.carry_out(payment)
        self.reader.tap()
        self.look(payment)
        self.pos_session, self.method = session, method
        order = self.draft_order(payment)
        order.payment_ids._link_stripe_payments()
        self.assertEqual(order.currency_id.name, "JPY")
        self.assertTrue(payment._matches(order.payment_ids))
        self.assertFalse(order.payment_ids.stripe_unverified)
        self.assertMoney(payment)

    def test_the_minimum_of_each_currency(self):
        for currency, amount, shown in (
            ("EUR", 0.49, "0.50"),
            ("JPY", 49, "50"),
            ("HUF", 100, "175"),
        ):
            with self.subTest(currency=currency):
                session, method = self.register_in(currency)
                before = len(self.sent())
                answer = self.Payment._send(session.sudo(), method.sudo(), self.line(amount))
                self.assertEqual(answer["state"], "declined")
                self.assertEqual(answer["failure_code"], "amount_too_small")
                self.assertIn(shown, answer["sentence"])
                self.assertEqual(len(self.sent()), before)

    def test_what_cards_cannot_have_is_told(self):
        for currency, amount, step in (("KWD", 1.234, "0.01"), ("EUR", 12.345, "0.01")):
            with self.subTest(currency=currency):
                session, method = self.register_in(currency)
                answer = self.Payment._send(session.sudo(), method.sudo(), self.line(amount))
                self.assertEqual(answer["failure_code"], "amount_not_exact")
                self.assertIn(f"{step} {currency}", answer["sentence"])
                self.assertFalse(answer.get("id"))

    def test_more_than_can_be_counted(self):
        for amount in (10**8, 10**20):
            answer = self.Payment._send(
                self.pos_session.sudo(), self.method.sudo(), self.line(amount)
            )
            self.assertEqual(answer["failure_code"], "amount_too_large")

    def test_a_currency_that_stripe_does_not_have(self):
        session, method = self.register_in("LYD")
        payment = self.send(self.line(12.34), session, method)
        self.carry_out(payment)
        self.assertEqual(payment.state, "declined")
        self.assertEqual(payment.failure_code, "currency_unsupported")
        self.assertIn("currency", payment._till_data()["sentence"])

    def test_stripes_amounts_in_words(self):
        currencies = self.env["res.currency"]
        for code, minor, words in (
            ("EUR", 1234, "12.34"),
            ("JPY", 1234, "1,234"),
            ("KWD", 12340, "12.340"),
            ("ISK", 123400, "1,234"),
        ):
            with self.subTest(code):
                self.assertIn(words, currencies._stripe_format_code(minor, code))
        # No currency of this database.
        self.assertEqual(currencies._stripe_format_code(1234, "XTS"), "12.34 XTS")
