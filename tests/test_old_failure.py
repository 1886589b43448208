from odoo.tests import tagged

from .fault_case import FaultCase
from .refund_case import INTERAC, CanadaCase
from .worker import pass_time

TROUBLES = {
    "terminal_reader_offline": lambda reader: reader.go_offline(),
    "terminal_reader_busy": lambda reader: reader.occupy("updating"),
    "terminal_reader_timeout": lambda reader: reader.unplug(),
}
FAILURES = {
    "insufficient_funds": lambda reader: reader.decline("insufficient_funds"),
    "customer_canceled": lambda reader: reader.customer_cancel(),
}


@tagged("post_install", "-at_install")
class TestOldFailure(FaultCase):
    """What an earlier try left on the reader is not what became of this one."""

    def decline(self, begin_failure):
        self.first_line = self.line(12.0)
        payment = self.send(self.first_line)
        self.carry_out(payment)
        begin_failure(self.reader)
        self.look(payment)
        self.assertEqual(payment.state, "declined")
        return payment

    def retry(self, payment, **values):
        self.carry_out(self.send(self.again(self.first_line, **values)))

    def test_the_reader_is_in_trouble_at_retry(self):
        for failure, begin_failure in FAILURES.items():
            for code, begin_trouble in TROUBLES.items():
                for amount in (12.0, 15.0):
                    with self.subTest(failure=failure, code=code, amount=amount):
                        payment = self.decline(begin_failure)
                        self.assertEqual(payment.failure_code, failure)
                        begin_trouble(self.reader)
                        self.retry(payment, amount=amount)
                        self.assertEqual((payment.state, payment.failure_code), ("declined", code))
                        self.look(payment)
                        self.assertEqual((payment.state, payment.failure_code), ("declined", code))
                        self.assertFalse(payment._till_data()["decline_slip"])
                        self.reader.occupy(None)
                        self.reader.go_online()
                        self.finish_paid(payment, {**self.first_line, "amount": amount})

    def test_stripe_is_silent_at_retry(self):
        for failure, begin_failure in FAILURES.items():
            payment = self.decline(begin_failure)
            path = "/v1/terminal/readers/*/process_payment_intent"
            fault = self.simulator.faults.add("POST", path, "drop_before", times=None)
            self.retry(payment)
            self.look(payment)
            self.assertNotEqual(payment.failure_code, failure)
            self.simulator.faults.remove(fault)
            pass_time(self, minutes=5)
            self.look(payment)
            self.assertEqual((payment.state, payment.failure_code), ("declined", "not_sent"))
            self.finish_paid(payment, self.first_line)

    def test_the_same_failure_again_is_a_new_one(self):
        for failure, begin_failure in FAILURES.items():
            payment = self.decline(begin_failure)
            self.retry(payment)
            self.assertEqual(payment.state, "collecting")
            begin_failure(self.reader)
            self.look(payment)
            self.assertEqual((payment.state, payment.failure_code), ("declined", failure))
            self.assertEqual(bool(payment._till_data()["decline_slip"]), failure != TIMID)
            payment._cancel()
            self.carry_out(payment)

    def test_a_lost_answer_does_not_hide_the_result(self):
        for failure, begin_failure in FAILURES.items():
            payment = self.decline(begin_failure)
            path = "/v1/terminal/readers/*/process_payment_intent"
            self.simulator.faults.add("POST", path, "drop_after", times=1)
            self.retry(payment)
            self.assertEqual(payment.state, "collecting")
            begin_failure(self.reader)
            self.look(payment)
            self.assertEqual((payment.state, payment.failure_code), ("declined", failure))
            payment._cancel()
            self.carry_out(payment)


TIMID = "customer_canceled"


@tagged("post_install", "-at_install")
class TestOldRefundFailure(CanadaCase):
    def test_the_reader_is_in_trouble_at_retry(self):
        old = self.interac()
        line = self.refund_line(old, 12.0)
        refund = self.send(line)
        self.carry_out(refund)
        self.reader.customer_cancel()
        self.look(refund)
        self.assertEqual((refund.state, refund.failure_code), ("declined", "customer_canceled"))
        self.simulator.reader_timeout = 0.1
        for code, begin_trouble in TROUBLES.items():
            begin_trouble(self.reader)
            self.carry_out(self.send(self.again(line)))
            self.look(refund)
            self.assertEqual((refund.state, refund.failure_code), ("declined", code))
            self.reader.occupy(None)
            self.reader.go_online()
        self.carry_out(self.send(self.again(line)))
        self.reader.insert(INTERAC)
        self.look(refund)
        self.assertEqual(refund.state, "paid")
