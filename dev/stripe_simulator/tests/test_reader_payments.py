"""Paying on a reader: what the reader, the intent and the charge say."""

import pytest
import stripe

from stripe_simulator import SimulatorError
from stripe_simulator.cards import AMOUNT_DECLINES, CARDS

from .conftest import wait_until

EXPAND = ["action.process_payment_intent.payment_intent.latest_charge"]


def test_approved(api, sim, pay, reader):
    intent = pay(1200, metadata={"line": "u1"})
    shown = api.terminal.readers.retrieve(reader.id)
    assert (shown.action.type, shown.action.status) == ("process_payment_intent", "in_progress")
    assert shown.action.process_payment_intent.payment_intent == intent.id
    assert reader.screen["state"] == "amount"
    assert reader.tap()["state"] == "approved"
    shown = api.terminal.readers.retrieve(reader.id, {"expand": EXPAND})
    assert shown.action.status == "succeeded"
    assert shown.action.failure_code is None
    paid = shown.action.process_payment_intent.payment_intent
    assert (paid.status, paid.amount_received) == ("succeeded", 1200)
    charge = paid.latest_charge
    assert charge.metadata["line"] == "u1"
    assert (charge.status, charge.paid, charge.captured) == ("succeeded", True, True)
    details = charge.payment_method_details
    assert details.type == "card_present"
    card = details.card_present
    assert (card.brand, card.last4, card.funding, card.network) == (
        "visa",
        "4242",
        "credit",
        "visa",
    )
    assert card.read_method == "contactless_emv"
    assert (card.reader, card.location) == (reader.id, shown.location)
    assert card.generated_card.startswith("pm_")
    assert card.receipt.dedicated_file_name == "A0000000031010"
    assert card.receipt.application_preferred_name == "Stripe Visa"
    assert card.receipt.authorization_code
    assert card.receipt.authorization_response_code == "3030"
    assert card.receipt.account_type == "credit"
    assert card.receipt.terminal_verification_results
    assert card.receipt.transaction_status_information
    assert card.receipt.application_cryptogram
    assert sim.ledger()["intents"][0]["metadata"] == {"line": "u1"}


def test_inserted_card_is_verified(api, pay, reader):
    intent = pay()
    reader.insert("4001007020000002")
    charge_id = api.payment_intents.retrieve(intent.id).latest_charge
    card = api.charges.retrieve(charge_id).payment_method_details.card_present
    assert card.read_method == "contact_emv"
    assert card.receipt.cardholder_verification_method == "offline_pin"


@pytest.mark.parametrize("digits, reason", AMOUNT_DECLINES.items())
def test_amounts_that_decline(api, pay, reader, digits, reason):
    intent = pay(1000 + digits)
    reader.tap()
    after = api.payment_intents.retrieve(intent.id)
    assert after.status == "requires_payment_method"
    assert after.last_payment_error.code == "card_declined"
    assert after.last_payment_error.decline_code == reason
    assert after.last_payment_error.type == "card_error"
    assert after.last_payment_error.payment_method.card_present.last4 == "4242"
    action = api.terminal.readers.retrieve(reader.id).action
    assert (action.status, action.failure_code) == ("failed", "card_declined")
    assert action.failure_message == after.last_payment_error.message
    assert action.api_error.decline_code == reason
    charge = api.charges.retrieve(after.latest_charge)
    assert (charge.status, charge.paid, charge.failure_code) == ("failed", False, "card_declined")
    assert charge.outcome.reason == reason
    assert reader.screen["state"] == "declined"


@pytest.mark.parametrize("amount", [1000, 1010, 1099, 1004, 1051])
def test_other_amounts_are_approved(api, pay, reader, amount):
    intent = pay(amount)
    reader.tap()
    assert api.payment_intents.retrieve(intent.id).status == "succeeded"


def test_live_mode_has_no_test_amounts(sim, connect):
    device = sim.account.add_reader(livemode=True)
    api = connect(sim.account.live_secret_key).v1
    intent = api.payment_intents.create(
        {"amount": 1001, "currency": "usd", "allowed_payment_method_types": ["card_present"]}
    )
    api.terminal.readers.process_payment_intent(device.id, {"payment_intent": intent.id})
    device.tap()
    assert api.payment_intents.retrieve(intent.id).status == "succeeded"


@pytest.mark.parametrize("number", [n for n, card in CARDS.items() if card.decline])
def test_cards_that_decline(api, pay, reader, number):
    intent = pay()
    reader.tap(number)
    error = api.payment_intents.retrieve(intent.id).last_payment_error.to_dict()
    assert CARDS[number].decline == error.get("decline_code", error["code"])


@pytest.mark.parametrize(
    "number", [n for n, c in CARDS.items() if not c.decline and not c.is_single_message]
)
def test_cards_that_pay(api, pay, reader, number):
    intent = pay()
    reader.tap(number)
    paid = api.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    card = paid.latest_charge.payment_method_details.card_present
    assert (card.brand, card.last4) == (CARDS[number].brand, number[-4:])
    assert paid.status == "succeeded"


def test_declined_intent_is_used_again(api, sim, pay, reader):
    intent = pay(1200)
    reader.decline("insufficient_funds")
    assert reader.screen["code"] == "insufficient_funds"
    api.payment_intents.update(intent.id, {"amount": 900})
    api.terminal.readers.process_payment_intent(reader.id, {"payment_intent": intent.id})
    assert reader.screen["amount"] == 900
    reader.tap()
    paid = api.payment_intents.retrieve(intent.id)
    assert (paid.status, paid.amount_received) == ("succeeded", 900)
    assert paid.last_payment_error is None
    assert len(sim.ledger()["intents"]) == 1


def test_customer_cancel(api, pay, reader):
    intent = pay()
    assert reader.customer_cancel()["state"] == "cancelled"
    action = api.terminal.readers.retrieve(reader.id).action
    assert (action.status, action.failure_code) == ("failed", "customer_canceled")
    assert api.payment_intents.retrieve(intent.id).status == "requires_payment_method"
    api.terminal.readers.process_payment_intent(reader.id, {"payment_intent": intent.id})
    reader.tap()
    assert api.payment_intents.retrieve(intent.id).status == "succeeded"


def test_customer_cancel_needs_its_button(pay, reader):
    pay(config={"enable_customer_cancellation": False})
    assert not reader.screen["can_cancel"]
    with pytest.raises(SimulatorError):
        reader.customer_cancel()
    assert reader.customer_cancel(force=True)["state"] == "cancelled"


def test_nothing_to_pay(reader):
    for action in (reader.tap, reader.insert, reader.decline, reader.customer_cancel):
        with pytest.raises(SimulatorError):
            action()


def test_unknown_card(pay, reader):
    pay()
    with pytest.raises(SimulatorError):
        reader.tap("1234")
    assert reader.screen["state"] == "amount"


def test_tip(api, sim, pay, reader):
    sim.account.offer_tips(usd={"percentages": [10, 15, 20]})
    intent = pay(1000, config={"tipping": {"amount_eligible": 1000}})
    reader.tap(tip=150)
    paid = api.payment_intents.retrieve(intent.id)
    assert (paid.amount, paid.amount_received) == (1150, 1150)
    assert paid.amount_details.tip.amount == 150
    config = api.terminal.readers.retrieve(reader.id).action.process_payment_intent.process_config
    assert config.tipping.amount_eligible == 1000


def test_tip_counts_for_test_amounts(api, sim, pay, reader):
    sim.account.offer_tips(usd={"percentages": [10, 15, 20]})
    intent = pay(1000)
    reader.tap(tip=5)
    after = api.payment_intents.retrieve(intent.id)
    assert after.last_payment_error.decline_code == "generic_decline"
    assert after.amount == 1000


def test_authorization_takes_its_time(api, sim, pay, reader):
    sim.processing_time = 0.15
    intent = pay()
    assert reader.tap()["state"] == "processing"
    assert api.payment_intents.retrieve(intent.id).status == "requires_confirmation"
    assert api.terminal.readers.retrieve(reader.id).action.status == "in_progress"
    wait_until(lambda: reader.screen["state"] == "approved")
    assert api.payment_intents.retrieve(intent.id).status == "succeeded"


def test_cancel_loses_against_an_authorization(api, sim, pay, reader):
    sim.processing_time = 0.15
    intent = pay()
    reader.tap()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.terminal.readers.cancel_action(reader.id)
    assert caught.value.code == "terminal_reader_busy"
    with pytest.raises(stripe.RateLimitError) as caught:
        api.payment_intents.cancel(intent.id)
    assert caught.value.error.code == "lock_timeout"
    wait_until(lambda: reader.screen["state"] == "approved")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.cancel(intent.id)
    assert caught.value.error.payment_intent.status == "succeeded"


def test_cancel_can_be_told_to_win(api, sim, pay, reader):
    sim.processing_time = 0.15
    sim.cancel_beats_authorization = True
    intent = pay()
    reader.tap()
    assert api.payment_intents.cancel(intent.id).status == "canceled"
    wait_until(lambda: reader.screen["state"] == "declined")
    action = api.terminal.readers.retrieve(reader.id).action
    assert action.failure_code == "payment_intent_unexpected_state"
    assert api.payment_intents.retrieve(intent.id).status == "canceled"
    assert sim.ledger()["currencies"]["usd"]["captured"] == 0


def test_intent_canceled_before_the_card_comes(api, pay, reader):
    intent = pay()
    api.payment_intents.cancel(intent.id)
    reader.tap()
    action = api.terminal.readers.retrieve(reader.id).action
    assert (action.status, action.failure_code) == ("failed", "payment_intent_unexpected_state")
    assert api.payment_intents.retrieve(intent.id).status == "canceled"


def test_one_intent_on_two_readers_is_paid_once(api, sim, pay, reader):
    second = sim.account.add_reader("WSC2")
    intent = pay()
    api.terminal.readers.process_payment_intent(second.id, {"payment_intent": intent.id})
    reader.tap()
    second.tap()
    assert second.screen["state"] == "declined"
    assert sim.ledger()["currencies"]["usd"]["captured"] == 1200


def test_cards_can_come_by_themselves(api, pay, reader):
    reader.auto_present(0.05, card="5555555555554444", times=1)
    intent = pay()
    wait_until(lambda: reader.screen["state"] == "approved")
    assert reader.screen["brand"] == "Mastercard"
    assert api.payment_intents.retrieve(intent.id).status == "succeeded"
    pay()
    assert reader.screen["auto_present"] is None
    assert reader.screen["state"] == "amount"


def test_result_leaves_the_screen(sim, pay, reader):
    pay()
    reader.tap()
    wait_until(lambda: reader.screen["state"] == "idle")


def test_reader_that_is_used_through_its_serial_number(sim, reader):
    assert sim.reader(reader.serial_number) is sim.reader(reader.id) is reader
    assert sim.account.reader(reader.serial_number) is reader
    with pytest.raises(SimulatorError):
        sim.reader("nowhere")


def test_account_shows_intents_and_charges(sim, pay, reader):
    intent = pay()
    reader.tap()
    paid = sim.account.intent(intent.id)
    assert paid["status"] == "succeeded"
    assert sim.account.charge(paid["latest_charge"])["paid"]
    with pytest.raises(SimulatorError):
        sim.account.intent("pi_nothing")
