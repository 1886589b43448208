"""Random stories of cashiers, customers, networks, workers and clocks, and what must stay true.

`STORIES=2000` runs more of them, `STORIES_SEED` repeats the ones of a printed seed.
"""

import os
import random
import time
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from odoo import fields
from odoo.addons.pos_payment_stripe import flows, lease
from odoo.addons.pos_payment_stripe.dev.stripe_simulator import SimulatorError
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .audit import intents_by_line, paid_charges, refunds_by_line, rows_of
from .browser_sdk_case import BrowserSdkCase
from .devices import LINES, SOME, Devices
from .fault_case import FaultCase
from .outsiders import Outsiders
from .page import Page
from .third_party import ThirdParty
from .till_copy import is_done
from .worker import Worker, another_process, pass_time

STORIES = int(os.environ.get("STORIES", "100"))
# The suite tells the same stories each time; whoever asks for more gets new ones.
IN_SUITE = 1
ANY = random.SystemRandom().randrange(10**6) if "STORIES" in os.environ else IN_SUITE
SEED = int(os.environ.get("STORIES_SEED") or ANY)
BATCHES = 20
BATCH_TIMEOUT = 1800  # seconds
BATCHES_BROWSER_SDK = 5
STEPS = 18
REFUNDS = 3

AMOUNTS = st.sampled_from([5.0, 12.0])
LINE = st.integers(0, LINES + REFUNDS - 1)
FAULTS = st.sampled_from(["drop_before", "drop_after", "500_before", "500_after", "429"])
REQUESTS = st.sampled_from(
    [
        ("*", "*"),
        ("GET", "*"),
        ("POST", "/v1/payment_intents"),
        ("POST", "/v1/payment_intents/*"),
        ("POST", "/v1/payment_intents/*/cancel"),
        ("POST", "/v1/terminal/readers/*/process_payment_intent"),
        ("POST", "/v1/terminal/readers/*/cancel_action"),
        ("POST", "/v1/refunds"),
    ]
)


class Story(Devices, Outsiders, RuleBasedStateMachine):
    """One register with one reader, up to three payment lines and as many refund lines."""

    case = None

    def __init__(self):
        super().__init__()
        self.workers = []
        self.lost_requests = []
        self.lines = []
        self.sales = []
        self.orders = {}  # the finished ones, by the uuid of their payment line
        self.case.env.cr.execute("SAVEPOINT story")
        self.case.line_uuids = set()
        self.case.open_account()

    @initialize(amount=AMOUNTS, is_busy=st.booleans(), data=st.data())
    def first_sale(self, amount, is_busy, data):
        if is_busy:
            self.busy_sale(data, *(data.draw(SOME) for _part in range(3)))
        else:
            self.new_line(amount)

    # The cashier, at one till or two

    @precondition(lambda self: len(self.sales) < LINES)
    @rule(amount=AMOUNTS)
    def new_line(self, amount):
        self.ask_card(self.new_order(amount), amount)

    @precondition(lambda self: len(self.sales) < LINES)
    @rule(amount=AMOUNTS, is_known=st.booleans(), is_finished=st.booleans())
    def customer_pays(self, amount, is_known, is_finished):
        """The usual way, in one step, so that stories come further."""
        self.new_line(amount)
        line = self.sales[-1]
        self.case.carry_out(self.row(line))
        self.tap()
        if is_known:
            self.case.carry_out(self.row(line))
        if is_finished and line in self.finishable:
            self.finish(line)

    @precondition(lambda self: len(self.lines) - len(self.sales) < REFUNDS)
    @rule(number=st.integers(0, LINES - 1), amount=AMOUNTS, on_reader=st.booleans())
    def new_refund(self, number, amount, on_reader):
        sale = number < len(self.sales) and self.row(self.sales[number])
        if sale and sale.state in ("paid", "authorized"):
            if sale.line_uuid not in self.orders:
                self.finish(self.sales[number])
            payment = self.case.env["pos.payment"].search([("uuid", "=", sale.line_uuid)])
            if payment:
                self.refund_recorded(payment, amount, on_reader)

    @precondition(lambda self: self.finishable)
    @rule(data=st.data())
    def finish_order(self, data):
        self.finish(data.draw(st.sampled_from(self.finishable)))

    @precondition(lambda self: self.sales)
    @rule(data=st.data())
    def till_forces_while_odoo_is_away(self, data):
        line = data.draw(st.sampled_from(self.sales))
        is_open = self.row(line).state in ("new", "collecting", "unknown")
        if is_open and line["line_uuid"] not in self.orders:
            self.finish(line)

    def finish(self, line):
        """Have the till synchronise the finished order of a line, unless somebody refuses it."""
        if line["amount"] < 0:
            self.finish_refund(line)
        elif (copy := self.copy_of(line)) and not copy.is_finished:
            self.finish_copy(copy, {line["line_uuid"]})

    def finish_refund(self, line):
        payment = self.row(line)
        amount, card = payment._till_data()["amount"], payment._transaction_id()
        order = self.by_till(
            lambda: self.case.sync_sale(
                payment.order_uuid, amount, uuid=payment.line_uuid, transaction_id=card
            )
        )
        if order:
            self.orders[line["line_uuid"]] = order

    @property
    def finishable(self):
        """The lines that are done for a till, and whose order is not finished."""
        open_lines = [line for line in self.lines if line["line_uuid"] not in self.orders]
        return [line for line in open_lines if (row := self.row(line)) and is_done(row)]

    @rule(number=LINE)
    def press_send_again(self, number):
        if line := self.line(number):
            line.update(self.case.again(line))
            self.case.send(line)

    @rule(number=LINE, amount=AMOUNTS)
    def send_another_amount(self, number, amount):
        """Ask for what is due after the products have changed, without taking anything back."""
        if line := self.line(number):
            copy = self.copy_of(line)
            amount = amount if line["amount"] > 0 else -amount
            line.update(self.case.again(line, amount=amount))
            if copy and not copy.is_finished:
                copy.add_item(round(amount - copy.due(line["line_uuid"]), 2))
                line.update(copy.facts(line))
            self.case.send(line)

    @rule(number=LINE)
    def deliver_the_request_again(self, number):
        if line := self.line(number):
            self.case.send(line)

    @rule(number=LINE)
    def cancel(self, number):
        """A line of a finished order cannot be canceled any more."""
        payment = self.payment(number)
        if payment and payment.line_uuid not in self.orders:
            payment._cancel()

    @rule(number=LINE)
    def force_done(self, number):
        payment = self.payment(number)
        if payment and payment.state in ("paid", "unknown"):
            payment._force_done()
        elif payment:
            with self.case.assertRaises(AccessError):
                payment._force_done()

    # The customer

    @rule()
    def tap(self):
        with suppress(SimulatorError):
            self.case.reader.tap()

    @rule()
    def insert(self):
        with suppress(SimulatorError):
            self.case.reader.insert()

    @rule(reason=st.sampled_from(["insufficient_funds", "lost_card"]))
    def decline(self, reason):
        with suppress(SimulatorError):
            self.case.reader.decline(reason)

    @rule()
    def customer_cancel(self):
        with suppress(SimulatorError):
            self.case.reader.customer_cancel()

    @rule(approved=st.booleans())
    def reader_loses_connection_while_authorizing(self, approved):
        with suppress(SimulatorError):
            self.case.reader.connection_error(approved=approved)

    # The network and the reader

    @rule(request=REQUESTS, kind=FAULTS, times=st.sampled_from([1, 2, None]))
    def network_trouble(self, request, kind, times):
        self.case.simulator.faults.add(*request, kind, times=times)

    @rule()
    def network_heals(self):
        self.case.simulator.faults.clear()

    @rule(trouble=st.sampled_from(["offline", "busy"]))
    def reader_trouble(self, trouble):
        if trouble == "offline":
            self.case.reader.go_offline()
        else:
            self.case.reader.occupy("updating")

    @rule()
    def reader_heals(self):
        self.case.reader.occupy(None)
        self.case.reader.go_online()

    # The workers

    @rule(number=LINE)
    def carry_out(self, number):
        if payment := self.payment(number):
            self.case.carry_out(payment)

    @rule(number=LINE)
    def claim(self, number):
        if payment := self.payment(number):
            worker = Worker(self.case, payment)
            if worker.claim():
                self.workers.append(worker)

    @precondition(lambda self: self.workers)
    @rule(data=st.data())
    def ask(self, data):
        worker = data.draw(st.sampled_from(self.workers))
        worker.ask()
        worker.has_asked = True

    @precondition(lambda self: any(worker.outcome for worker in self.workers))
    @rule(data=st.data())
    def learn(self, data):
        """Also long after the lease has ended, as after a suspended machine."""
        worker = data.draw(st.sampled_from([worker for worker in self.workers if worker.outcome]))
        worker.apply_answer()
        worker.outcome = None
        if not worker.command:
            self.workers.remove(worker)

    @precondition(lambda self: self.workers)
    @rule(data=st.data(), is_under_way=st.booleans())
    def die(self, data, is_under_way):
        worker = data.draw(st.sampled_from(self.workers))
        self.workers.remove(worker)
        if is_under_way:
            self.lost_requests.append(worker)

    @precondition(lambda self: self.lost_requests)
    @rule()
    def request_of_the_dead_arrives(self):
        self.lost_requests.pop().ask()

    @rule()
    def restart_process(self):
        lease._process = another_process()

    # The clock

    @rule(seconds=st.sampled_from([2, 10, 40, 70, 100]))
    def time_passes(self, seconds):
        self.pass_time(seconds)

    @rule()
    def cron(self):
        self.case.run_cron()

    # What must be true at any time

    @invariant()
    def nothing_is_paid_twice(self):
        self.case.env.invalidate_all()
        rows = {row.line_uuid: row for row in rows_of(self.case) if row.kind == "payment"}
        intents = intents_by_line(self.case)
        for line_uuid, row in rows.items():
            found = intents.get(line_uuid, [])
            charges = [charge for intent in found for charge in paid_charges(self.case, intent)]
            assert len(charges) <= 1, f"{line_uuid} was charged {len(charges)} times"
            assert row.state != "paid" or charges, f"{line_uuid} is paid without a charge"
            assert row.state != "canceled" or not charges, f"{line_uuid} is canceled and charged"
            live = [intent for intent in found if intent["status"] != "canceled"]
            assert len(live) <= 1, f"{line_uuid} has {len(live)} live PaymentIntents"

    @invariant()
    def nothing_is_refunded_twice(self):
        self.case.env.invalidate_all()
        refunds = refunds_by_line(self.case)
        for row in rows_of(self.case):
            if row.kind == "refund":
                made = refunds.get(row.line_uuid, [])
                assert len(made) <= 1, f"{row.line_uuid} was refunded {len(made)} times"
                assert row.state != "paid" or made, f"{row.line_uuid} is paid without a refund"
                assert row.state != "canceled" or not made, f"{row.line_uuid} is not canceled"
        for intent in self.case.simulator.ledger(self.case.account)["intents"]:
            assert intent["refunded"] <= intent["amount_received"], intent

    def teardown(self):
        """The day ends: all heals, the cashier cancels what is open, the cron does the rest."""
        try:
            if self.case.line_uuids:
                self.end_of_day()
        finally:
            self.case.simulator.faults.clear()
            self.case.third_party.relent()
            self.case.simulator.late.clear()
            self.case.env.cr.execute("ROLLBACK TO SAVEPOINT story")
            self.case.env.cr.execute("RELEASE SAVEPOINT story")
            self.case.env.invalidate_all()

    def end_of_day(self):
        self.case.simulator.faults.clear()
        self.case.third_party.relent()
        self.late_requests_are_carried_out()
        self.reader_heals()
        while self.lost_requests:
            self.request_of_the_dead_arrives()
        for _round in range(2):
            for payment in rows_of(self.case):
                if payment.state in ("new", "collecting", "unknown"):
                    payment._cancel()
            for _hour in range(3):
                self.pass_time(13 * 3600)
                self.case.run_cron()
        self.orders_are_sent_again()
        self.case.run_cron()
        self.nothing_is_paid_twice()
        self.nothing_is_refunded_twice()
        self.refunds_go_where_the_money_came_from()
        self.case.audit()
        self.check_what_is_recorded()
        self.check_closing()

    # Helpers

    def line(self, number):
        return self.lines[number] if number < len(self.lines) else None

    def payment(self, number):
        line = self.line(number)
        return line and self.row(line)

    def row(self, line):
        return self.case.Payment.search([("line_uuid", "=", line["line_uuid"])])

    def pass_time(self, seconds):
        """Let time pass for the journal, and for requests that a suspended machine holds back."""
        self.pass_time_at_stripe(seconds)
        pass_time(self.case, seconds=seconds)
        self.case.clock.seconds += seconds


class Clock:
    """The time of requests that wait to be sent, which the stories let pass."""

    seconds = 0

    def time(self):
        """Return what `time.time` would."""
        return time.time() + self.seconds


class BrowserSdkStory(Story):
    """The same shop, whose till's page collects the cards."""

    @rule()
    def page_goes_on(self):
        self.case.page.go_on()

    @rule(number=LINE)
    def page_hears(self, number):
        if payment := self.payment(number):
            self.case.page.follow(payment)

    @rule()
    def reload(self):
        self.case.reload_page()

    @rule()
    def page_crashes(self):
        self.case.page = Page(self.case)

    @rule()
    def connection_breaks(self):
        with suppress(SimulatorError):
            self.case.simulator.js_sdk.interrupt(self.case.reader)

    @rule(kind=st.sampled_from(["drop_before", "drop_after"]))
    def sdk_loses_an_answer(self, kind):
        self.case.simulator.js_sdk.faults.add("POST", "/sdk/process", kind)

    def end_of_day(self):  # pylint: disable=missing-return
        self.case.simulator.js_sdk.faults.clear()
        super().end_of_day()


class RandomStories(FaultCase):
    """Nothing is lost and nothing is paid twice, whatever happens in whichever order."""

    story = Story

    def open_account(self):
        """Begin with an empty Stripe account."""
        self.reader.go_online()
        self.account = self.simulator.add_account()
        self.reader = self.account.add_reader(serial_number=self.reader.serial_number)
        self.provider.stripe_secret_key = self.account.secret_key

    def setUp(self):
        super().setUp()
        self.clock = Clock()
        for module in (flows.flow, flows.payment):
            self.patch(module, "time", self.clock)
        self.third_party = ThirdParty(self)
        register = self.config.with_context(bypass_payment_method_ids_forbidden_change=True)
        register.payment_method_ids += self.method + self.other_method

    def charge_of_somebody_else(self):
        """Return the ids of a PaymentIntent and its charge, which no till of this shop made."""
        self.simulator.faults.clear()
        gateway, reader = self.provider._stripe_terminal_gateway(), self.account.add_reader()
        card = {"currency": "usd", "allowed_payment_method_types": ["card_present"]}
        intent = gateway.create_payment_intent({"amount": 90000, **card}, None).data["id"]
        gateway.process_payment_intent(reader.id, intent, None)
        reader.tap()
        return [intent, self.account.intent(intent)["latest_charge"]]

    def sync_sale(self, order_uuid, amount, method=None, **payment):
        """Synchronise a finished order with one payment, as a till does; returns it."""
        payment = {"payment_method_id": (method or self.method).id, "amount": amount, **payment}
        return self.sync_order(
            uuid=order_uuid,
            state="paid",
            amount_total=amount,
            amount_paid=amount,
            date_order=fields.Datetime.to_string(fields.Datetime.now()),
            lines=[self.product_line(amount)],
            payment_ids=[(0, 0, {"payment_status": "done", **payment})],
        )

    def compare(self):
        """Compare the session with Stripe, as for closing it, and return what is shown."""
        return self.compare_with_stripe(self.pos_session)

    def run_batch(self, number):
        process = lease._process
        self.addCleanup(setattr, lease, "_process", process)
        machine = seed(SEED + number)(type("Story", (self.story,), {"case": self}))
        try:
            run_state_machine_as_test(
                machine,
                settings=settings(
                    max_examples=max(1, STORIES // BATCHES),
                    stateful_step_count=STEPS,
                    deadline=None,
                    database=None,
                    phases=(Phase.generate, Phase.shrink),
                    suppress_health_check=list(HealthCheck),
                    verbosity=Verbosity.normal,
                ),
            )
        except Exception as error:
            again = f"STORIES_SEED={SEED} STORIES={STORIES}, batch {number}"
            raise AssertionError(f"{error} (to repeat it: {again})") from error


@tagged("post_install", "-at_install")
class TestRandomStories(RandomStories):
    pass


@tagged("post_install", "-at_install")
class TestRandomStoriesBrowserSdk(BrowserSdkCase, RandomStories):
    story = BrowserSdkStory

    def open_account(self):  # pylint: disable=missing-return
        super().open_account()
        self.page = Page(self)


def add_batch(case, number):
    """Add a test that runs a batch of stories, so that several processes share them."""

    def test(self):
        self.run_batch(number)

    setattr(case, f"test_batch_{number:02}", pytest.mark.timeout(BATCH_TIMEOUT)(test))


for number in range(1, BATCHES + 1):
    add_batch(TestRandomStories, number)
for number in range(1, BATCHES_BROWSER_SDK + 1):
    add_batch(TestRandomStoriesBrowserSdk, number)
