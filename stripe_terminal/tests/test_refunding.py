"""The promises of a refund, checked over every combination of what can be known of it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_terminal.refunding import (
    CREATE_REFUND,
    FAILED,
    MADE,
    READ_CHARGE,
    STATUSES,
    VERBS,
    RefundFacts,
    distribute,
    left,
    settle_refund,
)
from stripe_terminal.settlement import (
    ACTIONS,
    CANCEL,
    CANCEL_ACTION,
    CANCELED,
    COLLECT,
    COLLECT_BY_BROWSER_SDK,
    COLLECTING,
    DECLINED,
    NEW,
    OPEN_STATES,
    PAID,
    READ,
    SEND,
    STATES,
    UNKNOWN,
    UNREAD,
    Settlement,
)

BOOLEANS = (False, True)
ALL_FACTS = [
    RefundFacts(*facts)
    for facts in itertools.product((None, *STATUSES), *[BOOLEANS] * 5, ACTIONS, *[BOOLEANS] * 3)
]
ALL = list(itertools.product(STATES, (None, COLLECT, CANCEL), ALL_FACTS))
ASKED = RefundFacts(requested=True)
READER = RefundFacts(requested=True, on_reader=True)
BROWSER_SDK = RefundFacts(on_reader=True, browser_sdk=True)
WAITS = BROWSER_SDK._replace(action="in_progress", read=True)
LET = WAITS._replace(requested=True, in_flight=True)

TABLE = [
    # The first request
    (NEW, COLLECT, RefundFacts(), NEW, READ_CHARGE),
    (NEW, COLLECT, RefundFacts(read=True), NEW, CREATE_REFUND),
    (NEW, COLLECT, RefundFacts(read=True, enough=False), DECLINED, None),
    (NEW, COLLECT, RefundFacts("succeeded", True), PAID, None),
    (NEW, COLLECT, RefundFacts("pending", True), PAID, None),
    (NEW, None, RefundFacts(), DECLINED, None),
    # The answer was lost
    (NEW, COLLECT, ASKED, NEW, READ_CHARGE),
    (NEW, COLLECT, ASKED._replace(read=True, in_flight=True), NEW, CREATE_REFUND),
    (NEW, None, ASKED._replace(read=True, in_flight=True), UNKNOWN, None),
    (NEW, None, ASKED._replace(read=True), DECLINED, None),
    (NEW, COLLECT, ASKED._replace(reachable=False), UNKNOWN, None),
    (UNKNOWN, COLLECT, ASKED, UNKNOWN, READ_CHARGE),
    # Taken back
    (NEW, CANCEL, RefundFacts(), CANCELED, None),
    (UNKNOWN, CANCEL, RefundFacts(reachable=False), CANCELED, None),
    (NEW, CANCEL, ASKED, NEW, READ_CHARGE),
    (UNKNOWN, CANCEL, ASKED._replace(read=True, in_flight=True), UNKNOWN, None),
    (UNKNOWN, CANCEL, ASKED._replace(read=True), CANCELED, None),
    (UNKNOWN, CANCEL, RefundFacts("succeeded", True), PAID, None),
    # The payment waited for its tip
    (NEW, COLLECT, RefundFacts(read=True, enough=False, uncaptured=True), NEW, None),
    (NEW, CANCEL, RefundFacts(read=True, enough=False, uncaptured=True), CANCELED, None),
    # The bank sends it back
    (PAID, None, RefundFacts("failed", True), DECLINED, None),
    (PAID, None, RefundFacts("succeeded", True, reachable=False), PAID, None),
    # On the reader
    (NEW, COLLECT, RefundFacts(read=True, on_reader=True), NEW, SEND),
    (NEW, None, READER._replace(action="in_progress"), COLLECTING, None),
    (COLLECTING, None, READER._replace(action=UNREAD), COLLECTING, READ),
    (COLLECTING, CANCEL, READER._replace(action="in_progress"), COLLECTING, CANCEL_ACTION),
    (COLLECTING, None, READER._replace(action="failed"), NEW, READ_CHARGE),
    (COLLECTING, None, READER._replace(action="failed", read=True), DECLINED, None),
    (COLLECTING, None, READER._replace(action="succeeded"), NEW, READ_CHARGE),
    (COLLECTING, None, READER._replace(action="succeeded", read=True), UNKNOWN, None),
    # In a till's browser, which asks before it refunds
    (NEW, COLLECT, BROWSER_SDK, NEW, READ_CHARGE),
    (NEW, COLLECT, BROWSER_SDK._replace(read=True), NEW, COLLECT_BY_BROWSER_SDK),
    (NEW, COLLECT, BROWSER_SDK._replace(read=True, enough=False), DECLINED, None),
    (NEW, COLLECT, BROWSER_SDK._replace(read=True, uncaptured=True), NEW, None),
    (NEW, None, WAITS, COLLECTING, None),
    (COLLECTING, None, WAITS._replace(read=False, reachable=False), COLLECTING, None),
    (COLLECTING, CANCEL, WAITS, CANCELED, None),
    (COLLECTING, None, WAITS._replace(action="failed"), DECLINED, None),
    (COLLECTING, None, LET._replace(read=False), COLLECTING, READ_CHARGE),
    (COLLECTING, CANCEL, LET, COLLECTING, None),
    (COLLECTING, None, LET._replace(reachable=False), UNKNOWN, None),
    (COLLECTING, None, LET._replace(refund="succeeded"), PAID, None),
    (COLLECTING, None, LET._replace(action="succeeded"), UNKNOWN, None),
    (UNKNOWN, COLLECT, LET._replace(action="succeeded"), UNKNOWN, None),
    (UNKNOWN, None, LET._replace(action="succeeded", in_flight=False), DECLINED, None),
    (COLLECTING, CANCEL, LET._replace(in_flight=False), CANCELED, None),
]


@pytest.mark.parametrize(("state", "wanted", "facts", "next_state", "verb"), TABLE)
def test_table(state, wanted, facts, next_state, verb):
    assert settle_refund(state, wanted, facts) == Settlement(next_state, verb)


def test_every_combination_has_an_answer():
    for state, wanted, facts in ALL:
        settled = settle_refund(state, wanted, facts)
        assert settled.state in STATES
        assert settled.verb is None or settled.verb in VERBS


def test_paid_only_if_stripe_says_so():
    for state, wanted, facts in ALL:
        if state != PAID:
            assert (settle_refund(state, wanted, facts).state == PAID) == (facts.refund in MADE)


def test_what_failed_is_not_paid_and_not_made_again_by_itself():
    for state, wanted, facts in ALL:
        if facts.refund in FAILED:
            assert settle_refund(state, wanted, facts) == Settlement(DECLINED)


def test_nothing_is_asked_for_before_the_charge_was_read():
    for state, wanted, facts in ALL:
        if settle_refund(state, wanted, facts).verb in (
            CREATE_REFUND,
            SEND,
            COLLECT_BY_BROWSER_SDK,
        ):
            assert facts.read
            assert wanted == COLLECT
            assert facts.reachable
            # Only a request that may still be on its way is repeated without enough being left.
            assert facts.enough or facts.in_flight
            assert not facts.uncaptured


def test_no_end_while_a_request_may_still_arrive():
    for state, wanted, facts in ALL:
        if facts.requested and facts.in_flight and not facts.refund:
            assert settle_refund(state, wanted, facts).state in (*OPEN_STATES, state)


def test_a_till_s_browser_asks_for_no_second_card_while_money_may_be_on_its_way():
    for state, wanted, facts in ALL:
        if settle_refund(state, wanted, facts).verb == COLLECT_BY_BROWSER_SDK:
            assert facts.browser_sdk
            assert facts.enough
            assert not (facts.requested and facts.in_flight)


def test_a_status_of_tomorrow_is_unknown():
    assert settle_refund(NEW, COLLECT, RefundFacts("new", True)) == Settlement(UNKNOWN)
    assert settle_refund(PAID, None, RefundFacts("new", True)) == Settlement(PAID)


AMOUNTS = st.integers(0, 10**9)


@given(AMOUNTS, st.lists(AMOUNTS, max_size=6))
def test_parts_never_exceed_the_rests(amount, rests):
    parts = distribute(amount, rests)
    assert len(parts) == len(rests)
    assert all(0 <= part <= rest for part, rest in zip(parts, rests, strict=True))
    assert sum(parts) == min(amount, sum(rests))


@given(AMOUNTS, st.lists(AMOUNTS, max_size=6))
def test_the_newest_payment_is_used_up_first(amount, rests):
    parts = distribute(amount, rests)
    for number, (part, rest) in enumerate(zip(parts, rests, strict=True)):
        assert part == rest or not any(parts[number + 1 :])


def test_a_payment_with_nothing_left_gets_nothing():
    assert distribute(700, [-100, 0, 500]) == [0, 0, 500]


@given(st.integers(1, 10**6), st.data())
def test_refunds_one_after_the_other_never_exceed_what_was_taken(captured, data):
    """Some are told of by Stripe, some still run: whatever is asked next fits."""
    refunded, running = 0, []
    for _number in range(data.draw(st.integers(0, 8))):
        amount = data.draw(st.integers(1, 10**6))
        if amount <= left(captured, refunded, running):
            running.append(amount)
        if running and data.draw(st.booleans()):
            refunded += running.pop(data.draw(st.integers(0, len(running) - 1)))
        assert refunded + sum(running) <= captured
    assert left(captured, refunded, running) == captured - refunded - sum(running)
