import threading
import time

import pytest

from stripe_terminal import pace as pace_module
from stripe_terminal.pace import COMPARISON, PAYMENT, READING, REFUND, Pace

PATIENCE = 20  # seconds


@pytest.fixture
def pace():
    return Pace()


def slow_down(pace, taken=10):
    """Let Stripe take so many requests and then complain."""
    for _request in range(taken):
        pace.note_taken()
    pace.note_complaint()


def time_of(pace, requests, precedence=PAYMENT, patience=PATIENCE):
    """Return the seconds that so many requests wait, one after the other."""
    began = time.monotonic()
    for _request in range(requests):
        pace.wait(precedence, time.monotonic() + patience)
    return time.monotonic() - began


def test_nobody_waits_while_stripe_does_not_complain(pace):
    for _request in range(100):
        pace.note_taken()
    pace.wait(PAYMENT, float("inf"))
    assert not pace._next_at


def test_what_stripe_took_is_asked_for_and_no_more(pace):
    slow_down(pace, taken=20)
    assert time_of(pace, 10) > 0.4


def test_a_complaint_about_nothing_leaves_a_little(pace):
    slow_down(pace, taken=0)
    assert time_of(pace, 2) > 0.9


def test_complaints_about_requests_sent_together_are_one(pace):
    slow_down(pace, taken=20)
    rate = pace._rate
    pace._taken.clear()
    for _complaint in range(50):
        pace.note_complaint()
    assert pace._rate == rate


def test_another_complaint_makes_it_slower(pace, monkeypatch):
    monkeypatch.setattr(pace_module, "ONE_COMPLAINT", 0)
    slow_down(pace, taken=20)
    rate = pace._rate
    pace._taken.clear()
    slow_down(pace, taken=5)
    assert pace._rate < rate


def test_the_pace_grows_until_it_is_forgotten(pace, monkeypatch):
    slow_down(pace)
    now = time.monotonic()
    assert pace._pace(now) < pace._pace(now + 10) < pace._pace(now + 30)
    assert pace._pace(now + 2 * pace_module.FORGIVEN_AFTER) is None


def test_nobody_waits_longer_than_is_good_for_them(pace):
    slow_down(pace, taken=0)
    pace._next_at = float("inf")
    time_of(pace, 1, patience=0.1)
    assert not pace._waiting


def test_what_matters_goes_first(pace):
    slow_down(pace, taken=30)
    order, threads = [], []

    def ask(precedence):
        pace.wait(precedence, time.monotonic() + PATIENCE)
        order.append(precedence)

    # The first one's turn would have come before the others are there.
    pace._next_at = time.monotonic() + 3
    for precedence in (COMPARISON, READING, REFUND, PAYMENT) * 3:
        threads.append(threading.Thread(target=ask, args=(precedence,)))
        threads[-1].start()
    for thread in threads:
        thread.join(PATIENCE)
    assert order == sorted(order)
    assert len(order) == len(threads)


def test_who_gives_up_stops_nobody(pace):
    slow_down(pace, taken=30)
    pace._next_at = time.monotonic() + 0.5
    impatient = threading.Thread(target=pace.wait, args=(PAYMENT, time.monotonic() + 0.1))
    impatient.start()
    assert time_of(pace, 1, COMPARISON) > 0.3
    impatient.join()


@pytest.mark.parametrize("precedence", [PAYMENT, READING])
def test_who_gives_up_goes_before_nobody_who_matters_more(pace, precedence):
    slow_down(pace, taken=30)
    pace._next_at = time.monotonic() + 1
    patient = threading.Thread(target=pace.wait, args=(PAYMENT, time.monotonic() + PATIENCE))
    patient.start()
    assert pace.wait(precedence, time.monotonic() + 0.1) is (precedence == PAYMENT)
    patient.join()
    assert pace.wait(precedence, time.monotonic() + PATIENCE)
