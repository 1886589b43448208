from odoo.tests import tagged

from .fault_case import FaultCase
from .refund_case import RefundCase


class LaterCase(FaultCase):
    """An order whose payment was declined moves to the session of another day or register."""

    def setUp(self):
        super().setUp()
        self.later_method = self._create_method("Later", "STRM26138003393")
        self.later = self._open_session(self._create_register("Terrace", self.later_method))

    def decline(self):
        self.first_line = self.line(12.0)
        payment = self.send(self.first_line)
        self.carry_out(payment)
        self.reader.decline("insufficient_funds")
        self.look(payment)
        self.assertEqual(payment.state, "declined")
        return payment

    def retry_later(self, payment):
        self.send(self.again(self.first_line), self.later, self.later_method)
        self.carry_out(payment)

    def assertLater(self, row):
        self.assertEqual(
            (row.session_id, row.config_id, row.payment_method_id),
            (self.later, self.later.config_id, self.later_method),
        )


@tagged("post_install", "-at_install")
class TestLaterSession(LaterCase):
    def setUp(self):
        super().setUp()
        location = self.account.add_location(display_name="Terrace")
        self.later_reader = self.account.add_reader(
            serial_number="STRM26138003393", label="Terrace", location=location["id"]
        )

    def test_same_account(self):
        payment = self.decline()
        intent = payment.payment_intent
        self.retry_later(payment)
        self.assertLater(payment)
        self.assertEqual((payment.state, payment.payment_intent), ("collecting", intent))
        self.later_reader.tap()
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        self.assertMoney(payment)

    def test_canceled_before(self):
        payment = self.decline()
        self.cancel(payment)
        self.assertEqual(payment.state, "canceled")
        self.retry_later(payment)
        self.assertLater(payment)
        self.assertEqual((payment.state, payment.attempt), ("collecting", 2))

    def test_a_payment_that_runs_stays_where_it_is(self):
        payment = self.pay(12.0)
        line = self.line(12.0, line_uuid=payment.line_uuid)
        self.send(line, self.later, self.later_method)
        self.assertEqual(payment.session_id, self.pos_session)

    def test_another_account(self):
        payment = self.decline()
        old_provider, old_account, first = payment.provider_id, self.account, payment.payment_intent
        other = self.simulator.add_account()
        location = other.add_location(display_name="Terrace")
        reader = other.add_reader(
            serial_number="STRM26138003393", label="Terrace", location=location["id"]
        )
        provider = self.env["payment.provider"].create(
            {
                "name": "Stripe, another account",
                "code": "stripe",
                "state": "disabled",
                "company_id": self.company.id,
                "stripe_secret_key": other.secret_key,
            }
        )
        old_provider.stripe_secret_key = self.account.secret_key
        old_provider.write({"stripe_publishable_key": "pk_test_1", "state": "test"})
        self.assertEqual(self.later_method._stripe_terminal_provider(), provider)
        path = "/v1/payment_intents/*/cancel"
        fault = self.simulator.faults.add("POST", path, "drop_before", times=None)
        self.retry_later(payment)
        self.retry_later(payment)
        self.assertEqual((payment.provider_id, payment.payment_intent), (old_provider, first))
        self.simulator.faults.remove(fault)
        for _click in range(2):
            self.retry_later(payment)
        self.assertEqual(old_account.intent(first)["status"], "canceled")
        self.assertLater(payment)
        self.assertEqual((payment.state, payment.provider_id), ("collecting", provider))
        reader.tap()
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        self.assertEqual(other.intent(payment.payment_intent)["amount_received"], 1200)


@tagged("post_install", "-at_install")
class TestLaterRefund(LaterCase, RefundCase):
    def test_a_refund_follows(self):
        sale = self.sell(12.0)
        self.in_dashboard(sale, 1000)
        line = self.refund_line(sale, 5.0)
        refund = self.send(line)
        self.carry_out(refund)
        self.assertEqual(refund.state, "declined")
        self.send(self.again(line, amount=-2.0), self.later, self.later_method)
        self.carry_out(refund)
        self.assertLater(refund)
        self.assertEqual((refund.state, self.refunded_at_stripe(sale)), ("paid", 1200))
