from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .browser_sdk_case import BrowserSdkCase
from .tip_case import TipCase


@tagged("post_install", "-at_install")
class TestTipOnReader(TipCase):
    """A tip that the customer gives on the reader, until it is in the books."""

    def set_up_register(self, config):  # pylint: disable=missing-return
        super().set_up_register(config)
        config.stripe_tip_on_reader = True

    def tipped(self, amount=10.0, tip=150, **values):
        """Return a payment with a tip (minor units) that Stripe has taken."""
        payment = self.pay(amount, **values)
        self.reader.choose_tip(tip)
        self.reader.tap()
        self.look(payment)
        return payment

    def asked(self, amount=10.0, **values):
        """Return what the reader suggests for a new payment, and cancel that payment."""
        payment = self.pay(amount, **values)
        suggestions = self.reader.screen["tips"]
        self.cancel(payment)
        return suggestions and [suggestion["amount"] for suggestion in suggestions]

    # Who is asked

    def test_the_reader_asks_for_what_the_location_suggests(self):
        self.assertEqual(self.asked(10.0), [100, 150, 200])

    def test_what_is_no_service_gets_no_tip(self):
        self.assertEqual(self.asked(10.0, tippable=4.0), [40, 60, 80])
        self.assertIsNone(self.asked(10.0, tippable=0))
        self.assertIsNone(self.asked(10.0, tippable=None))

    def test_a_tip_that_was_entered_at_the_till_is_not_asked_for_again(self):
        self.assertIsNone(self.asked(10.0, tip=1.0))

    def test_each_guest_is_asked(self):
        first = self.tipped(4.0, 100, tippable=10.0)
        values = {"order_uuid": first.order_uuid, "tippable": 10.0, "tip": 1.0}
        self.assertEqual(self.asked(6.0, **values), [60, 90, 120])
        self.assertIsNone(self.asked(6.0, **{**values, "tip": 1.5}))

    def test_only_where_the_register_wants_it(self):
        self.config.stripe_tip_on_reader = False
        self.assertIsNone(self.asked())
        self.config.write({"stripe_tip_on_reader": True, "iface_tipproduct": False})
        self.assertIsNone(self.asked())

    def test_taxes_cannot_be_added_to_a_chosen_tip(self):
        product = self._create_taxed_product(15, "tax_excluded")
        with self.assertRaisesRegex(ValidationError, "taxes"):
            self.config.tip_product_id = product
        self.config.tip_product_id = self.coffee

    # What comes of it

    def test_the_tip_is_in_amount_line_and_totals(self):
        payment = self.tipped()
        data = payment._till_data()
        self.assertEqual((data["state"], data["amount"], data["tip"]), ("paid", 11.5, 1.5))
        order = self.sync([self.card(payment, tip=1.5)], tip=1.5, uuid=payment.order_uuid)
        self.assertAgrees(order, 11.5, 1.5)
        self.audit()

    def test_no_tip(self):
        payment = self.tipped(tip=0)
        self.assertEqual((payment.state, payment.amount, payment.tip), ("paid", 10.0, 0))
        order = self.sync([self.card(payment)], uuid=payment.order_uuid)
        self.assertFalse(order.is_tipped)
        self.assertMoney(payment)

    def test_a_decline_counts_the_tip_and_a_retry_asks_again(self):
        line = self.line(10.0)
        payment = self.send(line)
        self.carry_out(payment)
        self.reader.tap(tip=5)  # 10.05 is a declined amount of Stripe's test mode
        self.look(payment)
        self.assertEqual((payment.state, payment.failure_code), ("declined", "generic_decline"))
        intent = payment.payment_intent
        self.carry_out(self.send(self.again(line)))
        self.assertEqual(self.reader.screen["amount"], 1000)
        self.reader.tap(tip=200)
        self.look(payment)
        self.assertEqual((payment.payment_intent, payment.amount), (intent, 12.0))
        self.audit()

    def test_a_declined_amount_with_its_tip_is_not_tipped_twice(self):
        """Stripe may leave the tip in the amount of a declined PaymentIntent."""
        line = self.line(10.0)
        payment = self.send(line)
        self.carry_out(payment)
        self.reader.tap(tip=100, decline="insufficient_funds")
        with self.simulator.lock:
            intent = self.account.test.find("payment_intent", payment.payment_intent)
            intent.update(amount=1100, amount_details={"tip": {"amount": 100}})
        self.look(payment)
        self.assertEqual(payment.state, "declined")
        self.assertFalse(payment.wanted)
        self.carry_out(self.send(self.again(line)))
        self.assertEqual(self.reader.screen["amount"], 1000)
        self.reader.tap(tip=150)
        self.look(payment)
        self.assertEqual((payment.amount, payment.tip), (11.5, 1.5))
        self.audit()

    def test_lost_answers_lose_no_tip(self):
        path = "/v1/terminal/readers/*/process_payment_intent"
        self.simulator.faults.add("POST", path, "drop_after", times=1)
        payment = self.pay(10.0)
        self.reader.tap(tip=150)
        self.simulator.faults.add("GET", "*", "drop_after", times=2)
        self.come_to_rest(payment)
        self.assertEqual((payment.state, payment.amount, payment.tip), ("paid", 11.5, 1.5))
        self.audit()

    def forced(self, tip):
        """Return a forced payment and its finished order; the customer gave a tip meanwhile."""
        payment = self.pay(10.0)
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        self.look(payment)
        payment._force_done()
        self.reader.tap(tip=tip)
        order = self.sync([self.card(payment, 10.0)], uuid=payment.order_uuid)
        self.assertTrue(payment.unverified)
        self.simulator.faults.clear()
        return payment, order

    def test_the_tip_of_an_order_that_is_stored_without_it(self):
        payment, order = self.forced(150)
        self.look(payment)
        self.assertAgrees(order, 11.5, 1.5)
        self.assertFalse(self.activities(order))
        self.audit()

    def test_the_tip_of_an_order_that_is_closed_already(self):
        payment, order = self.forced(150)
        order.state = "done"
        self.look(payment)
        self.assertEqual(order.amount_total, 10.0)
        notes = "".join(self.activities(order).mapped("note"))
        self.assertIn("1.50", notes)
        self.assertTrue(payment.unpaid)

    def test_an_order_is_told_once(self):
        payment, order = self.forced(150)
        for _look in range(3):
            self.look(payment)
            payment._carry_here("tip", "verify", "payment")
        self.assertAgrees(order, 11.5, 1.5)

    def test_two_tips_on_one_order(self):
        first = self.tipped(4.0, 100, tippable=10.0)
        second = self.pay(6.0, order_uuid=first.order_uuid, tippable=10.0, tip=1.0)
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        self.look(second)
        second._force_done()
        self.reader.tap(tip=60)
        cards = [self.card(first, tip=1.0), self.card(second, 6.0)]
        order = self.sync(cards, tip=1.0, uuid=first.order_uuid)
        self.simulator.faults.clear()
        self.look(second)
        self.assertAgrees(order, 11.6, 1.6)

    # Receipts

    def test_the_slip_tells_the_tip(self):
        payment = self.tipped()
        slip = payment._ticket()
        charge = self.account.charge(payment.charge)
        self.assertEqual(charge["amount"], 1150)
        self.assertIn("Amount: $\xa011.50\nTip included: $\xa01.50", slip)
        self.assertIn(charge["payment_method_details"]["card_present"]["last4"], slip)
        self.assertNotIn("Tip", self.tipped(tip=0)._ticket())

    # Closing

    def test_the_journal_items_are_those_of_a_session_paid_in_cash(self):
        payment = self.tipped()
        self.sync([self.card(payment, tip=1.5)], tip=1.5, uuid=payment.order_uuid)
        cash_session = self.cash_register()
        cash = {"amount": 11.5, "payment_method_id": self.drawer.id}
        self.sync([cash], cash_session, tip=1.5)
        for session in (self.pos_session, cash_session):
            session._stripe_terminal_comparison()._accept(["unreachable"], "Test")
            self.assertTrue(session.close_session_from_ui()["successful"])
        self.assertEqual(self.journal_items(self.pos_session), self.journal_items(cash_session))
        self.assertEqual(self.journal_items(cash_session)[1], 11.5)


@tagged("post_install", "-at_install")
class TestTipBrowserSdk(TipCase, BrowserSdkCase):
    """The same where a till's browser collects the card."""

    @classmethod
    def _create_method(cls, name, serial_number, **values):
        return super()._create_method(name, serial_number, stripe_connection="browser", **values)

    def test_the_reader_asks_where_the_register_wants_it(self):
        for wants, tips in ((True, [100, 150, 200]), (False, None)):
            self.config.stripe_tip_on_reader = wants
            payment = self.pay(10.0)
            found = self.reader.screen["tips"]
            self.assertEqual(found and [tip["amount"] for tip in found], tips)
            self.cancel(payment)

    def test_the_tip_is_in_amount_line_and_totals(self):
        self.config.stripe_tip_on_reader = True
        payment = self.pay(10.0)
        self.reader.choose_tip(150)
        self.tap()
        self.look(payment)
        order = self.sync([self.card(payment, tip=1.5)], tip=1.5, uuid=payment.order_uuid)
        self.assertAgrees(order, 11.5, 1.5)
        self.audit()


@tagged("post_install", "-at_install")
class TestTipAddsUp(TipCase):
    """A tip is believed where what was taken is what was asked for and that tip."""

    def set_up_register(self, config):  # pylint: disable=missing-return
        super().set_up_register(config)
        config.stripe_tip_on_reader = True

    def test_a_tip_that_does_not_add_up_is_no_tip_but_told(self):
        for told in (999, 150 - 1, -150):
            payment = self.pay(10.0)
            self.reader.choose_tip(150)
            self.reader.tap()
            with self.simulator.lock:
                intent = self.account.test.find("payment_intent", payment.payment_intent)
                intent["amount_details"]["tip"]["amount"] = told
            self.look(payment)
            self.assertEqual((payment.state, payment.amount, payment.tip), ("paid", 11.5, 0))
            self.assertEqual(payment._till_data()["tip"], 0)
            order = self.sync([self.card(payment)], uuid=payment.order_uuid, price=11.5)
            self.assertFalse(self.tip_lines(order))
            self.assertIn("Tip not recorded", self.activities(order).mapped("summary"))
            self.assertIn("11.50", "".join(self.activities(order).mapped("note")))

    def test_a_tip_within_what_was_asked_for_is_no_tip(self):
        payment = self.pay(10.0)
        self.reader.choose_tip(0)
        self.reader.tap()
        with self.simulator.lock:
            intent = self.account.test.find("payment_intent", payment.payment_intent)
            intent["amount_details"] = {"tip": {"amount": 200}}
        self.look(payment)
        self.assertEqual((payment.amount, payment.tip), (10.0, 0))
        order = self.sync([self.card(payment)], uuid=payment.order_uuid)
        self.assertIn("Tip not recorded", self.activities(order).mapped("summary"))
