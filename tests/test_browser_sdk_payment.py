from odoo.tests import tagged

from .browser_sdk_case import BrowserSdkCase
from .page import Page
from .worker import pass_time


@tagged("post_install", "-at_install")
class TestBrowserSdkPayment(BrowserSdkCase):
    """A till's browser collects the card, and whatever becomes of it is settled by Stripe."""

    def begin(self, amount=12.0):
        self.first_line = self.line(amount)
        payment = self.send(self.first_line)
        self.carry_out(payment)
        self.carry_out(payment)
        return payment

    def expect(self, payment, state, charges=0):
        self.come_to_rest(payment)
        self.assertEqual(payment.state, state)
        money = self.simulator.ledger(self.account)["intents"]
        self.assertEqual(sum(bool(intent["amount_received"]) for intent in money), charges)
        self.audit()

    def test_paid(self):
        payment = self.begin()
        self.assertEqual(payment.state, "collecting")
        self.assertTrue(payment.holds_reader)
        self.assertEqual(self.reader.screen["amount"], 1200)
        self.assertFalse(self.sent("POST", "/v1/terminal/readers/*/process_payment_intent"))
        self.tap()
        self.expect(payment, "paid", charges=1)
        self.assertEqual((payment.card_brand, payment.card_last4), ("visa", "4242"))

    def test_two_requests_of_odoo_are_enough(self):
        """The PaymentIntent is made, and read when its card was charged."""
        payment = self.begin()
        self.finish_paid(payment, self.first_line)
        before = len(self.sent())
        payment = self.send(self.line(12.0))
        self.carry_out(payment)
        self.tap()
        self.carry_out(payment)
        self.assertEqual(payment.state, "paid")
        self.assertEqual(
            [(request.method, request.path) for request in self.sent()[before:]],
            [
                ("POST", "/v1/payment_intents"),
                ("GET", f"/v1/payment_intents/{payment.payment_intent}"),
            ],
        )

    def test_no_tip_is_asked_for_where_the_register_wants_none(self):
        self.account.offer_tips(usd={"percentages": [10, 15, 20]})
        self.begin()
        self.assertEqual(self.reader.screen["state"], "amount")

    def test_declined_then_paid_with_the_same_intent(self):
        payment = self.begin()
        self.reader.decline("insufficient_funds")
        self.carry_out(payment)
        self.assertEqual((payment.state, payment.failure_code), ("declined", "insufficient_funds"))
        intent = payment.payment_intent
        self.finish_paid(payment, self.first_line)
        self.assertEqual(payment.payment_intent, intent)
        self.expect(payment, "paid", charges=1)

    def test_retry_with_another_amount(self):
        payment = self.begin()
        self.reader.decline("lost_card")
        self.carry_out(payment)
        self.carry_out(self.send(self.again(self.first_line, amount=5.0)))
        self.carry_out(payment)
        self.assertEqual(self.reader.screen["amount"], 500)
        self.tap()
        self.expect(payment, "paid", charges=1)
        self.assertEqual(payment.amount_received, 500)

    def test_the_customer_cancels(self):
        payment = self.begin()
        self.reader.customer_cancel()
        self.carry_out(payment)
        self.assertEqual((payment.state, payment.failure_code), ("declined", "canceled"))
        self.finish_paid(payment, self.first_line)
        self.expect(payment, "paid", charges=1)

    def test_cancel_while_waiting(self):
        payment = self.begin()
        self.page.stop()
        self.cancel(payment)
        self.expect(payment, "canceled")
        self.assertNotEqual(self.reader.screen["state"], "amount")

    def test_cancel_by_another_till(self):
        """The page that collects hears of it later, and its card cannot be charged any more."""
        payment = self.begin()
        page, self.page = self.page, None
        self.cancel(payment)
        self.assertEqual(payment.state, "canceled")
        self.reader.tap()
        page.go_on()
        self.expect(payment, "canceled")

    def test_cancel_when_the_card_was_read(self):
        payment = self.begin()
        self.reader.tap()
        payment._cancel()
        page, self.page = self.page, None
        page.go_on()
        self.carry_out(payment)
        self.expect(payment, "paid", charges=1)

    def test_the_answer_of_the_sdk_is_lost(self):
        for kind, end, charges in (("drop_before", "canceled", 0), ("drop_after", "paid", 1)):
            payment = self.begin()
            self.simulator.js_sdk.faults.add("POST", "/sdk/process", kind)
            self.tap()
            self.expect(payment, end, charges)

    def test_what_the_page_says_is_not_believed(self):
        payment = self.begin()
        payment._reported(self.page.name, "process", None)
        self.page = None
        self.expect(payment, "canceled")
        self.assertEqual(payment.amount_received, 0)

    def test_a_stranger_s_report_is_only_a_reason_to_read(self):
        payment = self.begin()
        payment._reported("somebody", "collect", "reader_error")
        self.carry_out(payment)
        self.assertEqual(payment.state, "collecting")
        self.tap()
        self.expect(payment, "paid", charges=1)

    def test_reload_while_waiting(self):
        payment = self.begin()
        self.reload_page()
        for _poll in range(3):
            self.look(payment)
        self.assertEqual(payment.collector, self.page.name)
        self.assertEqual(self.reader.screen["state"], "amount")
        self.tap()
        self.expect(payment, "paid", charges=1)

    def test_the_page_dies_at_each_stage(self):
        def waiting():
            return 0

        def card_read():
            self.reader.tap()
            return 0

        def charged():
            self.reader.tap()
            self.page.sdk.process(self.page.connection, self.page.payment.payment_intent)
            return 1

        for stage in (waiting, card_read, charged):
            for is_back in (True, False):
                with self.subTest(stage=stage.__name__, is_back=is_back):
                    payment = self.begin()
                    charges = stage() + self.charges_before(payment)
                    self.page = Page(self) if is_back else None
                    pass_time(self, seconds=15 if is_back else 61)
                    for _poll in range(3):
                        self.look(payment)
                    if is_back and stage is not charged:
                        self.assertEqual(payment.state, "collecting")
                        self.finish_paid(payment, self.first_line)
                        charges += 1
                    end = "paid" if is_back or stage is charged else "canceled"
                    self.expect(payment, end, charges)
                    self.page = Page(self)
                    with self.simulator.lock:
                        if self.reader.connection:
                            self.reader.connection.close()

    def charges_before(self, payment):
        money = self.simulator.ledger(self.account)["intents"]
        return sum(
            bool(intent["amount_received"])
            for intent in money
            if intent["id"] != payment.payment_intent
        )

    def test_a_second_page_does_not_disturb_the_first(self):
        payment = self.begin()
        first, second = self.page, Page(self)
        second.follow(payment)
        self.assertIsNone(second.payment)
        self.assertEqual(payment.collector, first.name)
        self.assertFalse(payment._keep_collecting(second.name))
        self.assertTrue(payment._keep_collecting(first.name))
        self.tap()
        self.expect(payment, "paid", charges=1)

    def test_two_pages_collect_one_intent(self):
        """The first page slept so long that a second one took over, and wakes up again."""
        payment = self.begin()
        first = self.page
        pass_time(self, seconds=15)
        self.page = Page(self)
        for _poll in range(3):
            self.look(payment)
        self.assertFalse(payment._keep_collecting(first.name))
        self.tap()
        first.go_on()
        self.expect(payment, "paid", charges=1)

    def test_the_client_secret_is_handed_out_once_and_kept_nowhere(self):
        self.page = None
        payment = self.begin()
        secret = payment.client_secret
        self.assertTrue(secret.startswith(payment.payment_intent))
        self.assertEqual(payment._collect("one")["client_secret"], secret)
        self.assertFalse(payment.client_secret)
        self.assertEqual(payment._collect("two"), {})
        self.assertEqual(payment._collect("one"), {"wait": True, "resumed": False})
        self.carry_out(payment)
        self.assertEqual(payment.client_secret, secret)
        self.cancel(payment)
        self.assertFalse(payment.client_secret)
        self.assertNotIn(secret, str(payment.event_ids.mapped("data")))
        self.assertNotIn(secret, str(payment._till_data()))

    def test_the_reader_cannot_be_reached(self):
        self.reader.go_offline()
        payment = self.begin()
        self.assertEqual((payment.state, payment.failure_code), ("declined", "network_error"))
        self.assertFalse(payment.holds_reader)
        self.reader.go_online()
        self.finish_paid(payment, self.first_line)
        self.expect(payment, "paid", charges=1)

    def test_a_reader_in_use_elsewhere(self):
        self.carry_out(self.send(self.line(5.0)))  # so that the reader is known
        self.page.stop()
        self.cancel(self.Payment.search([("line_uuid", "in", list(self.line_uuids))]))
        self.page = Page(self)
        self.simulator.js_sdk.use_elsewhere(self.reader)
        payment = self.begin()
        self.assertEqual((payment.state, payment.failure_code), ("declined", "reader_error"))
        self.page.is_resuming = True  # what “Take the reader over” does
        self.finish_paid(payment, self.first_line)
        self.expect(payment, "paid", charges=1)

    def test_stripe_is_silent_while_the_till_collects(self):
        payment = self.begin()
        outage = self.simulator.faults.add("*", "*", "drop_before", times=None)
        self.look(payment)
        self.assertEqual(payment.state, "unknown")
        self.tap()
        self.simulator.faults.remove(outage)
        self.expect(payment, "paid", charges=1)

    def test_forced_while_stripe_is_silent_and_unpaid(self):
        payment = self.begin()
        outage = self.simulator.faults.add("*", "*", "drop_before", times=None)
        self.look(payment)
        payment._force_done()
        self.simulator.faults.remove(outage)
        self.expect(payment, "canceled")
        self.assertTrue(payment.unpaid)
        self.assertNotEqual(self.reader.screen["state"], "amount")

    def test_another_register_takes_the_reader_over(self):
        payment = self.begin()
        other = self.send(self.line(7.0))
        self.assertEqual(other.failure_code, "reader_leased")
        other._take_over(payment.id)
        self.carry_out(payment)
        self.expect(payment, "canceled")
        self.carry_out(self.send(self.again(self.first_line, line_uuid=other.line_uuid)))
        self.carry_out(other)
        self.assertEqual(other.state, "collecting")

    def test_the_cron_closes_what_no_page_collects(self):
        payment = self.begin()
        self.page = None
        pass_time(self, minutes=2)
        self.run_cron()
        self.expect(payment, "canceled")
