"""The demo with a test key, against the simulator in the place of Stripe's test mode."""

import pytest

from harness.console import Problem
from harness.demo_stripe import LABEL, StripeCounter
from stripe_simulator import Simulator


@pytest.fixture
def stripe(monkeypatch):
    with Simulator(country="BE") as simulator:
        monkeypatch.setenv("STRIPE_API_BASE", simulator.url)
        yield simulator


def test_a_reader_is_made_once(stripe):
    numbers = set()
    for _ in range(2):
        counter = StripeCounter(stripe.account.secret_key)
        counter.open()
        numbers.add(counter.serial_number)
    (reader,) = stripe.account.readers()
    assert (reader.label, {reader.serial_number}) == (LABEL, numbers)
    assert (counter.country, counter.currency) == ("BE", "EUR")


def test_what_stripe_says_is_one_sentence(stripe):
    counter = StripeCounter(stripe.account.secret_key)
    counter.open()
    assert counter.present_card().startswith("Stripe refuses: ")
    with pytest.raises(Problem, match=r"^Stripe refuses: Invalid API Key"):
        StripeCounter("sk_test_wrong").open()


def test_a_live_key_is_refused():
    with pytest.raises(Problem, match="must be a test key"):
        StripeCounter("sk_live_" + "x" * 10)


def test_no_network_is_one_sentence(monkeypatch):
    monkeypatch.setenv("STRIPE_API_BASE", "http://127.0.0.1:9")
    with pytest.raises(Problem, match=r"^Stripe cannot be reached"):
        StripeCounter("sk_test_any").open()
