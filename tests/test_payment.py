from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import SERIAL_NUMBER, StripeTerminalCase


@tagged("post_install", "-at_install")
class TestPayment(StripeTerminalCase):
    """One payment, from the till's request to what the journal says in the end."""

    def test_approved(self):
        payment = self.pay(12.0)
        self.assertEqual(payment.state, "collecting")
        self.assertEqual(self.reader.screen["amount"], 1200)
        self.reader.tap()
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        self.assertEqual(payment.card_brand, "visa")
        self.assertEqual(payment.card_last4, "4242")
        self.assertTrue(payment.auth_code)
        self.assertIn("**** 4242", payment._till_data()["ticket"])
        self.assertMoney(payment)

    def test_two_requests_reach_the_reader(self):
        self.pay(5.0)
        before = len(self.sent("POST"))
        payment = self.send(self.line(5.0))
        # The reader is leased by the first payment: free it.
        self.assertEqual(payment.failure_code, "reader_leased")
        first = self.Payment.search([("holds_reader", "=", True)])
        first._cancel()
        self.carry_out(first)
        before = len(self.sent("POST"))
        self.pay(6.0)
        self.assertEqual(
            [request.path.split("/")[-1] for request in self.sent("POST")[before:]],
            ["payment_intents", "process_payment_intent"],
        )

    def test_the_sale_can_be_found_in_stripe(self):
        payment = self.pay(3.0, order_ref="2-0007")
        intent = self.provider._stripe_terminal_gateway().retrieve_payment_intent(
            payment.payment_intent
        )
        self.assertEqual(intent.data["metadata"]["pos_order"], "2-0007")
        self.assertEqual(intent.data["metadata"]["pos_payment_line_uuid"], payment.line_uuid)
        self.assertEqual(intent.data["metadata"]["odoo_database"], self.env.cr.dbname)
        self.assertEqual(intent.data["metadata"]["pos_register"], "Coffee bar")
        self.assertEqual(intent.data["description"], "Coffee bar, 2-0007")

    def test_decline_then_retry_on_the_same_intent(self):
        line = self.line(7.0)
        payment = self.send(line)
        self.carry_out(payment)
        self.reader.decline("insufficient_funds")
        self.look(payment)
        self.assertEqual(payment.state, "declined")
        self.assertEqual(payment.failure_code, "insufficient_funds")
        self.assertTrue(payment._till_data()["sentence"])
        intent = payment.payment_intent

        self.send(self.again(line))
        self.carry_out(payment)
        self.assertEqual(payment.state, "collecting")
        self.assertEqual(payment._till_data()["sentence"], "")
        self.reader.tap()
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        self.assertEqual(payment.payment_intent, intent)
        self.assertMoney(payment)

    def test_retry_with_another_amount_updates_the_intent(self):
        line = self.line(7.0)
        payment = self.send(line)
        self.carry_out(payment)
        self.reader.decline()
        self.look(payment)
        intent = payment.payment_intent
        self.send(self.again(line, amount=4.5))
        self.carry_out(payment)
        self.assertEqual(self.reader.screen["amount"], 450)
        self.reader.tap()
        self.look(payment)
        self.assertEqual((payment.state, payment.payment_intent), ("paid", intent))
        self.assertMoney(payment)

    def test_one_request_twice_is_one(self):
        line = self.line(8.0)
        payment = self.send(line)
        self.assertEqual(self.send(line), payment)
        self.carry_out(payment)
        self.send(line)
        self.carry_out(payment)
        self.reader.decline()
        self.look(payment)
        # The same click, delivered late, does not ask the customer again.
        self.send(line)
        self.carry_out(payment)
        self.assertEqual(payment.state, "declined")
        intents = {
            intent["id"]
            for intent in self.simulator.ledger(self.account)["intents"]
            if intent["metadata"].get("pos_payment_line_uuid") == line["line_uuid"]
        }
        self.assertEqual(intents, {payment.payment_intent})

    def test_cancel_from_the_till(self):
        payment = self.pay(9.0)
        payment._cancel()
        self.assertTrue(payment._till_data()["canceling"])
        self.carry_out(payment)
        self.assertEqual((payment.state, payment.intent_status), ("canceled", "canceled"))
        self.assertNotEqual(self.reader.screen["state"], "amount")
        self.assertFalse(payment.holds_reader)
        self.assertMoney(payment)

    def test_cancel_on_the_reader(self):
        payment = self.pay(9.0)
        self.reader.customer_cancel()
        self.look(payment)
        self.assertEqual((payment.state, payment.failure_code), ("declined", "customer_canceled"))
        self.assertMoney(payment)

    def test_cancel_loses_against_the_card(self):
        payment = self.pay(9.0)
        self.reader.tap()
        payment._cancel()
        self.carry_out(payment)
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        self.assertFalse(payment.wanted)
        self.assertMoney(payment)

    def test_retry_after_cancel_is_a_new_attempt(self):
        line = self.line(9.0)
        payment = self.send(line)
        self.carry_out(payment)
        payment._cancel()
        self.carry_out(payment)
        first = payment.payment_intent
        self.send(self.again(line))
        self.carry_out(payment)
        self.assertEqual((payment.state, payment.attempt), ("collecting", 2))
        self.assertNotEqual(payment.payment_intent, first)
        self.reader.tap()
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        self.assertMoney(payment)

    def test_cancel_before_anything_was_sent(self):
        payment = self.send(self.line(2.0))
        payment._cancel()
        before = len(self.sent())
        self.carry_out(payment)
        self.assertEqual(payment.state, "canceled")
        self.assertEqual(len(self.sent()), before)

    def test_a_declined_line_that_is_given_up_leaves_no_open_intent(self):
        payment = self.pay(9.0)
        self.reader.decline()
        self.look(payment)
        payment._cancel()
        self.carry_out(payment)
        self.assertEqual(payment.intent_status, "canceled")

    def test_amounts_that_cannot_be_charged(self):
        before = len(self.sent())
        for amount, code in ((0, "amount_not_positive"), (-5, "refund_without_original")):
            answer = self.Payment._send(self.pos_session, self.method, self.line(amount))
            self.assertEqual((answer["state"], answer["failure_code"]), ("declined", code))
            self.assertTrue(answer["sentence"])
        answer = self.Payment._send(self.pos_session, self.method, self.line(0.49))
        self.assertEqual(answer["failure_code"], "amount_too_small")
        self.assertEqual(len(self.sent()), before)

    def test_many_tabs_read_stripe_once_a_second(self):
        payment = self.pay(5.0)
        kicked = []
        self.patch(
            self.registry["pos.stripe.payment"],
            "_kick",
            lambda payments, insist=False: kicked.extend(payments.ids),
        )
        for _tab in range(5):
            payment._request_read()
        self.assertFalse(kicked, "Stripe was read just now")
        payment.last_read_at = fields.Datetime.now() - timedelta(seconds=2)
        payment._request_read()
        self.assertEqual(kicked, payment.ids)

    def test_reader_off(self):
        self.reader.go_offline()
        payment = self.pay(5.0)
        self.assertEqual(
            (payment.state, payment.failure_code), ("declined", "terminal_reader_offline")
        )
        self.reader.go_online()
        self.assertFalse(payment.holds_reader)

    def test_wrong_key(self):
        self.provider.stripe_secret_key = "sk_test_" + "wrong"
        payment = self.pay(5.0)
        self.assertEqual((payment.state, payment.failure_code), ("declined", "api_key_invalid"))
        self.assertNotIn("wrong", str(payment.event_ids.mapped("data")))

    def test_a_key_that_is_none_is_refused_before_anything_is_written(self):
        for key in (self.account.publishable_key, "sk_" + "test_12 34"):
            self.provider.stripe_secret_key = key
            line = self.line(5.0)
            answer = self.Payment._send(self.pos_session, self.method, line)
            self.assertEqual(answer["state"], "declined")
            self.assertIn("secret key", answer["sentence"])
            self.assertFalse(self.Payment.search([("line_uuid", "=", line["line_uuid"])]))

    def test_a_key_that_goes_while_a_payment_runs(self):
        payment = self.pay(5.0)
        self.provider.stripe_secret_key = False
        self.look(payment)
        self.assertEqual((payment.state, payment.failure_code), ("unknown", "no_secret_key"))
        self.assertFalse(payment.lease_until)

    def test_an_unknown_payment_stays_unknown_while_another_has_the_reader(self):
        line = self.line(5.0)
        payment = self.send(line)
        self.carry_out(payment)
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        self.look(payment)
        self.reader.tap()
        self.simulator.faults.clear()
        other = self.pay(6.0)
        self.assertTrue(other.holds_reader)
        self.send(self.again(line))
        self.assertEqual((payment.state, payment.wanted), ("unknown", False))
        self.look(payment)
        self.assertEqual(payment.state, "paid")

    def test_no_key_and_no_provider(self):
        self.provider.stripe_secret_key = False
        answer = self.Payment._send(self.pos_session, self.method, self.line(5.0))
        self.assertEqual(answer["failure_code"], "no_secret_key")
        self.env["payment.provider"].search([("code", "=", "stripe")]).code = "none"
        answer = self.Payment._send(self.pos_session, self.method, self.line(5.0))
        self.assertEqual(answer["failure_code"], "no_provider")

    def test_unknown_serial_number(self):
        method = self._create_method("Other", "WSC000000000000")
        payment = self.send(self.line(5.0), method=method)
        self.carry_out(payment)
        self.assertEqual((payment.state, payment.failure_code), ("declined", "reader_unknown"))
        self.assertMoney(payment)

    def test_known_serial_number_is_looked_up_once(self):
        self.assertFalse(self.env["pos.stripe.reader"].search([]))
        self.pay(5.0)
        reader = self.env["pos.stripe.reader"].search([])
        self.assertEqual((reader.serial_number, reader.stripe_id), (SERIAL_NUMBER, self.reader.id))

    def test_reader_busy_with_another_register(self):
        first = self.pay(5.0, order_ref="1-0042")
        other = self._open_session(self._create_register("Terrace", self.method))
        second = self.send(self.line(6.0), session=other)
        self.carry_out(second)
        self.assertEqual((second.state, second.failure_code), ("declined", "reader_leased"))
        self.assertIn("1-0042", second._till_data()["sentence"])
        self.assertIn("Coffee bar", second._till_data()["sentence"])
        self.reader.tap()
        self.look(first)
        self.assertEqual(first.state, "paid")
        self.assertMoney(first, second)

    def test_force_done_is_refused_while_stripe_answers(self):
        payment = self.pay(5.0)
        with self.assertRaises(AccessError):
            payment._force_done()
        self.assertFalse(payment.forced_at)

    def test_force_done_is_settled_by_the_truth(self):
        payment = self.pay(5.0)
        self.simulator.faults.add("*", "*", "drop_before", times=100)
        self.look(payment)
        self.assertEqual(payment.state, "unknown")
        payment._force_done()
        self.assertTrue(payment.unverified)
        self.assertTrue(payment._till_data()["forced"])
        self.reader.tap()
        self.simulator.faults.clear()
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        self.assertFalse(payment.unverified)
        self.assertMoney(payment)

    def test_lost_answer_of_the_create(self):
        self.simulator.faults.add("POST", "/v1/payment_intents", "drop_after", times=1)
        payment = self.pay(5.0)
        self.assertEqual(payment.state, "collecting")
        self.reader.tap()
        self.look(payment)
        self.assertMoney(payment)
        self.assertEqual(self.intents_of(payment), {payment.payment_intent})

    def test_lost_answer_of_the_send(self):
        self.simulator.faults.add(
            "POST", "/v1/terminal/readers/*/process_payment_intent", "drop_after", times=1
        )
        payment = self.pay(5.0)
        self.assertEqual(payment.state, "collecting")
        self.reader.tap()
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        self.assertMoney(payment)

    def test_stripe_silent_for_long_then_nothing_was_sent(self):
        self.simulator.faults.add("*", "*", "drop_before", times=100)
        payment = self.pay(5.0)
        self.assertEqual(payment.state, "unknown")
        self.assertTrue(payment._till_data()["sentence"])
        self.simulator.faults.clear()
        before = len(self.sent("POST", "/v1/terminal/readers/*/process_payment_intent"))
        self.look(payment)
        # The cashier has long done something else: the reader does not light up by itself.
        self.assertEqual(payment.state, "declined")
        after = self.sent("POST", "/v1/terminal/readers/*/process_payment_intent")
        self.assertEqual(len(after), before)
        self.assertEqual(payment.failure_code, "not_sent")

    def intents_of(self, payment):
        return {
            intent["id"]
            for intent in self.simulator.ledger(self.account)["intents"]
            if intent["metadata"].get("pos_payment_line_uuid") == payment.line_uuid
        }
