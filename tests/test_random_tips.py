"""Random stories of `test_random_stories`, with guests who give tips in all the ways there are."""

import logging
from contextlib import suppress

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from odoo.addons.pos_payment_stripe import lease
from odoo.addons.pos_payment_stripe.dev.stripe_simulator import SimulatorError
from odoo.tests import tagged

from . import test_random_stories as stories
from .audit import rows_of
from .tip_case import PERCENTAGES, TipCase

_logger = logging.getLogger(__name__)

BATCHES = 4
PART = 4  # of so many stories one has tips
TIPS = st.sampled_from([0, 50, 155])
CARDS = st.sampled_from(["4242424242424242", "6200000000000005"])


class TipStory(stories.Story):
    """A register that takes tips on the reader or after the payment; orders get finished."""

    def __init__(self):
        super().__init__()
        self.orders = {}

    @initialize(
        later=st.booleans(),
        overcapture=st.booleans(),
        limit=st.sampled_from([None, 8]),
        incremental=st.booleans(),
        amount=stories.AMOUNTS,
        tip=TIPS,
        card=CARDS,
    )
    def open_restaurant(self, later, overcapture, limit, incremental, **guest):
        """Each story begins with a guest who pays: what comes then is the story."""
        self.case.config.write({"set_tip_after_payment": later, "stripe_tip_on_reader": True})
        account = self.case.account
        account.offer_tips(usd=PERCENTAGES)
        account.overcapture, account.overcapture_limit = overcapture, limit
        account.incremental_authorization = incremental
        self.guest_pays(**guest, is_known=True, is_finished=True)

    def first_sale(self):
        """A line that nobody pays would keep the reader for long."""

    @rule(number=stories.LINE)
    def cancel(self, number):
        """A line of a finished order cannot be canceled any more."""
        if number not in self.orders:
            super().cancel(number)

    @rule(tip=TIPS, card=CARDS)
    def give_tip_on_the_reader(self, tip, card):
        with suppress(SimulatorError):
            self.case.reader.tap(card, tip=tip)

    @precondition(lambda self: len(self.lines) < stories.LINES)
    @rule(
        amount=stories.AMOUNTS,
        tip=TIPS,
        card=CARDS,
        is_known=st.booleans(),
        is_finished=st.booleans(),
    )
    def guest_pays(self, amount, tip, card, is_known, is_finished):
        """The usual way, in one step, so that stories come further."""
        self.new_line(amount)
        number = len(self.lines) - 1
        self.carry_out(number)
        with suppress(SimulatorError):
            self.case.reader.tap(card, tip=tip if self.case.reader.tipping else None)
        if is_known:
            self.carry_out(number)
        if is_finished and number in self.finishable:
            self.finish(number)

    @precondition(lambda self: self.finishable)
    @rule(data=st.data())
    def finish_order(self, data):
        self.finish(data.draw(st.sampled_from(self.finishable)))

    def finish(self, number):
        payment = self.payment(number)
        datum = payment._till_data()
        tip = datum["tip"] if datum["state"] == "paid" else 0
        self.orders[number] = self.case.sync(
            [self.case.card(payment, datum["amount"], tip)],
            tip=tip,
            price=datum["amount"] - tip,
            uuid=payment.order_uuid,
        )

    @precondition(lambda self: self.tippable)
    @rule(data=st.data(), tip=TIPS)
    def enter_tip(self, data, tip):
        """The tip screen comes for payments that can still take a tip."""
        self.case.tip_screen(self.orders[data.draw(st.sampled_from(self.tippable))], tip / 100)

    @property
    def finishable(self):
        """The numbers of the lines that are done for a till, and whose order is not finished."""
        open_numbers = [number for number in range(len(self.lines)) if number not in self.orders]
        return [number for number in open_numbers if self.is_done(self.payment(number))]

    def is_done(self, payment):
        return payment.state == "paid" or payment.forced_at or payment._till_data()["held"]

    @property
    def tippable(self):
        """The numbers of the finished orders whose tip screen is shown."""
        return [
            number
            for number, order in self.orders.items()
            if not order.is_tipped and self.payment(number)._till_data()["held"]
        ]

    @rule(hours=st.sampled_from([1, 30]))
    def hours_pass(self, hours):
        self.time_passes(hours * 3600)

    @invariant()
    def no_order_shows_more_than_stripe_has(self):
        for number, order in self.orders.items():
            payment = self.payment(number)
            if payment.forced_at or payment.unpaid:
                continue
            intent = self.case.account.intent(payment.payment_intent)
            has = intent["amount_received"] or intent["amount_capturable"]
            assert round(order.payment_ids.amount * 100) <= has, f"{order} shows more than {has}"

    def end_of_day(self):
        super().end_of_day()
        for number, order in self.orders.items():
            payment = self.payment(number)
            if payment.unpaid:
                assert self.case.activities(order), f"{order} is unpaid, and nobody is told"
                continue
            lines = sum(order.lines.mapped("price_subtotal_incl"))
            charged = payment.amount_received / 100
            for what, amount in (
                ("lines", lines),
                ("total", order.amount_total),
                ("paid", order.amount_paid),
                ("payment", order.payment_ids.amount),
            ):
                assert round(amount - charged, 2) == 0, f"{what}: {amount}, charged: {charged}"
            assert not payment._is_tip_missing() or self.case.activities(order)
        for payment in rows_of(self.case):
            assert payment.state != "authorized"


@tagged("post_install", "-at_install")
class TestRandomTips(TipCase):
    """What is captured is what the lines say, whatever happens to tips."""

    after_payment = True
    open_account = stories.TestRandomStories.open_account
    cron = stories.TestRandomStories.cron

    def run_batch(self, number):
        # Before the savepoint to which each story goes back.
        self.env.flush_all()
        process = lease._process
        self.addCleanup(setattr, lease, "_process", process)
        _logger.info("STORIES_SEED=%s, tips, batch %s", stories.SEED, number)
        machine = seed(stories.SEED + number)(type("Story", (TipStory,), {"case": self}))
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=max(1, stories.STORIES // PART // BATCHES),
                stateful_step_count=stories.STEPS,
                deadline=None,
                database=None,
                phases=(Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            ),
        )

    def test_batch_1(self):
        self.run_batch(1)

    def test_batch_2(self):
        self.run_batch(2)

    def test_batch_3(self):
        self.run_batch(3)

    def test_batch_4(self):
        self.run_batch(4)
