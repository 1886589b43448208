"""Random stories of `test_random_stories`, with guests who give tips in all the ways there are."""

from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from odoo.addons.pos_payment_stripe.dev.stripe_simulator import SimulatorError
from odoo.tests import tagged

from . import test_random_stories as stories
from .audit import rows_of
from .tip_case import PERCENTAGES, TipCase

BATCHES = 4
TIPS = st.sampled_from([0, 50, 155])
CARDS = st.sampled_from(["4242424242424242", "6200000000000005"])
# Less than a sale, as much as one without or with its tip, and more than any.
REFUNDS = st.sampled_from([2.0, 5.0, 6.55, 12.5, 20.0])


class TipStory(stories.Story):
    """A register that takes tips on the reader or after the payment; orders get finished, and are
    refunded then."""

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

    def customer_pays(self):
        """Guests pay here, who may give a tip."""

    @rule(tip=TIPS, card=CARDS)
    def give_tip_on_the_reader(self, tip, card):
        with suppress(SimulatorError):
            self.case.reader.tap(card, tip=tip)

    @precondition(lambda self: len(self.sales) < stories.LINES)
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
        line = self.sales[-1]
        self.case.carry_out(self.row(line))
        with suppress(SimulatorError):
            self.case.reader.tap(card, tip=tip if self.case.reader.tipping else None)
        if is_known:
            self.case.carry_out(self.row(line))
        if is_finished and line in self.finishable:
            self.finish(line)

    def finish(self, line):
        payment = self.row(line)
        datum = payment._till_data()
        tip = datum["tip"] if datum["state"] == "paid" else 0
        order = self.by_till(
            lambda: self.case.sync(
                [self.case.card(payment, datum["amount"], tip)],
                tip=tip,
                price=datum["amount"] - tip,
                uuid=payment.order_uuid,
            )
        )
        if order:
            self.orders[line["line_uuid"]] = order

    @precondition(lambda self: self.tippable)
    @rule(data=st.data(), tip=TIPS)
    def enter_tip(self, data, tip):
        """The tip screen comes for payments that can still take a tip."""
        order = data.draw(st.sampled_from(self.tippable))
        self.by_till(lambda: self.case.tip_screen(order, tip / 100))

    @precondition(lambda self: len(self.lines) - len(self.sales) < stories.REFUNDS)
    @rule(number=st.integers(0, stories.LINES - 1), amount=REFUNDS, on_reader=st.booleans())
    def new_refund(self, number, amount, on_reader):  # pylint: disable=missing-return
        """An order is refunded when it is finished, also while its card waits for the tip."""
        if number < len(self.sales) and self.sales[number]["line_uuid"] in self.orders:
            super().new_refund(number, amount, on_reader)

    @property
    def finishable(self):
        """The sales that are done for a till, and whose order is not finished."""
        open_lines = [line for line in self.sales if line["line_uuid"] not in self.orders]
        return [line for line in open_lines if self.is_done(self.row(line))]

    def is_done(self, payment):
        return payment.state == "paid" or payment.forced_at or payment._till_data()["held"]

    @property
    def tippable(self):
        """The finished orders whose tip screen is shown."""
        return [
            order
            for line_uuid, order in self.orders.items()
            if not order.is_tipped and self.row({"line_uuid": line_uuid})._till_data()["held"]
        ]

    @rule(hours=st.sampled_from([1, 30]))
    def hours_pass(self, hours):
        self.pass_time(hours * 3600)

    # What must be true of tips

    @invariant()
    def no_order_shows_more_than_stripe_has(self):
        for line_uuid, order in self.orders.items():
            payment = self.row({"line_uuid": line_uuid})
            is_doubtful = payment.forced_at or payment.unpaid or payment.unverified
            if is_doubtful or self.is_tampered(order):
                continue
            intent = self.case.account.intent(payment.payment_intent)
            has = intent["amount_received"] or intent["amount_capturable"]
            assert round(order.payment_ids.amount * 100) <= has, f"{order} shows more than {has}"

    def end_of_day(self):  # pylint: disable=missing-return
        super().end_of_day()
        for line_uuid, order in self.orders.items():
            payment = self.row({"line_uuid": line_uuid})
            if payment.unpaid:
                assert self.case.activities(order), f"{order} is unpaid, and nobody is told"
                continue
            if self.is_tampered(order):
                continue
            lines = sum(order.lines.mapped("price_subtotal_incl"))
            captured = payment.amount_received / 100
            for what, amount in (
                ("lines", lines),
                ("total", order.amount_total),
                ("paid", order.amount_paid),
                ("payment", order.payment_ids.amount),
            ):
                assert round(amount - captured, 2) == 0, f"{what}: {amount}, captured: {captured}"
            assert not payment._is_tip_missing() or self.case.activities(order)
        for payment in rows_of(self.case):
            assert payment.state != "authorized"


@tagged("post_install", "-at_install")
class TestRandomTips(TipCase, stories.RandomStories):
    """What is captured is what the lines say, whatever happens to tips and refunds."""

    story = TipStory
    after_payment = True


for number in range(1, BATCHES + 1):
    stories.add_batch(TestRandomTips, number)
