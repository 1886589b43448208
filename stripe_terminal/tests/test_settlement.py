"""The promises of a payment, checked over every combination of what can be known of it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_terminal.settlement import (
    ACTIONS,
    AUTHORIZED,
    CANCEL,
    CANCEL_ACTION,
    CANCEL_INTENT,
    CANCELED,
    CAPTURE,
    COLLECT,
    COLLECT_BY_BROWSER_SDK,
    COLLECTING,
    CREATE,
    DECLINED,
    FIND,
    INCREMENT,
    INTENT_OPEN,
    INTENT_STATUSES,
    NEW,
    NO_ACTION,
    PAID,
    READ,
    REFUND_ALL,
    REFUND_INTENT,
    SEND,
    STATES,
    UNKNOWN,
    UNREAD,
    UPDATE,
    VERBS,
    WANTS,
    Facts,
    Settlement,
    settle,
)

ALL_FACTS = [
    Facts(*values)
    for values in itertools.product((None, *INTENT_STATUSES), ACTIONS, *[(False, True)] * 5)
]
HELD = Facts("requires_capture", "succeeded", True, hold=True)
ALL = list(itertools.product(STATES, WANTS, ALL_FACTS))
OPEN = "requires_payment_method"

TABLE = [
    # The first send
    (NEW, COLLECT, Facts(), NEW, CREATE),
    (NEW, COLLECT, Facts(OPEN, requested=True), NEW, SEND),
    (NEW, COLLECT, Facts(OPEN, "in_progress", True), COLLECTING, None),
    (NEW, COLLECT, Facts(requested=True), NEW, CREATE),
    (NEW, COLLECT, Facts(requested=True, failed=True), NEW, FIND),
    (UNKNOWN, None, Facts(requested=True, failed=True), UNKNOWN, FIND),
    (NEW, COLLECT, Facts(requested=True, reachable=False), UNKNOWN, None),
    (NEW, None, Facts(), DECLINED, None),
    # The card
    (COLLECTING, None, Facts(OPEN, "in_progress", True), COLLECTING, None),
    (COLLECTING, None, Facts("processing", "in_progress", True), COLLECTING, None),
    (COLLECTING, None, Facts("succeeded", "succeeded", True), PAID, None),
    (COLLECTING, None, Facts("requires_capture", "succeeded", True), AUTHORIZED, CAPTURE),
    (COLLECTING, None, Facts(OPEN, "failed", True), DECLINED, None),
    (COLLECTING, None, Facts(OPEN, NO_ACTION, True), DECLINED, None),
    (COLLECTING, None, Facts(OPEN, "succeeded", True), UNKNOWN, None),
    (COLLECTING, None, Facts(OPEN, "in_progress", True, False), UNKNOWN, None),
    # The tip after the payment
    (COLLECTING, None, HELD, AUTHORIZED, None),
    (AUTHORIZED, None, HELD, AUTHORIZED, None),
    (AUTHORIZED, CANCEL, HELD, AUTHORIZED, CANCEL_INTENT),
    (AUTHORIZED, REFUND_ALL, HELD, AUTHORIZED, CANCEL_INTENT),
    (UNKNOWN, CANCEL, HELD._replace(forced=True), AUTHORIZED, None),
    (AUTHORIZED, CANCEL, HELD._replace(forced=True, hold=False), AUTHORIZED, CAPTURE),
    (AUTHORIZED, REFUND_ALL, HELD._replace(forced=True), AUTHORIZED, CANCEL_INTENT),
    (AUTHORIZED, None, HELD._replace(hold=False), AUTHORIZED, CAPTURE),
    (AUTHORIZED, None, HELD._replace(hold=False, increment=True), AUTHORIZED, INCREMENT),
    (AUTHORIZED, None, HELD._replace(intent="succeeded"), PAID, None),
    (AUTHORIZED, None, HELD._replace(intent="canceled"), CANCELED, None),
    # Retry on the same intent, also with another amount
    (NEW, COLLECT, Facts(OPEN, "failed", True), NEW, SEND),
    (NEW, COLLECT, Facts(OPEN, "failed", True, amount_differs=True), NEW, UPDATE),
    (
        UNKNOWN,
        COLLECT,
        Facts(OPEN, "in_progress", True, amount_differs=True),
        COLLECTING,
        CANCEL_ACTION,
    ),
    (UNKNOWN, COLLECT, Facts(OPEN, UNREAD, True), UNKNOWN, READ),
    # Cancel
    (COLLECTING, CANCEL, Facts(OPEN, "in_progress", True), COLLECTING, CANCEL_ACTION),
    (COLLECTING, CANCEL, Facts(OPEN, NO_ACTION, True), COLLECTING, CANCEL_INTENT),
    (COLLECTING, CANCEL, Facts("succeeded", "succeeded", True), PAID, None),
    (COLLECTING, CANCEL, Facts("processing", "in_progress", True), COLLECTING, None),
    (AUTHORIZED, CANCEL, Facts("requires_capture", "succeeded", True), AUTHORIZED, CANCEL_INTENT),
    (DECLINED, CANCEL, Facts(OPEN, "failed", True), DECLINED, CANCEL_INTENT),
    (NEW, CANCEL, Facts(), CANCELED, None),
    (NEW, CANCEL, Facts(requested=True), NEW, CREATE),
    (COLLECTING, None, Facts("canceled", "in_progress", True), CANCELED, CANCEL_ACTION),
    # Stripe cannot be asked
    (AUTHORIZED, None, Facts("requires_capture", "succeeded", True, False), AUTHORIZED, None),
    (PAID, None, Facts("succeeded", "succeeded", True, False), PAID, None),
    # The money is refunded
    (PAID, REFUND_ALL, Facts("succeeded", "succeeded", True), PAID, REFUND_INTENT),
    (PAID, REFUND_ALL, Facts("succeeded", "succeeded", True, refunded=True), PAID, None),
    (PAID, REFUND_ALL, Facts("succeeded", "succeeded", True, False), PAID, None),
    (AUTHORIZED, REFUND_ALL, Facts("requires_capture", NO_ACTION, True), AUTHORIZED, CANCEL_INTENT),
]


def browser_sdk(intent, action, **facts):
    return Facts(intent, action, requested=True, browser_sdk=True, **facts)


TABLE += [
    # A till's browser collects
    (NEW, COLLECT, browser_sdk(OPEN, NO_ACTION), NEW, COLLECT_BY_BROWSER_SDK),
    (NEW, COLLECT, browser_sdk(OPEN, "in_progress"), COLLECTING, None),
    (COLLECTING, None, browser_sdk(OPEN, "in_progress"), COLLECTING, None),
    (COLLECTING, None, browser_sdk(OPEN, NO_ACTION), DECLINED, None),
    (COLLECTING, None, browser_sdk("requires_confirmation", NO_ACTION), COLLECTING, None),
    (COLLECTING, None, browser_sdk("succeeded", "in_progress"), PAID, None),
    (NEW, COLLECT, browser_sdk(OPEN, NO_ACTION, amount_differs=True), NEW, UPDATE),
    # Nobody knows whether a till that collects has stopped: only a canceled intent is sure.
    (COLLECTING, CANCEL, browser_sdk(OPEN, "in_progress"), COLLECTING, CANCEL_INTENT),
    (
        UNKNOWN,
        COLLECT,
        browser_sdk(OPEN, "in_progress", amount_differs=True),
        COLLECTING,
        CANCEL_INTENT,
    ),
    (COLLECTING, None, browser_sdk("canceled", "in_progress"), CANCELED, None),
    (NEW, COLLECT, browser_sdk(OPEN, UNREAD), NEW, READ),
    # The till believes it is paid, and Stripe does not say so.
    (COLLECTING, None, browser_sdk(OPEN, "succeeded"), COLLECTING, CANCEL_INTENT),
    (UNKNOWN, None, browser_sdk(OPEN, "in_progress"), COLLECTING, None),
]


@pytest.mark.parametrize(("state", "wanted", "facts", "next_state", "verb"), TABLE)
def test_table(state, wanted, facts, next_state, verb):
    assert settle(state, wanted, facts) == Settlement(next_state, verb)


def test_every_combination_has_an_answer():
    for state, wanted, facts in ALL:
        settled = settle(state, wanted, facts)
        assert settled.state in STATES
        assert settled.verb is None or settled.verb in VERBS


def test_paid_only_if_stripe_says_so():
    for state, wanted, facts in ALL:
        paid = settle(state, wanted, facts).state == PAID
        assert paid == (facts.intent == "succeeded" or state == PAID)


def test_succeeded_is_paid_whatever_was_believed_or_wanted():
    for state, wanted, facts in ALL:
        if facts.intent == "succeeded":
            assert settle(state, wanted, facts).state == PAID


def test_authorized_only_if_stripe_says_so():
    for state, wanted, facts in ALL:
        if settle(state, wanted, facts).state == AUTHORIZED:
            said = facts.intent == "requires_capture" and facts.reachable
            assert said or state == AUTHORIZED


def test_waiting_for_a_tip_changes_no_state_and_only_puts_the_capture_off():
    for state, wanted, facts in ALL:
        plain = settle(state, wanted, facts)
        held = settle(state, wanted, facts._replace(hold=True))
        assert held.state == plain.state
        assert held.verb == (None if plain.verb == CAPTURE else plain.verb)


def test_canceled_only_if_no_intent_can_be_paid():
    for state, wanted, facts in ALL:
        if settle(state, wanted, facts).state == CANCELED and state != CANCELED:
            assert facts.intent == "canceled" or (facts.intent is None and not facts.requested)


def test_a_second_intent_is_never_created_beside_a_known_one():
    for state, wanted, facts in ALL:
        if settle(state, wanted, facts).verb == CREATE:
            assert facts.intent is None


def test_the_reader_is_asked_only_for_what_the_till_wants_and_stripe_allows():
    for state, wanted, facts in ALL:
        if settle(state, wanted, facts).verb == SEND:
            assert wanted == COLLECT
            assert facts.intent in INTENT_OPEN
            assert facts.action in (NO_ACTION, "failed")
            assert not facts.amount_differs


def test_a_till_collects_what_it_wants_and_stripe_asks_no_reader_then():
    for state, wanted, facts in ALL:
        verb = settle(state, wanted, facts).verb
        assert verb not in (
            (SEND, CANCEL_ACTION) if facts.browser_sdk else (COLLECT_BY_BROWSER_SDK,)
        )
        if verb == COLLECT_BY_BROWSER_SDK:
            assert (wanted, facts.intent) == (COLLECT, OPEN)
            assert facts.action in (NO_ACTION, "failed")
            assert not facts.amount_differs


def test_an_amount_never_changes_while_a_till_collects():
    for state, wanted, facts in ALL:
        if facts.browser_sdk and facts.action == "in_progress":
            assert settle(state, wanted, facts).verb != UPDATE


def test_nothing_is_asked_while_stripe_does_not_answer():
    for state, wanted, facts in ALL:
        if not facts.reachable:
            assert settle(state, wanted, facts).verb in (None,)


def test_silence_settles_nothing():
    for state, wanted, facts in ALL:
        if not facts.reachable and facts.intent not in ("succeeded", "canceled"):
            settled = settle(state, wanted, facts)
            assert settled.state in (state, UNKNOWN)
            if state in (NEW, COLLECTING, DECLINED):
                assert settled.state == UNKNOWN


def test_a_canceled_payment_is_never_sent_again():
    for state, facts in itertools.product(STATES, ALL_FACTS):
        assert settle(state, CANCEL, facts).verb not in (SEND, UPDATE, CAPTURE)


def test_money_is_refunded_once_and_only_on_demand():
    for state, wanted, facts in ALL:
        if settle(state, wanted, facts).verb == REFUND_INTENT:
            assert wanted == REFUND_ALL
            assert facts.intent == "succeeded" or state == PAID
            assert not facts.refunded


def test_settling_twice_changes_nothing():
    for state, wanted, facts in ALL:
        once = settle(state, wanted, facts)
        if once.verb is None:
            assert settle(once.state, None, facts).state in (once.state, DECLINED)


class Stripe:
    """The least that Stripe does with one PaymentIntent on one reader.

    With `browser_sdk`, a till that is believed to be gone may still collect.
    """

    def __init__(self, browser_sdk):
        self.browser_sdk, self.stray = browser_sdk, False
        self.intent, self.action, self.requested, self.reachable = None, NO_ACTION, False, True
        self.charges = self.intents = 0

    def facts(self):
        action = NO_ACTION if self.stray else self.action
        return Facts(
            self.intent, action, self.requested, self.reachable, browser_sdk=self.browser_sdk
        )

    def do(self, verb, answered):
        """Carry a verb out; without an answer it may have happened all the same."""
        if verb == CREATE:
            self.requested = True
            if answered and self.intent is None:
                self.intent, self.intents = OPEN, self.intents + 1
        elif verb in (SEND, COLLECT_BY_BROWSER_SDK) and self.intent == OPEN:
            self.action, self.stray = "in_progress", False
        elif verb == CANCEL_ACTION and self.action == "in_progress":
            self.action = NO_ACTION
        elif verb == CANCEL_INTENT and self.intent in (*INTENT_OPEN, "requires_capture"):
            self.intent = "canceled"
        elif verb == CAPTURE:
            self.intent = "succeeded"

    def card(self, outcome):
        if self.action == "in_progress" and self.intent == OPEN:
            self.action = "failed" if outcome == "decline" else "succeeded"
            if outcome != "decline":
                self.intent = "succeeded" if outcome == "pay" else "requires_capture"
                self.charges += 1


EVENTS = st.lists(
    st.one_of(
        st.sampled_from(["pay", "authorize", "decline"]),
        st.sampled_from([COLLECT, CANCEL]),
        st.sampled_from(["lost", "down", "up", "look", "till is gone"]),
    ),
    max_size=25,
)


@given(EVENTS, st.booleans())
def test_any_story_ends_charged_once_or_not_at_all(events, browser_sdk):
    stripe, state, wanted, lost = Stripe(browser_sdk), NEW, COLLECT, False
    for event in [*events, "up", CANCEL, "look"]:
        if event in ("pay", "authorize", "decline"):
            stripe.card(event)
        elif event in WANTS:
            wanted = event if state not in (PAID, CANCELED) else None
        elif event == "lost":
            lost = True
        elif event == "till is gone":
            stripe.stray = browser_sdk
        elif event in ("down", "up"):
            stripe.reachable = event == "up"
        for _step in range(10):
            state, verb = settle(state, wanted, stripe.facts())
            if verb is None:
                if wanted == COLLECT:
                    wanted = None
                break
            stripe.do(verb, answered=not lost)
            lost = False
        else:
            pytest.fail(f"no rest after {event}")
    assert state in (PAID, CANCELED)
    assert stripe.charges == (1 if stripe.intent == "succeeded" else stripe.charges)
    assert (state == PAID) == (stripe.intent == "succeeded")
    assert stripe.charges <= 1 and stripe.intents <= 1
