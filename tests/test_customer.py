from odoo.tests import tagged

from .common import StripeTerminalCase


@tagged("post_install", "-at_install")
class TestCustomer(StripeTerminalCase):
    """Whom a payment is for can be read at Stripe, and no more of them than that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ada = cls.env["res.partner"].create(
            {"name": "Ada Lovelace", "email": "ada@example.com"}
        )
        cls.mailing_method = cls._create_method(
            "Mailing", cls.method.stripe_serial_number, stripe_receipt_email=True
        )

    def intent_for(self, partner, method=None):
        line = self.line(12.0, partner_id=partner.id, order_ref="2-0007")
        payment = self.send(line, method=method)
        self.carry_out(payment)
        intent = self.account.intent(payment.payment_intent)
        payment._cancel()
        self.carry_out(payment)
        return payment, intent

    def test_the_customer_is_named(self):
        payment, intent = self.intent_for(self.ada)
        self.assertEqual(payment.partner_id, self.ada)
        self.assertEqual(intent["metadata"]["pos_customer"], "Ada Lovelace")
        self.assertEqual(intent["metadata"]["pos_customer_id"], str(self.ada.id))
        self.assertEqual(intent["description"], "Coffee bar, 2-0007, Ada Lovelace")
        self.assertIsNone(intent["receipt_email"])
        self.assertNotIn("ada@example.com", str(intent))

    def test_nobody_is_named(self):
        for nobody in (None, False, "12", 10**6, -1):
            with self.subTest(partner_id=nobody):
                payment = self.pay(12.0, partner_id=nobody)
                self.assertFalse(payment.partner_id)
                intent = self.account.intent(payment.payment_intent)
                self.assertNotIn("pos_customer", intent["metadata"])
                payment._cancel()
                self.carry_out(payment)

    def test_not_a_customer_of_another_company(self):
        self.ada.company_id = self.env["res.company"].create({"name": "Next door"})
        payment, intent = self.intent_for(self.ada)
        self.assertFalse(payment.partner_id)
        self.assertNotIn("Ada", str(intent))

    def test_a_long_name(self):
        self.ada.name = "Ada " * 300
        _payment, intent = self.intent_for(self.ada)
        self.assertEqual(len(intent["metadata"]["pos_customer"]), 500)

    def test_stripe_mails_the_receipt_where_the_shop_wants_it(self):
        self.assertFalse(self.method.stripe_receipt_email)
        _payment, intent = self.intent_for(self.ada, self.mailing_method)
        self.assertEqual(intent["receipt_email"], "ada@example.com")

    def test_no_address_is_no_obstacle(self):
        for email in (False, "ada at example", "ada@example.com, bob@example.com"):
            with self.subTest(email=email):
                self.ada.email = email
                payment, intent = self.intent_for(self.ada, self.mailing_method)
                self.assertEqual(payment.partner_id, self.ada)
                self.assertEqual(intent["receipt_email"], self.ada.email_normalized or None)

    def test_an_address_that_stripe_does_not_accept(self):
        self.simulator.faults.add(
            "POST",
            "/v1/payment_intents",
            "error",
            status=400,
            code="email_invalid",
            message="Invalid email address",
        )
        line = self.line(12.0, partner_id=self.ada.id)
        payment = self.send(line, method=self.mailing_method)
        self.carry_out(payment)
        self.assertEqual(payment.state, "declined")
        self.assertIn("email", payment._till_data()["sentence"])
        self.ada.email = "ada@example.org"
        self.send(self.again(line), method=self.mailing_method)
        self.carry_out(payment)
        self.assertEqual(payment.state, "collecting")
        intent = self.account.intent(payment.payment_intent)
        self.assertEqual(intent["receipt_email"], "ada@example.org")
