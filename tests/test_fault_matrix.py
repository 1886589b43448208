"""Every step of a payment with every fault; in the end Stripe and the journal say the same."""

from contextlib import suppress
from typing import NamedTuple

from odoo.addons.pos_payment_stripe.dev.stripe_simulator import SimulatorError
from odoo.tests import tagged

from .fault_case import TOO_LATE, FaultCase
from .worker import Worker, pass_time, restart_process

INTENTS = "/v1/payment_intents"
INTENT = "/v1/payment_intents/*"
READERS = "/v1/terminal/readers"
READER = "/v1/terminal/readers/*"


class Step(NamedTuple):
    """One request to Stripe in the life of a payment.

    :ivar str before: what has happened when the step begins, a method `given_…`
    :ivar str act: what is done then, a method `do_…`
    :ivar str verb: the request's verb in the journal
    :ivar str method: its method
    :ivar str path: its path, `*` for any part
    :ivar str end: how the payment shall end, a method `finish_…`
    """

    before: str
    act: str
    verb: str
    method: str
    path: str
    end: str


STEPS = {
    "pay_create": Step("nothing", "send", "create_intent", "POST", INTENTS, "paid"),
    "pay_find_reader": Step("nothing", "send", "find_reader", "GET", READERS, "paid"),
    "pay_process": Step(
        "nothing", "send", "process_intent", "POST", f"{READER}/process_payment_intent", "paid"
    ),
    "pay_read_waiting": Step("collecting", "look", "read", "GET", READER, "paid"),
    "pay_read_paid": Step("tapped", "look", "read", "GET", READER, "paid"),
    "pay_read_declined": Step("refused", "look", "read", "GET", READER, "paid"),
    "pay_read_replaced": Step("replaced", "look", "read", "GET", INTENT, "paid"),
    "retry_process": Step(
        "declined", "retry", "process_intent", "POST", f"{READER}/process_payment_intent", "paid"
    ),
    "retry_other_amount_update": Step(
        "declined", "retry_other_amount", "update_intent", "POST", INTENT, "paid"
    ),
    "retry_other_amount_process": Step(
        "declined",
        "retry_other_amount",
        "process_intent",
        "POST",
        f"{READER}/process_payment_intent",
        "paid",
    ),
    "retry_after_cancel_create": Step(
        "canceled", "retry", "create_intent", "POST", INTENTS, "paid"
    ),
    "cancel_read": Step("collecting", "cancel", "read", "GET", READER, "canceled"),
    "cancel_action": Step(
        "collecting", "cancel", "cancel_action", "POST", f"{READER}/cancel_action", "canceled"
    ),
    "cancel_intent": Step(
        "collecting", "cancel", "cancel_intent", "POST", f"{INTENT}/cancel", "canceled"
    ),
    "cancel_tapped_read": Step("tapped", "cancel", "read", "GET", READER, "paid"),
    "cancel_declined": Step(
        "declined", "cancel", "cancel_intent", "POST", f"{INTENT}/cancel", "canceled"
    ),
    "force_paid_read": Step("forced_and_tapped", "look", "read", "GET", READER, "paid"),
    "force_unpaid_read": Step("forced", "look", "read", "GET", READER, "settled"),
    "refund_unattached": Step(
        "unattached", "refund", "refund_intent", "POST", "/v1/refunds", "refunded"
    ),
}

# Each hits one request, or all until the network works again.
NETWORK = {
    "lost_request": "drop_before",
    "lost_answer": "drop_after",
    "500_before": "500_before",
    "500_after": "500_after",
    "429": "429",
    "late_request": "delay_before",
    "late_answer": "delay_after",
}
READER_TROUBLES = {
    "reader_offline": lambda reader: reader.go_offline(),
    "reader_busy": lambda reader: reader.occupy("updating"),
    "reader_timeout_without_receipt": lambda reader: reader.unplug(),
    "reader_timeout_with_receipt": lambda reader: reader.unplug(received=True),
}


class MatrixCase(FaultCase):
    # What has happened before the step

    def given_nothing(self):
        self.first_line = self.line(12.0)

    def given_collecting(self):
        self.given_nothing()
        self.do_send()

    def given_tapped(self):
        self.given_collecting()
        self.reader.tap()

    def given_refused(self):
        self.given_collecting()
        self.reader.decline("insufficient_funds")

    def given_declined(self):
        self.given_refused()
        self.look(self.payment)

    def given_replaced(self):
        self.given_collecting()
        with self.simulator.lock:
            self.reader.reset()

    def given_canceled(self):
        self.given_collecting()
        self.do_cancel()

    def given_forced(self):
        self.given_collecting()
        outage = self.simulator.faults.add("*", "*", "drop_before", times=None)
        self.look(self.payment)
        self.payment._force_done()
        self.simulator.faults.remove(outage)

    def given_forced_and_tapped(self):
        self.given_forced()
        self.reader.tap()

    def given_unattached(self):
        self.given_tapped()
        self.look(self.payment)
        pass_time(self, minutes=1)

    # The step

    def do_refund(self):
        self.payment._refund_unattached()
        self.carry_out(self.payment)

    def do_send(self):
        self.payment = self.send(self.first_line)
        self.carry_out(self.payment)

    def do_retry(self):
        self.send(self.again(self.first_line))
        self.carry_out(self.payment)

    def do_retry_other_amount(self):
        self.first_line["amount"] = 4.5
        self.do_retry()

    def do_cancel(self):
        self.cancel(self.payment)

    def do_look(self):
        self.look(self.payment)

    # The cell

    def begin(self, step):
        getattr(self, f"given_{step.before}")()

    def act(self, step):
        getattr(self, f"do_{step.act}")()

    def end(self, step):
        getattr(self, f"finish_{step.end}")(self.payment, self.first_line)
        self.audit()
        self.assertEqual(self.payment.amount_minor, round(self.first_line["amount"] * 100))


class NetworkFaults(MatrixCase):
    """A request to Stripe or its answer is lost, late or a failure, once or for long."""

    def run_cell(self, step, kind, times):
        self.begin(step)
        seconds = TOO_LATE if kind.startswith("delay") else 0
        fault = self.simulator.faults.add(
            step.method, step.path, kind, times=times, seconds=seconds
        )
        self.act(step)
        self.assertTrue(fault.hits, "The fault hit nothing")
        self.simulator.faults.clear()
        self.end(step)


@tagged("post_install", "-at_install")
class TestNetworkFaults(NetworkFaults):
    pass


class KilledWorker(MatrixCase):
    """The process ends just before a request, or before it has stored the answer."""

    def run_cell(self, step, asked, same_host):
        self.begin(step)
        self.carry_out = lambda payment: self.die_at(payment, step.verb, asked)
        self.act(step)
        del self.carry_out
        if same_host:
            restart_process(self)
        else:
            pass_time(self, minutes=2)
        self.end(step)

    def die_at(self, payment, verb, asked):
        worker = Worker(self, payment)
        worker.claim()
        self.assertTrue(worker.go_until(verb), "The worker lived through it")
        if asked:
            worker.ask()


@tagged("post_install", "-at_install")
class TestKilledWorker(KilledWorker):
    pass


@tagged("post_install", "-at_install")
class TestReaderTroubles(MatrixCase):
    """The reader is off, busy, or silent with and without having got the command."""

    def run_cell(self, step, begin_trouble):
        self.begin(step)
        begin_trouble(self.reader)
        self.act(step)
        self.look(self.payment)
        self.reader.occupy(None)
        self.reader.go_online()
        self.end(step)


@tagged("post_install", "-at_install")
class TestTwoTabs(MatrixCase):
    """A second tab sends or cancels the same line, at each moment of the first one's payment."""

    def run_cell(self, verb, asked, second_tab, end):
        self.given_nothing()
        self.payment = self.send(self.first_line)
        worker = Worker(self, self.payment)
        worker.claim()
        worker.go_until(verb)
        if asked:
            worker.ask()
        getattr(self, f"do_{second_tab}")()
        if asked:
            worker.apply_answer()
        worker.finish()
        getattr(self, f"finish_{end}")(self.payment, self.first_line)
        self.audit()


@tagged("post_install", "-at_install")
class TestTapDuringCancel(MatrixCase):
    """The card comes at each moment of a cancel, and the bank takes its time or none."""

    def run_cell(self, verb, asked, is_slow_bank):
        self.given_collecting()
        self.reader.processing_time = 0.1 if is_slow_bank else 0
        self.payment._cancel()
        worker = Worker(self, self.payment)
        worker.claim()
        worker.go_until(verb)
        if asked:
            worker.ask()
        is_read = self.tap()
        if asked:
            worker.apply_answer()
        worker.finish()
        self.simulator.wait_until(lambda: self.reader.phase == "idle")
        self.come_to_rest(self.payment)
        self.assertEqual(self.payment.state, "paid" if is_read else "canceled")
        self.audit()

    def tap(self):
        """Hold a card to the reader; tells whether it still asked for one."""
        with suppress(SimulatorError):
            self.reader.tap()
            return True
        return False


def add_cell(case, name, *arguments):
    def test(self):
        self.run_cell(*arguments)

    test.__name__ = f"test_{name}"
    test.__qualname__ = f"{case.__name__}.{test.__name__}"
    setattr(case, test.__name__, test)


for step_name, step in STEPS.items():
    for fault_name, kind in NETWORK.items():
        add_cell(TestNetworkFaults, f"{step_name}__{fault_name}", step, kind, 1)
        add_cell(TestNetworkFaults, f"{step_name}__{fault_name}_for_long", step, kind, None)
    for asked, moment in ((False, "before_asking"), (True, "before_applying")):
        add_cell(TestKilledWorker, f"{step_name}__killed_{moment}", step, asked, True)
        add_cell(TestKilledWorker, f"{step_name}__host_lost_{moment}", step, asked, False)
    if step.path.startswith(READER):
        for trouble_name, begin_trouble in READER_TROUBLES.items():
            add_cell(TestReaderTroubles, f"{step_name}__{trouble_name}", step, begin_trouble)

MOMENTS = [
    (verb, asked)
    for verb in ("create_intent", "find_reader", "process_intent")
    for asked in (False, True)
]
SECOND_TABS = {"retry": "paid", "retry_other_amount": "paid", "cancel": "canceled"}
for verb, asked in MOMENTS:
    when = "while" if asked else "before"
    for second_tab, end in SECOND_TABS.items():
        name = f"{second_tab}_in_second_tab__{when}_{verb}"
        add_cell(TestTwoTabs, name, verb, asked, second_tab, end)
for verb in ("read", "cancel_action", "cancel_intent"):
    for asked in (False, True):
        when = "while" if asked else "before"
        for is_slow_bank, bank in ((False, "quick_bank"), (True, "slow_bank")):
            add_cell(TestTapDuringCancel, f"tap_{when}_{verb}__{bank}", verb, asked, is_slow_bank)
