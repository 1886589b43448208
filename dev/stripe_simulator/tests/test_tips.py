"""Tips on the reader, and charging more than was authorized."""

import pytest
import requests
import stripe

from stripe_simulator import SimulatorError

DAY = 24 * 3600
SMART = {"percentages": [10, 15, 20], "fixed_amounts": [50, 100, 200], "smart_tip_threshold": 1000}
CARD_PRESENT = {
    "capture_method": "manual_preferred",
    "request_incremental_authorization_support": True,
}
LATER = {"payment_method_options": {"card_present": CARD_PRESENT}}


def charge_of(api, intent):
    """Return the card facts of an intent's charge."""
    found = api.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    return found.latest_charge.payment_method_details.card_present


@pytest.fixture
def configure(api, reader):
    """A function that gives the reader's location a configuration with these tips."""

    def make(**tipping):
        configuration = api.terminal.configurations.create({"tipping": tipping, "name": "Bar"})
        api.terminal.locations.update(
            reader.object["location"], {"configuration_overrides": configuration.id}
        )
        return configuration

    return make


@pytest.mark.parametrize(
    ("amount", "eligible", "expected"),
    [
        (1000, None, [100, 150, 200]),
        (999, None, [50, 100, 200]),
        (1000, 400, [50, 100, 200]),
        (1333, None, [133, 200, 267]),
    ],
)
def test_what_the_reader_offers(configure, pay, reader, amount, eligible, expected):
    configure(usd=SMART)
    pay(amount, config={"tipping": {"amount_eligible": eligible}} if eligible else None)
    assert reader.screen["state"] == "tip"
    assert [tip["amount"] for tip in reader.screen["tips"]] == expected
    assert reader.choose_tip(expected[0])["amount"] == amount + expected[0]
    with pytest.raises(SimulatorError):
        reader.choose_tip(1)


def test_the_chosen_tip_is_charged(api, configure, pay, reader):
    configure(usd=SMART)
    intent = pay(1000)
    reader.choose_tip(150)
    reader.tap()
    paid = api.payment_intents.retrieve(intent.id)
    assert (paid.amount, paid.amount_received, paid.amount_details.tip.amount) == (1150, 1150, 150)
    assert reader.screen["tip"] == 150


def test_no_tip_is_told_apart_from_not_asked(api, configure, pay, reader):
    configure(usd=SMART)
    intent = pay(1000)
    reader.choose_tip(0)
    reader.tap()
    assert api.payment_intents.retrieve(intent.id).amount_details.tip.amount == 0
    intent = pay(1000, config={"skip_tipping": True})
    assert reader.screen["state"] == "amount"
    with pytest.raises(SimulatorError):
        reader.tap(tip=100)
    reader.tap()
    assert "amount" not in api.payment_intents.retrieve(intent.id).amount_details.tip


def test_other_currencies_are_not_asked(sim, pay, reader):
    sim.account.offer_tips(eur=SMART)
    pay(1000)
    assert reader.screen["state"] == "amount"


def test_the_location_goes_before_the_account(sim, configure, pay, reader):
    sim.account.offer_tips(usd={"fixed_amounts": [10, 20, 30]})
    configure(usd={"percentages": [1, 2, 3]})
    pay(1000)
    assert [tip["percentage"] for tip in reader.screen["tips"]] == [1, 2, 3]


@pytest.mark.parametrize(
    "tipping",
    [
        {"usd": {"percentages": [10, 20]}},
        {"usd": {"percentages": [0, 10, 20]}},
        {"usd": {"smart_tip_threshold": 5, "percentages": [1, 2, 3]}},
        {"usd": {"percentages": [1, 2, 3]}, "eur": {"fixed_amounts": [1, 2, 3]}},
    ],
)
def test_configurations_that_make_no_sense(api, tipping):
    with pytest.raises(stripe.InvalidRequestError):
        api.terminal.configurations.create({"tipping": tipping})


def test_changing_configurations(api, configure):
    configuration = configure(usd={"percentages": [1, 2, 3]})
    change = api.terminal.configurations.update
    changed = change(configuration.id, {"tipping": {"eur": {"percentages": [4, 5, 6]}}})
    assert (changed.tipping.usd.percentages, changed.tipping.eur.percentages) == (
        [1, 2, 3],
        [4, 5, 6],
    )
    assert "tipping" not in change(configuration.id, {"tipping": ""})
    with pytest.raises(stripe.InvalidRequestError):
        api.terminal.configurations.delete(configuration.id)
    (default,) = api.terminal.configurations.list({"is_account_default": True}).data
    assert default.id != configuration.id


def test_control_api(sim, configure, pay, reader):
    configure(usd=SMART)
    pay(2000)
    answer = requests.post(
        f"{sim.url}/_simulator/readers/{reader.id}/choose_tip", json={"amount": 300}, timeout=5
    )
    assert answer.json()["amount"] == 2300
    before = sim.account.test.now
    requests.post(f"{sim.url}/_simulator/advance", json={"seconds": DAY}, timeout=5)
    assert sim.account.test.now - before >= DAY


def test_capture_with_a_tip(sim, api, pay, reader):
    sim.account.overcapture, sim.account.overcapture_limit = True, 20
    intent = pay(1000, **LATER)
    reader.tap()
    assert charge_of(api, intent).overcapture_supported
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.capture(intent.id, {"amount_to_capture": 1201})
    assert caught.value.code == "amount_too_large"
    taken = api.payment_intents.capture(intent.id, {"amount_to_capture": 1200})
    assert (taken.status, taken.amount, taken.amount_received) == ("succeeded", 1200, 1200)
    assert charge_of(api, intent).amount_authorized == 1000
    assert sim.ledger()["currencies"]["usd"]["captured"] == 1200


def test_authorize_more(sim, api, pay, reader):
    intent = pay(1000, **LATER)
    reader.tap()
    facts = charge_of(api, intent)
    assert (facts.overcapture_supported, facts.incremental_authorization_supported) == (False, True)
    with pytest.raises(stripe.CardError) as caught:
        api.payment_intents.increment_authorization(intent.id, {"amount": 1105})
    assert caught.value.error.decline_code == "generic_decline"
    more = api.payment_intents.increment_authorization(intent.id, {"amount": 1100})
    assert (more.amount, more.amount_capturable) == (1100, 1100)
    assert api.payment_intents.capture(intent.id).amount_received == 1100


@pytest.mark.parametrize("card", ["6200000000000005", "6280000360000978"])
def test_cards_that_take_no_more(sim, api, pay, reader, card):
    sim.account.overcapture = True
    intent = pay(1000, **LATER)
    reader.tap(card)
    facts = charge_of(api, intent)
    assert not facts.overcapture_supported
    assert not facts.incremental_authorization_supported
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.increment_authorization(intent.id, {"amount": 1100})


def test_what_is_not_captured_in_time_is_released(sim, api, pay, reader):
    intent = pay(1000, **LATER)
    reader.tap()
    before = charge_of(api, intent).capture_before
    sim.advance(DAY)
    assert api.payment_intents.retrieve(intent.id).status == "requires_capture"
    sim.advance(before - sim.account.test.now)
    after = api.payment_intents.retrieve(intent.id)
    assert (after.status, after.cancellation_reason) == ("canceled", "automatic")
    assert sim.ledger()["currencies"]["usd"]["authorized"] == 0
