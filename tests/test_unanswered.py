"""A request hangs, later tries are answered, and Stripe carries the first one out after all."""

from contextlib import suppress

from odoo.addons.pos_payment_stripe.dev.stripe_simulator import SimulatorError
from odoo.tests import tagged

from .fault_case import FaultCase
from .refund_case import INTERAC, CanadaCase, RefundCase
from .test_fault_matrix import STEPS, MatrixCase, add_cell
from .tip_case import TipCase
from .worker import Worker, pass_time

# What the tries after the one that hangs meet, until somebody goes on.
TROUBLES = {
    "409": {},
    "429": {"kind": "429"},
    "500": {"kind": "500_before"},
    "503": {"kind": "error", "status": 503, "type": "api_error"},
    "400": {"kind": "error", "status": 400, "stored": False},
    "401": {"kind": "error", "status": 401},
    "403": {"kind": "error", "status": 403, "code": "more_permissions_required"},
    "reset": {"kind": "drop_before"},
}
# When the one that hangs is carried out.
AT_ONCE, AFTER_RETRY, WHEN_TIME_IS_OVER = "at_once", "after_retry", "when_its_time_is_over"
MOMENTS = (AT_ONCE, AFTER_RETRY, WHEN_TIME_IS_OVER)
STEP_NAMES = [name for name, step in STEPS.items() if step.method == "POST"]


class LateCase(FaultCase):
    """One request is carried out after its client has given up on it."""

    def hang(self, path, trouble):
        """Let the next request hang at Stripe, and the tries after it meet a trouble."""
        self.simulator.faults.add("POST", path, "late")
        if trouble:
            self.simulator.faults.add("POST", path, times=None, **trouble)

    def execute_late(self):
        """Let Stripe carry out what hangs; tells whether something did."""
        self.simulator.faults.clear()
        with suppress(SimulatorError):
            return self.simulator.execute_late()

    def be_late(self, moment, go_on):
        """Let Stripe carry out what hangs at a moment, and the shop look at what it has.

        :param go_on: function that does what a cashier does who sees that it did not work
        """
        self.assertTrue(self.simulator.late.records())
        if moment == AFTER_RETRY:
            self.simulator.faults.clear()
            go_on()
        elif moment == WHEN_TIME_IS_OVER:
            self.settle_for_long()
        self.execute_late()
        self.settle_for_long()

    def settle_for_long(self):
        for _round in range(2):
            pass_time(self, minutes=65)
            self.run_cron()


@tagged("post_install", "-at_install")
class TestLatePayment(LateCase, MatrixCase):
    """The money is taken, taken back or refunded once, and the journal knows."""

    def run_cell(self, name, trouble, moment):
        step = STEPS[name]
        self.begin(step)
        self.hang(step.path, trouble)
        self.act(step)
        self.be_late(moment, lambda: self.act(step) if name != "refund_unattached" else None)
        self.end(step)

    def test_what_may_still_be_refunded_is_not_told_as_refused(self):
        step = STEPS["refund_unattached"]
        self.begin(step)
        self.hang(step.path, TROUBLES["400"])
        self.act(step)
        self.assertEqual((self.payment.state, self.payment.wanted), ("paid", "refund"))
        self.execute_late()
        self.settle_for_long()
        self.assertEqual(self.payment.refunded_minor, self.payment.amount_received)
        self.end(step)

    def finish_refunded(self, payment, line):  # pylint: disable=missing-return
        if not payment.refunded_minor and not payment.wanted:
            # It was told as refused, and somebody presses the button once more.
            self.do_refund()
        super().finish_refunded(payment, line)
        self.assertTrue(payment.refund)
        self.assertTrue(payment._is_taken_back())


@tagged("post_install", "-at_install")
class TestLateCapture(LateCase, TipCase):
    """A tip after the payment: authorized, more authorized, captured."""

    after_payment = True

    def tip(self, verb, trouble):
        """Return a payment of 10.00 whose tip of 2.00 hangs at Stripe, and its order."""
        self.account.overcapture = verb == "capture"
        payment = self.pay(10.0)
        self.reader.tap()
        self.look(payment)
        self.assertEqual(payment.state, "authorized")
        order = self.sync([self.card(payment)], uuid=payment.order_uuid)
        self.tip_screen(order, 2.0)
        self.hang(f"/v1/payment_intents/*/{verb}", trouble)
        self.Payment._release_held([("id", "=", payment.id)])
        self.carry_out(payment)
        return payment, order

    def run_cell(self, verb, trouble, moment):
        payment, order = self.tip(verb, trouble)
        self.be_late(moment, lambda: self.carry_out(payment))
        self.come_to_rest(payment)
        self.audit()
        self.assertEqual(payment.state, "paid")
        self.assertEqual(payment.amount_minor, 1000 + payment.tip_minor)
        self.assertAgrees(order, payment.amount, payment.tip)

    def test_a_tip_that_may_still_be_taken_is_not_left_out(self):
        for verb in ("capture", "increment_authorization"):
            with self.subTest(verb):
                payment, order = self.tip(verb, TROUBLES["400"])
                self.assertEqual((payment.state, payment.tip_refusal), ("authorized", False))
                self.execute_late()
                self.come_to_rest(payment)
                self.audit()
                self.assertEqual((payment.state, payment.tip), ("paid", 2.0))
                self.assertAgrees(order, 12.0, 2.0)


@tagged("post_install", "-at_install")
class TestLateRefund(LateCase, RefundCase):
    """A part of a sale is refunded once, whatever the tries after the first one meet."""

    def run_cell(self, amount, trouble, moment):
        sale = self.sell(12.0)
        line = self.refund_line(sale, 5.0)
        self.hang("/v1/refunds", trouble)
        refund = self.send(line)
        self.carry_out(refund)
        self.be_late(moment, lambda: self.carry_out(self.send(self.again(line, amount=-amount))))
        self.assertEqual(refund.state, "paid")
        self.carry_out(self.send(self.again(line, amount=-amount)))
        self.assertEqual(
            (refund.state, refund.amount, self.refunded_at_stripe(sale)), ("paid", -5.0, 500)
        )
        self.audit()

    def test_the_scene_of_the_report(self):
        for kind in ("429", "500_before"):
            sale = self.sell(12.0)
            line = self.refund_line(sale, 5.0)
            self.hang("/v1/refunds", {"kind": kind})
            refund = self.send(line)
            self.carry_out(refund)
            self.assertEqual(refund.state, "unknown")
            self.simulator.faults.clear()
            pass_time(self, seconds=40)
            for _click in range(2):
                self.carry_out(self.send(self.again(line)))
            self.execute_late()
            self.look(refund)
            self.assertEqual((refund.state, self.refunded_at_stripe(sale)), ("paid", 500))
            self.audit()

    def test_until_its_time_is_over_nobody_says_that_it_failed(self):
        sale = self.sell(12.0)
        refund = self.send(self.refund_line(sale, 5.0))
        self.hang("/v1/refunds", {"kind": "error", "status": 403})
        self.carry_out(refund)
        self.assertEqual(refund.state, "unknown")
        pass_time(self, seconds=60)
        self.look(refund)
        self.assertEqual(refund.state, "unknown")
        pass_time(self, seconds=60)
        self.look(refund)
        self.assertEqual(refund.state, "declined")
        # Even then it is found.
        self.execute_late()
        pass_time(self, hours=1)
        self.run_cron()
        self.assertEqual((refund.state, refund.amount), ("paid", -5.0))
        self.audit()

    def test_a_canceled_refund_that_comes_late_is_found_or_repeated(self):
        for is_repeated in (False, True):
            sale = self.sell(12.0)
            line = self.refund_line(sale, 5.0)
            refund = self.send(line)
            self.hang("/v1/refunds", {"kind": "429"})
            self.carry_out(refund)
            self.cancel(refund)
            self.assertEqual((refund.state, refund.wanted), ("unknown", "cancel"))
            pass_time(self, seconds=120)
            self.look(refund)
            self.assertEqual((refund.state, refund.wanted), ("canceled", False))
            self.execute_late()
            if is_repeated:
                self.carry_out(self.send(self.again(line)))
            pass_time(self, hours=1)
            self.run_cron()
            self.assertEqual((refund.state, self.refunded_at_stripe(sale)), ("paid", 500))
            self.audit()

    def test_a_key_that_stripe_has_forgotten_is_not_relied_upon(self):
        sale = self.sell(12.0)
        line = self.refund_line(sale, 5.0)
        self.simulator.faults.add("POST", "/v1/refunds", "drop_after", times=None)
        self.simulator.faults.add("GET", "*", "drop_before", nth=2, times=None)
        refund = self.send(line)
        self.carry_out(refund)
        self.assertEqual(refund.state, "unknown")
        self.simulator.faults.clear()
        self.forget_keys()
        self.carry_out(self.send(self.again(line)))
        self.assertEqual((refund.state, self.refunded_at_stripe(sale)), ("paid", 500))
        self.audit()

    def test_a_killed_worker_is_a_request_without_an_answer(self):
        sale = self.sell(12.0)
        line = self.refund_line(sale, 5.0)
        refund = self.send(line)
        killed = Worker(self, refund)
        killed.claim()
        killed.go_until("create_refund")
        refund.lease_until = False
        self.simulator.faults.add("POST", "/v1/refunds", "error", status=403)
        self.carry_out(refund)
        self.assertEqual(refund.state, "unknown")

    def forget_keys(self):
        with self.simulator.lock:
            self.account.test.idempotency.entries.clear()
        pass_time(self, hours=25)

    def test_a_request_of_the_version_before_keeps_its_key(self):
        sale = self.sell(12.0)
        line = self.refund_line(sale, 5.0)
        self.hang("/v1/refunds", {"kind": "429"})
        refund = self.send(line)
        self.carry_out(refund)
        asked = refund.unanswered["create_refund"]
        refund.write(
            {
                "create_request": {name: asked[name] for name in ("params", "key", "at")},
                "in_flight_since": refund.lost_at,
                "unanswered": False,
                "lost_at": False,
            }
        )
        self.simulator.faults.clear()
        self.carry_out(self.send(self.again(line)))
        self.assertEqual(refund.unanswered["create_refund"]["key"], asked["key"])
        self.execute_late()
        self.look(refund)
        self.assertEqual((refund.state, self.refunded_at_stripe(sale)), ("paid", 500))


@tagged("post_install", "-at_install")
class TestLateRefundOnReader(LateCase, CanadaCase):
    """The reader asks for the card of a refund once, however late it is told to."""

    def run_cell(self, trouble, moment):
        old = self.interac()
        line = self.refund_line(old, 5.0)
        self.hang("/v1/terminal/readers/*/refund_payment", trouble)
        refund = self.send(line)
        self.carry_out(refund)
        self.be_late(moment, lambda: self.carry_out(self.send(self.again(line))))
        for _try in range(3):
            with suppress(SimulatorError):
                self.reader.insert(INTERAC)
            pass_time(self, minutes=10)
            self.run_cron()
            self.look(refund)
            if refund.state != "paid":
                self.carry_out(self.send(self.again(line)))
        original = refund.refunded_payment_id
        self.assertEqual((refund.state, self.refunded_at_stripe(original)), ("paid", 500))


@tagged("post_install", "-at_install")
class TestLateUpdate(LateCase, MatrixCase):
    """No older amount reaches a PaymentIntent whose card is asked for."""

    def test_another_amount_is_wanted_meanwhile(self):
        for trouble in TROUBLES.values():
            self.given_declined()
            self.hang("/v1/payment_intents/*", trouble)
            self.do_retry_other_amount()
            self.simulator.faults.clear()
            self.first_line["amount"] = 6.0
            self.do_retry()
            self.execute_late()
            for _round in range(8):
                pass_time(self, seconds=20)
                self.do_retry()
            self.assertEqual(self.reader.screen["amount"], 600)
            self.finish_paid(self.payment, self.first_line)
            self.audit()
            self.assertEqual(self.payment.amount_received, 600)


@tagged("post_install", "-at_install")
class TestLateCancel(LateCase, MatrixCase):
    """A cancel that hangs takes no payment back for which a card was asked again."""

    def test_retry_while_a_cancel_hangs(self):
        for trouble in TROUBLES.values():
            self.given_declined()
            self.hang("/v1/payment_intents/*/cancel", trouble)
            self.do_cancel()
            first = self.payment.payment_intent
            self.simulator.faults.clear()
            for _click in range(3):
                self.do_retry()
                self.assertNotEqual(self.reader.screen["state"], "amount")
            self.execute_late()
            self.finish_paid(self.payment, self.first_line)
            self.assertNotEqual(self.payment.payment_intent, first)
            self.audit()


def add_cells(case, cells):
    """Add a test for each pair of a cell and a trouble, each trouble at each moment in some cells.

    :param dict cells: arguments of `run_cell` by name
    """
    for row, (name, arguments) in enumerate(cells.items()):
        for column, (trouble_name, trouble) in enumerate(TROUBLES.items()):
            moment = MOMENTS[(row + column) % len(MOMENTS)]
            add_cell(case, f"{name}__{trouble_name}__{moment}", *arguments, trouble, moment)


add_cells(TestLatePayment, {name: (name,) for name in STEP_NAMES})
add_cells(TestLateCapture, {verb: (verb,) for verb in ("capture", "increment_authorization")})
add_cells(TestLateRefund, {"same_amount": (5.0,), "other_amount": (4.0,)})
add_cells(TestLateRefundOnReader, {"refund_payment": ()})
