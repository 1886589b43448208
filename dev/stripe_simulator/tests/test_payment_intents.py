"""PaymentIntents without a reader, and how captures and cancels go."""

import pytest
import stripe


def test_create_retrieve_update_list(api):
    intent = api.payment_intents.create(
        {
            "amount": 1200,
            "currency": "USD",
            "allowed_payment_method_types": ["card_present"],
            "description": "Order 7",
            "metadata": {"order": "7"},
        }
    )
    assert intent.id.startswith("pi_")
    assert intent.client_secret.startswith(f"{intent.id}_secret_")
    assert (intent.status, intent.currency) == ("requires_payment_method", "usd")
    assert api.payment_intents.retrieve(intent.id).description == "Order 7"
    changed = api.payment_intents.update(
        intent.id, {"amount": 1500, "metadata": {"till": "1"}, "description": "Order 7a"}
    )
    assert (changed.amount, changed.description) == (1500, "Order 7a")
    assert changed.metadata.to_dict() == {"order": "7", "till": "1"}
    assert [found.id for found in api.payment_intents.list().data] == [intent.id]


def test_unknown_id(api):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.retrieve("pi_nothing")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
    assert caught.value.param == "intent"
    assert "pi_nothing" in str(caught.value)


def test_without_types_it_is_for_online_payments(api, reader):
    intent = api.payment_intents.create({"amount": 1200, "currency": "usd"})
    assert intent.automatic_payment_methods.enabled
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.terminal.readers.process_payment_intent(reader.id, {"payment_intent": intent.id})
    assert caught.value.code == "payment_intent_invalid_parameter"


def test_confirm_is_left_to_readers(api):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.create({"amount": 1200, "currency": "usd", "confirm": True})
    assert caught.value.param == "confirm"


def test_refused_update_changes_nothing(api):
    intent = api.payment_intents.create({"amount": 1200, "currency": "usd"})
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.update(
            intent.id,
            {
                "amount": 1300,
                "description": "other",
                "allowed_payment_method_types": ["interac_present"],
            },
        )
    after = api.payment_intents.retrieve(intent.id)
    assert (after.amount, after.description) == (1200, None)


def test_cancel(api):
    intent = api.payment_intents.create({"amount": 1200, "currency": "usd"})
    canceled = api.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    assert canceled.status == "canceled"
    assert canceled.cancellation_reason == "abandoned"
    assert canceled.canceled_at >= canceled.created
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.cancel(intent.id)
    assert caught.value.code == "payment_intent_unexpected_state"
    assert caught.value.error.payment_intent.status == "canceled"


def test_paid_intent_refuses_cancel_and_amount(api, pay, reader):
    intent = pay()
    reader.tap()
    for call in (
        lambda: api.payment_intents.cancel(intent.id),
        lambda: api.payment_intents.update(intent.id, {"amount": 1}),
        lambda: api.payment_intents.capture(intent.id),
    ):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            call()
        assert caught.value.code == "payment_intent_unexpected_state"
        assert caught.value.error.payment_intent.status == "succeeded"
    updated = api.payment_intents.update(intent.id, {"metadata": {"note": "paid"}})
    assert updated.metadata["note"] == "paid"


def test_manual_capture(api, sim, pay, reader):
    intent = pay(1200, capture_method="manual")
    reader.tap()
    held = api.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert (held.status, held.amount_capturable, held.amount_received) == (
        "requires_capture",
        1200,
        0,
    )
    assert not held.latest_charge.captured
    assert held.latest_charge.balance_transaction is None
    assert held.latest_charge.payment_method_details.card_present.capture_before > held.created
    assert sim.ledger()["currencies"]["usd"] == {"captured": 0, "refunded": 0, "authorized": 1200}
    taken = api.payment_intents.capture(intent.id, {"metadata": {"closed": "yes"}})
    assert (taken.status, taken.amount_capturable, taken.amount_received) == ("succeeded", 0, 1200)
    assert taken.metadata["closed"] == "yes"
    charge = api.charges.retrieve(taken.latest_charge)
    assert (charge.captured, charge.amount_captured) == (True, 1200)
    assert sim.ledger()["currencies"]["usd"] == {"captured": 1200, "refunded": 0, "authorized": 0}


def test_partial_capture(api, sim, pay, reader):
    intent = pay(1200, capture_method="manual")
    reader.tap()
    for amount, code in ((1201, "amount_too_large"), (0, "parameter_invalid_integer")):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            api.payment_intents.capture(intent.id, {"amount_to_capture": amount})
        assert caught.value.code == code
    taken = api.payment_intents.capture(intent.id, {"amount_to_capture": 1000})
    assert (taken.amount, taken.amount_received, taken.status) == (1200, 1000, "succeeded")
    charge = api.charges.retrieve(taken.latest_charge)
    assert (charge.amount_captured, charge.amount_refunded, charge.refunded) == (1000, 200, False)
    api.refunds.create({"charge": charge.id})
    assert api.charges.retrieve(charge.id).refunded
    assert sim.ledger()["currencies"]["usd"] == {
        "captured": 1000,
        "refunded": 1000,
        "authorized": 0,
    }


def test_cancel_releases_an_authorization(api, sim, pay, reader):
    intent = pay(1200, capture_method="manual")
    reader.tap()
    canceled = api.payment_intents.cancel(intent.id)
    assert (canceled.status, canceled.amount_capturable) == ("canceled", 0)
    charge = api.charges.retrieve(canceled.latest_charge)
    assert (charge.captured, charge.refunded) == (False, True)
    assert sim.ledger()["currencies"]["usd"] == {"captured": 0, "refunded": 0, "authorized": 0}


def test_balance_transaction(api, pay, reader):
    intent = pay(10000)
    reader.tap()
    expand = ["latest_charge.balance_transaction"]
    charge = api.payment_intents.retrieve(intent.id, {"expand": expand}).latest_charge
    money = charge.balance_transaction
    assert (money.amount, money.type, money.source) == (10000, "charge", charge.id)
    assert money.net == 10000 - money.fee
    assert sum(detail.amount for detail in money.fee_details) == money.fee
    assert api.balance_transactions.retrieve(money.id).net == money.net
    found = api.balance_transactions.list({"source": charge.id, "type": "charge"})
    assert [item.id for item in found.data] == [money.id]
    assert api.balance_transactions.list({"type": "refund"}).data == []


def test_balance_transaction_can_come_later(api, sim, pay, reader):
    sim.balance_transaction_delay = 0.15
    intent = pay(10000)
    reader.tap()
    charge_id = api.payment_intents.retrieve(intent.id).latest_charge
    assert api.charges.retrieve(charge_id).balance_transaction is None
    sim.sleep(0.3)
    assert api.charges.retrieve(charge_id).balance_transaction
    assert api.events.list({"type": "charge.updated"}).data[0].data.object.id == charge_id


def test_several_charges_of_one_intent(api, pay, reader):
    intent = pay(1200)
    reader.decline("lost_card")
    api.terminal.readers.process_payment_intent(reader.id, {"payment_intent": intent.id})
    reader.tap()
    charges = api.charges.list({"payment_intent": intent.id}).data
    assert [charge.status for charge in charges] == ["succeeded", "failed"]
    assert api.charges.list({"payment_intent": "pi_other"}).data == []
