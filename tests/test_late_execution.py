"""Every POST of a payment's life, carried out when its client has long given up on it."""

from odoo.tests import tagged

from . import test_browser_sdk_matrix as browser_sdk
from . import test_fault_matrix as server_driven
from .fault_case import ROUNDS
from .refund_case import INTERAC, CanadaCase, RefundCase
from .test_fault_matrix import INTENT, READER, MatrixCase, Step, add_cell
from .tip_case import TipCase
from .worker import pass_time

# What a try with the same key is answered until the first one is carried out.
MEANWHILE = (409, 429, 500, "drop")
# How often somebody looks, and presses on, until it is carried out.
LOOKS = {"soon": 0, "later": 3}
REFUNDS = "/v1/refunds"


class LateExecution(MatrixCase):
    """The request hangs, tries after it are refused, people press on; then it is carried out."""

    def run_cell(self, step, meanwhile, looks):
        self.begin(step)
        fault = self.simulator.faults.add(step.method, step.path, "late", meanwhile=meanwhile)
        self.act(step)
        self.assertTrue(fault.hits, "The fault hit nothing")
        for _look in range(looks):
            pass_time(self, seconds=5)
            self.look(self.payment)
            self.press_on(step)
        self.simulator.execute_late(self.account)
        self.end(step)

    def press_on(self, step):
        """Do what a cashier does who sees that it has not worked."""
        if step.end == "canceled":
            self.cancel(self.payment)
        elif step.end != "refunded" and self.payment.state in ("declined", "canceled", "unknown"):
            self.carry_out(self.send(self.again(self.first_line)))


@tagged("post_install", "-at_install")
class TestLatePayments(LateExecution):
    pass


@tagged("post_install", "-at_install")
class TestLateBrowserSdk(browser_sdk.GivenBrowserSdk, LateExecution):
    pass


class LateRefunds(LateExecution):
    """A part of a sale is refunded, once."""

    def given_nothing(self):
        """Nothing has to be prepared."""

    def given_sold(self):
        self.given_nothing()
        self.sale = self.pay(12.0)
        self.pay_by_card()
        self.look(self.sale)
        self.assertEqual(self.sale.state, "paid")
        self.draft_order(self.sale)._process_saved_order(draft=False)
        self.first_line = self.refund_line(self.sale, 5.0)

    def pay_by_card(self):
        self.reader.tap()

    def finish_refunded(self, payment, line):
        """Go on as a cashier who wants the money refunded."""
        for _round in range(ROUNDS):
            self.come_to_rest(payment)
            if payment.state == "paid":
                break
            self.present_card()
            self.carry_out(self.send(self.again(line)))
        self.assertEqual(payment.state, "paid")
        self.assertEqual(self.refunded_at_stripe(self.sale), 500)

    def finish_refused(self, payment, _line):
        """Go on as a cashier who wants the money kept."""
        self.finish_canceled(payment, _line)
        self.assertEqual(self.refunded_at_stripe(self.sale), 0)

    def end(self, step):
        getattr(self, f"finish_{step.end}")(self.payment, self.first_line)
        self.audit()

    def present_card(self):
        """Nothing: the card need not be there."""


@tagged("post_install", "-at_install")
class TestLateRefunds(LateRefunds, RefundCase):
    pass


@tagged("post_install", "-at_install")
class TestLateInteracRefunds(LateRefunds, CanadaCase):
    """Where the card is presented to the reader."""

    def given_nothing(self):
        # The account's country is known once its key was checked.
        self.provider._stripe_terminal_check_account()

    def pay_by_card(self):
        self.reader.insert(INTERAC)

    def given_asked(self):
        self.given_sold()
        self.do_send()
        self.assertEqual(self.payment.state, "collecting")

    def present_card(self):
        if self.reader.screen["state"] == "amount":
            self.reader.insert(INTERAC)
            self.look(self.payment)


@tagged("post_install", "-at_install")
class TestLateTips(LateExecution, TipCase):
    """A tip after the payment is captured late, or authorized late."""

    after_payment = True

    def given_guest_left(self):
        self.given_nothing()
        self.do_send()
        self.reader.tap()
        self.look(self.payment)
        self.order = self.sync([self.card(self.payment)], uuid=self.payment.order_uuid)

    def given_guest_left_where_more_can_be_captured(self):
        self.account.overcapture = True
        self.given_guest_left()

    def given_nothing(self):
        self.first_line = self.line(10.0)

    def do_tip(self):
        self.tip_screen(self.order, 1.5)
        self.carry_out(self.payment)

    def do_no_tip(self):
        self.tip_screen(self.order, 0)
        self.carry_out(self.payment)

    def press_on(self, step):
        """Nothing: the guest is gone, and no till asks."""

    def finish_tipped(self, payment, _line):
        self.come_to_rest(payment)
        self.assertAgrees(self.order, 11.5, 1.5)

    def finish_untipped(self, payment, _line):
        self.come_to_rest(payment)
        self.assertAgrees(self.order, 10.0, 0)

    def end(self, step):
        getattr(self, f"finish_{step.end}")(self.payment, self.first_line)
        self.audit()


CAPTURE = f"{INTENT}/capture"
INCREMENT = f"{INTENT}/increment_authorization"
CASES = (
    (TestLatePayments, server_driven.STEPS),
    (TestLateBrowserSdk, browser_sdk.STEPS),
    (
        TestLateRefunds,
        {"refund": Step("sold", "send", "create_refund", "POST", REFUNDS, "refunded")},
    ),
    (
        TestLateInteracRefunds,
        {
            "ask": Step(
                "sold", "send", "process_intent", "POST", f"{READER}/refund_payment", "refunded"
            ),
            "cancel": Step(
                "asked", "cancel", "cancel_action", "POST", f"{READER}/cancel_action", "refused"
            ),
        },
    ),
    (
        TestLateTips,
        {
            "capture": Step("guest_left", "no_tip", "capture", "POST", CAPTURE, "untipped"),
            "capture_more": Step(
                "guest_left_where_more_can_be_captured", "tip", "capture", "POST", CAPTURE, "tipped"
            ),
            "capture_after_increment": Step(
                "guest_left", "tip", "capture", "POST", CAPTURE, "tipped"
            ),
            "increment": Step("guest_left", "tip", "increment", "POST", INCREMENT, "tipped"),
        },
    ),
)
for case, steps in CASES:
    names = [name for name, step in steps.items() if step.method == "POST"]
    for row, step_name in enumerate(names):
        for column, meanwhile in enumerate(MEANWHILE):
            # Each answer with each moment, in every second step.
            moment = list(LOOKS)[(row + column) % len(LOOKS)]
            name = f"{step_name}__{meanwhile}_meanwhile__{moment}"
            add_cell(case, name, steps[step_name], meanwhile, LOOKS[moment])
