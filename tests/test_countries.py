from odoo.tests import tagged

from ..stripe_terminal.countries import intent_params
from .common import SERIAL_NUMBER
from .test_currencies import CurrencyCase

VISA = "4242424242424242"
INTERAC = "4506445006931933"
EFTPOS = "6280000360000978"
CO_BADGED = "4000050360000001"


@tagged("post_install", "-at_install")
class TestCountries(CurrencyCase):
    """Which cards a payment allows follows from the country of the Stripe account."""

    def move_to(self, country, currency):
        """Use an account of a country; Odoo is told its key, and nothing else."""
        self.account = self.simulator.add_account(country=country)
        location = self.account.add_location(display_name="Coffee bar")
        self.reader = self.account.add_reader(
            serial_number=SERIAL_NUMBER, label="Counter", location=location["id"]
        )
        self.provider.stripe_secret_key = self.account.secret_key
        # The company stays where it is: it does not decide.
        self.assertNotEqual(self.company.country_id.code, country)
        self.pos_session, self.method = self.register_in(currency)

    def check_key(self):
        """As the provider's form does when the key is saved."""
        self.provider._stripe_terminal_check_account()

    def pay_by(self, card):
        payment = self.send(self.line(12.0), self.pos_session, self.method)
        self.carry_out(payment)
        self.reader.insert(card=card)
        self.look(payment)
        return payment, self.account.intent(payment.payment_intent)

    def test_interac_in_canada(self):
        self.move_to("CA", "CAD")
        self.check_key()
        payment, intent = self.pay_by(INTERAC)
        self.assertEqual(
            intent["allowed_payment_method_types"], ["card_present", "interac_present"]
        )
        self.assertEqual(intent["capture_method"], "automatic")
        self.assertEqual(payment.state, "paid")
        self.assertEqual(payment.card_network, "interac")
        slip = payment._ticket().split("\n")
        self.assertIn("Interac **** 1933", slip)
        # Interac's rules: the account is named, and how its owner was verified.
        self.assertIn("Account: Checking", slip)
        self.assertIn("Verified by: PIN", slip)
        self.assertMoney(payment)
        self.assertFalse(self.sent("POST", "/v1/payment_intents/*/capture"))

    def test_other_cards_in_canada(self):
        self.move_to("CA", "CAD")
        self.check_key()
        payment, _intent = self.pay_by(VISA)
        self.assertEqual(payment.state, "paid")

    def test_the_location_tells_where_the_key_may_not(self):
        self.move_to("CA", "CAD")
        self.provider.stripe_secret_key = self.account.add_restricted_key(
            ["payment_intent_write", "charge_read", "terminal_reader_write"]
            + ["terminal_location_read", "terminal_reader_read"]
        )
        self.check_key()
        self.assertNotIn("country", self.provider._stripe_terminal_facts())
        self.env["pos.stripe.reader"]._stripe_fetch(self.provider)
        payment, intent = self.pay_by(INTERAC)
        self.assertEqual(payment.state, "paid")
        self.assertIn("interac_present", intent["allowed_payment_method_types"])

    def test_another_key_may_be_another_country(self):
        self.move_to("CA", "CAD")
        self.check_key()
        self.assertEqual(self.country(), "CA")
        self.provider.stripe_secret_key = self.simulator.add_account(country="DK").secret_key
        self.assertEqual(self.country(), self.company.country_id.code)
        self.check_key()
        self.assertEqual(self.country(), "DK")

    def country(self):
        return self.provider._stripe_terminal_country_code(self.env["pos.stripe.reader"])

    def test_eftpos_in_australia(self):
        self.move_to("AU", "AUD")
        self.check_key()
        for card, name in (
            (EFTPOS, "eftpos **** 0978"),
            (CO_BADGED, "Visa (eftpos) **** 0001"),
        ):
            with self.subTest(card=card):
                payment, intent = self.pay_by(card)
                self.assertEqual(intent["allowed_payment_method_types"], ["card_present"])
                self.assertEqual(payment.state, "paid")
                self.assertEqual(payment.card_network, "eftpos_au")
                self.assertIn(name, payment._ticket())
                self.assertMoney(payment)

    def test_capture_later_in_one_step_countries(self):
        """What `intent_params` gives for it is accepted, and single-message cards succeed."""
        for country, currency, card in (("CA", "CAD", INTERAC), ("AU", "AUD", EFTPOS)):
            with self.subTest(country=country):
                self.move_to(country, currency)
                params = {
                    "amount": 1200,
                    "currency": currency.lower(),
                    **intent_params(country, currency, capture_later=True),
                }
                gateway = self.provider._stripe_terminal_gateway()
                for presented, status in ((card, "succeeded"), (VISA, "requires_capture")):
                    intent = gateway.create_payment_intent(params, None).data
                    gateway.process_payment_intent(self.reader.id, intent["id"], None)
                    self.reader.insert(card=presented)
                    intent = gateway.retrieve_payment_intent(intent["id"]).data
                    self.assertEqual(intent["status"], status, presented)
