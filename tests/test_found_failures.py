"""Failures that the fault matrix, the random stories or a reader of the code has found."""

from odoo.tests import tagged

from .audit import intents_by_line
from .fault_case import FaultCase
from .worker import Worker, pass_time

PROCESS = "/v1/terminal/readers/*/process_payment_intent"


@tagged("post_install", "-at_install")
class TestFoundFailures(FaultCase):
    """Each was wrong once, and is named after what went wrong."""

    def begin(self, amount=12.0):
        """Return a line that was sent, its row, and a worker that has claimed it."""
        line = self.line(amount)
        payment = self.send(line)
        worker = Worker(self, payment)
        worker.claim()
        return line, payment, worker

    def live_intents(self, payment):
        intents = intents_by_line(self).get(payment.line_uuid, [])
        return [intent["id"] for intent in intents if intent["status"] != "canceled"]

    def test_failed_create_that_was_carried_out_made_a_second_intent(self):
        self.simulator.faults.add("POST", "/v1/payment_intents", "500_after")
        payment = self.pay()
        self.assertEqual(payment.state, "collecting")
        self.assertEqual(self.live_intents(payment), [payment.payment_intent])

    def test_click_after_a_lost_create_made_a_second_intent(self):
        line, payment, worker = self.begin()
        self.simulator.faults.add("POST", "/v1/payment_intents", "drop_after")
        worker.ask()
        pass_time(self, minutes=2)
        self.carry_out(self.send(self.again(line, amount=4.5)))
        self.assertEqual(self.live_intents(payment), [payment.payment_intent])
        self.assertEqual(self.reader.screen["amount"], 450)

    def test_create_that_was_still_under_way_was_asked_for_under_another_key(self):
        self.simulator.faults.add("POST", "/v1/payment_intents", "delay", seconds=0.5)
        line = self.line(12.0)
        payment = self.send(line)
        self.carry_out(payment)
        self.finish_paid(payment, line)
        self.assertEqual(len(intents_by_line(self)[payment.line_uuid]), 1)
        self.audit()

    def test_other_amount_during_the_send_was_taken_for_paid(self):
        line, payment, worker = self.begin(12.0)
        worker.go_until("process_intent")
        worker.ask()
        self.send(self.again(line, amount=4.5))
        self.reader.tap()
        worker.apply_answer()
        worker.finish()
        self.come_to_rest(payment)
        self.assertEqual((payment.state, payment._till_data()["amount"]), ("paid", 12.0))
        self.audit()

    def test_thread_that_slept_past_its_lease_stored_what_was_no_longer_true(self):
        line, payment, sleeper = self.begin()
        sleeper.ask()
        pass_time(self, minutes=2)
        payment._cancel()
        self.carry_out(payment)
        self.carry_out(self.send(self.again(line)))
        intent = payment.payment_intent
        sleeper.apply_answer()
        self.assertFalse(sleeper.command)
        self.assertEqual((payment.payment_intent, payment.state), (intent, "collecting"))

    def test_cancel_between_a_lost_send_and_the_next_try_left_the_reader_asking(self):
        _line, payment, worker = self.begin()
        worker.go_until("process_intent")
        self.simulator.faults.add("POST", PROCESS, "drop_after")
        worker.ask()
        payment._cancel()
        worker.apply_answer()
        worker.finish()
        self.assertEqual(payment.state, "canceled")
        self.assertNotEqual(self.reader.screen["state"], "amount")

    def test_cancel_after_a_changed_amount_was_a_replay_that_canceled_nothing(self):
        line, payment, worker = self.begin()
        worker.go_until("process_intent")
        worker.ask()
        self.send(self.again(line, amount=4.5))
        worker.apply_answer()
        worker.finish()
        self.assertEqual(self.reader.screen["amount"], 450)
        self.cancel(payment)
        self.assertEqual(payment.state, "canceled")
        self.assertNotEqual(self.reader.screen["state"], "amount")

    def test_overloaded_stripe_was_asked_again_and_again(self):
        self.simulator.faults.add("POST", PROCESS, "429", times=None)
        before = len(self.sent())
        payment = self.pay()
        self.assertEqual(payment.state, "unknown")
        self.assertLess(len(self.sent()) - before, 10)

    def test_reader_asked_for_a_card_long_after_the_till_had_gone(self):
        _line, payment, worker = self.begin()
        worker.go_until("process_intent")
        pass_time(self, minutes=10)
        self.carry_out(payment)
        self.assertEqual((payment.state, payment.failure_code), ("declined", "not_sent"))
        self.assertNotEqual(self.reader.screen["state"], "amount")

    def test_forced_line_left_the_reader_asking_the_next_customer(self):
        payment = self.pay()
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        self.look(payment)
        payment._force_done()
        self.simulator.faults.clear()
        self.look(payment)
        self.assertEqual((payment.state, payment.unpaid), ("canceled", True))
        self.assertNotEqual(self.reader.screen["state"], "amount")
        self.assertFalse(payment.holds_reader)

    def test_forced_line_could_be_sent_again(self):
        line = self.line(12.0)
        payment = self.send(line)
        self.carry_out(payment)
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        self.look(payment)
        payment._force_done()
        self.simulator.faults.clear()
        self.look(payment)
        self.carry_out(self.send(self.again(line)))
        self.assertEqual(payment.state, "canceled")
        self.assertNotEqual(self.reader.screen["state"], "amount")

    def test_cancel_was_forgotten_while_the_reader_was_looked_up(self):
        method = self._create_method("Elsewhere", "WSC000000000000")
        payment = self.send(self.line(5.0), method=method)
        worker = Worker(self, payment)
        worker.claim()
        worker.go_until("find_reader")
        worker.ask()
        payment._cancel()
        worker.apply_answer()
        worker.finish()
        self.assertEqual((payment.state, payment.intent_status), ("canceled", "canceled"))

    def test_cancel_before_the_reader_was_known_was_read_without_end(self):
        self.simulator.faults.add("POST", "/v1/payment_intents", "drop_before", times=3)
        line = self.line(5.0)
        payment = self.send(line)
        self.carry_out(payment)
        self.assertEqual(payment.state, "unknown")
        self.send(self.again(line))
        payment._cancel()
        before = len(self.sent())
        self.carry_out(payment)
        self.assertEqual((payment.state, payment.intent_status), ("canceled", "canceled"))
        self.assertLess(len(self.sent()) - before, 10)
