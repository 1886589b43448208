"""Refunds through the API and on the reader, and the cards of Canada and Australia."""

import pytest
import stripe

from stripe_simulator.errors import ApiError

from .conftest import wait_until

INTERAC = "4506445006931933"
EFTPOS = "6280000360000978"


def refused(call):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        call()
    return caught.value


@pytest.fixture
def paid(api, pay, reader):
    """A paid intent of 1200."""
    intent = pay(1200)
    reader.tap()
    return api.payment_intents.retrieve(intent.id)


def test_full_refund(api, sim, paid):
    refund = api.refunds.create(
        {"payment_intent": paid.id, "reason": "requested_by_customer", "metadata": {"a": "1"}}
    )
    assert (refund.amount, refund.status, refund.charge) == (1200, "succeeded", paid.latest_charge)
    assert refund.reason == "requested_by_customer"
    charge = api.charges.retrieve(paid.latest_charge, {"expand": ["refunds"]})
    assert (charge.refunded, charge.amount_refunded) == (True, 1200)
    assert [item.id for item in charge.refunds.data] == [refund.id]
    assert api.payment_intents.retrieve(paid.id).status == "succeeded"
    money = api.balance_transactions.retrieve(refund.balance_transaction)
    assert (money.amount, money.type) == (-1200, "refund")
    assert sim.ledger()["currencies"]["usd"] == {
        "captured": 1200,
        "refunded": 1200,
        "authorized": 0,
    }
    assert sim.ledger()["intents"][0]["refunded"] == 1200


def test_partial_refunds_never_exceed_the_charge(api, sim, paid):
    api.refunds.create({"charge": paid.latest_charge, "amount": 500})
    error = refused(lambda: api.refunds.create({"charge": paid.latest_charge, "amount": 701}))
    assert error.param == "amount"
    assert refused(lambda: api.refunds.create({"charge": paid.latest_charge, "amount": 0})).param
    assert api.refunds.create({"charge": paid.latest_charge}).amount == 700
    error = refused(lambda: api.refunds.create({"charge": paid.latest_charge}))
    assert error.code == "charge_already_refunded"
    assert sim.ledger()["currencies"]["usd"]["refunded"] == 1200


def test_list_and_retrieve(api, paid, pay, reader):
    refund = api.refunds.create({"payment_intent": paid.id, "amount": 100})
    other = pay(1000)
    reader.tap()
    api.refunds.create({"payment_intent": other.id})
    assert api.refunds.retrieve(refund.id).amount == 100
    assert len(api.refunds.list().data) == 2
    for filters in ({"payment_intent": paid.id}, {"charge": paid.latest_charge}):
        assert [found.id for found in api.refunds.list(filters).data] == [refund.id]


def test_a_charge_comes_with_its_last_ten_refunds(api, sim, paid):
    made = [api.refunds.create({"payment_intent": paid.id, "amount": 10}).id for _ in range(11)]
    refunds = api.charges.retrieve(paid.latest_charge, {"expand": ["refunds"]}).refunds
    assert [refund.id for refund in refunds.data] == made[:0:-1]
    assert refunds.has_more
    assert len(sim.ledger()["intents"][0]["refunds"]) == 11


def test_nothing_to_refund(api, pay, reader, paid):
    assert refused(lambda: api.refunds.create({})).code == "parameter_missing"
    assert refused(lambda: api.refunds.create({"charge": "ch_no"})).code == "resource_missing"
    unpaid = pay()
    error = refused(lambda: api.refunds.create({"payment_intent": unpaid.id}))
    assert error.code == "payment_intent_unexpected_state"
    reader.decline()
    assert refused(lambda: api.refunds.create({"payment_intent": unpaid.id})).code
    held = pay(capture_method="manual")
    reader.tap()
    error = refused(lambda: api.refunds.create({"payment_intent": held.id}))
    assert error.code == "charge_not_refundable"
    both = {"payment_intent": held.id, "charge": paid.latest_charge}
    assert refused(lambda: api.refunds.create(both)).param == "charge"


def test_refund_that_fails_later(api, sim, pay, reader):
    intent = pay(1000)
    reader.tap("4000000000005126")
    refund = api.refunds.create({"payment_intent": intent.id})
    assert refund.status == "succeeded"
    wait_until(lambda: api.refunds.retrieve(refund.id).status == "failed")
    failed = api.refunds.retrieve(refund.id)
    assert failed.failure_reason
    assert failed.failure_balance_transaction
    assert api.charges.retrieve(refund.charge).amount_refunded == 0
    assert sim.ledger()["currencies"]["usd"]["refunded"] == 0
    types = [event.type for event in api.events.list({"limit": 100}).data]
    assert "refund.failed" in types
    assert "charge.refunded" in types


def test_refund_that_takes_its_time(api, pay, reader):
    intent = pay(1000)
    reader.tap("4000000000007726")
    refund = api.refunds.create({"payment_intent": intent.id})
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    wait_until(lambda: api.refunds.retrieve(refund.id).status == "succeeded")


def test_refund_on_the_reader_is_for_interac_only(api, sim, paid, reader):
    for ask in ({"charge": paid.latest_charge}, {"payment_intent": paid.id, "amount": 100}):
        error = refused(lambda ask=ask: api.terminal.readers.refund_payment(reader.id, ask))
        assert "must be interac_present type" in str(error)
    assert reader.screen["state"] != "amount"
    assert sim.ledger()["currencies"]["usd"]["refunded"] == 0


def test_refund_names_one_thing(api, paid):
    both = {"payment_intent": paid.id, "charge": paid.latest_charge}
    assert "only specify one" in str(refused(lambda: api.refunds.create(both)))
    assert refused(lambda: api.refunds.create({})).code == "parameter_missing"
    assert refused(lambda: api.refunds.create({"charge": paid.id})).code == "resource_missing"


def test_what_is_not_there_yet_is_left_out(api, paid):
    refund = api.refunds.create({"payment_intent": paid.id, "amount": 100}).to_dict()
    assert not {"failure_reason", "pending_reason", "next_action", "description"} & set(refund)


def test_refund_of_a_disputed_charge(api, sim, paid):
    sim.account.dispute(paid.latest_charge)
    assert api.charges.retrieve(paid.latest_charge).disputed
    error = refused(lambda: api.refunds.create({"payment_intent": paid.id}))
    assert error.code == "charge_disputed"


def test_refund_without_the_money_for_it(api, sim, paid):
    sim.account.covers_refunds = False
    refund = api.refunds.create({"payment_intent": paid.id})
    assert (refund.status, refund.pending_reason) == ("pending", "insufficient_funds")
    sim.account.top_up()
    refund = api.refunds.retrieve(refund.id).to_dict()
    assert refund["status"] == "succeeded"
    assert "pending_reason" not in refund
    assert api.events.list({"type": "refund.updated"}).data[0].data.object["id"] == refund["id"]


def test_refund_in_the_dashboard(api, sim, paid):
    made = sim.account.refund(paid.id, 200)
    assert (made["amount"], made["metadata"]) == (200, {})
    assert sim.account.refund(paid.id)["amount"] == 1000
    with pytest.raises(ApiError):
        sim.account.refund(paid.id)
    assert len(api.refunds.list({"payment_intent": paid.id}).data) == 2


# --- Canada


@pytest.fixture
def canada(sim, connect):
    """A Canadian account: its API, its reader, and a function that puts a payment on it."""
    account = sim.add_account(country="CA")
    device = account.add_reader("WSC-CA")
    client = connect(account.secret_key).v1

    def pay(amount=1000, currency="cad", types=("card_present", "interac_present"), **values):
        intent = client.payment_intents.create(
            {
                "amount": amount,
                "currency": currency,
                "allowed_payment_method_types": list(types),
                **values,
            }
        )
        client.terminal.readers.process_payment_intent(device.id, {"payment_intent": intent.id})
        return intent

    return client, device, pay


def test_interac(canada):
    api, reader, pay = canada
    intent = pay()
    assert intent.payment_method_types == ["card_present", "interac_present"]
    reader.insert(INTERAC)
    charge = api.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]}).latest_charge
    assert charge.payment_method_details.type == "interac_present"
    card = charge.payment_method_details.interac_present
    assert (card.brand, card.network, card.last4) == ("interac", "interac", "1933")
    assert card.receipt.account_type == "checking"
    assert charge.captured


def test_interac_is_captured_at_once_where_others_wait(canada):
    api, reader, pay = canada
    options = {"card_present": {"capture_method": "manual_preferred"}}
    waits = pay(payment_method_options=options)
    reader.tap()
    assert api.payment_intents.retrieve(waits.id).status == "requires_capture"
    done = pay(payment_method_options=options)
    reader.insert(INTERAC)
    assert api.payment_intents.retrieve(done.id).status == "succeeded"


def test_interac_refuses_manual_capture(canada):
    _api, _reader, pay = canada
    assert refused(lambda: pay(capture_method="manual")).param == "capture_method"
    options = {"card_present": {"capture_method": "manual"}}
    assert refused(lambda: pay(payment_method_options=options)).param == "capture_method"


def test_interac_is_refunded_in_person(canada):
    api, reader, pay = canada
    intent = pay()
    reader.insert(INTERAC)
    assert refused(lambda: api.refunds.create({"payment_intent": intent.id})).param == "charge"
    api.terminal.readers.refund_payment(reader.id, {"payment_intent": intent.id, "amount": 1000})
    reader.insert(INTERAC)
    assert api.refunds.list({"payment_intent": intent.id}).data[0].amount == 1000


def test_refund_on_the_reader(canada):
    api, reader, pay = canada
    intent = pay(1200)
    reader.insert(INTERAC)
    answer = api.terminal.readers.refund_payment(
        reader.id,
        {
            "payment_intent": intent.id,
            "amount": 300,
            "metadata": {"a": "1"},
            "refund_payment_config": {"enable_customer_cancellation": True},
        },
    )
    assert (answer.action.type, answer.action.status) == ("refund_payment", "in_progress")
    assert reader.screen["kind"] == "refund"
    assert reader.screen["amount"] == 300
    assert reader.screen["can_cancel"]
    reader.insert(INTERAC)
    action = api.terminal.readers.retrieve(reader.id).action
    assert action.status == "succeeded"
    refund = api.refunds.retrieve(action.refund_payment.refund)
    assert (refund.amount, refund.metadata["a"]) == (300, "1")
    assert api.charges.retrieve(refund.charge).amount_refunded == 300


def test_refund_on_the_reader_goes_wrong(canada):
    api, reader, pay = canada
    intent = pay(1200)
    reader.insert(INTERAC)
    ask = {"charge": api.payment_intents.retrieve(intent.id).latest_charge}
    api.terminal.readers.refund_payment(reader.id, ask)
    reader.tap("5555555555554444")
    action = api.terminal.readers.retrieve(reader.id).action
    assert (action.status, action.failure_code) == ("failed", "invalid_card_type")
    assert not api.charges.retrieve(ask["charge"]).amount_refunded
    api.terminal.readers.refund_payment(reader.id, ask)
    reader.customer_cancel(force=True)
    api.terminal.readers.refund_payment(reader.id, ask)
    reader.present(INTERAC, decline="generic_decline")
    assert reader.screen["state"] == "declined"
    api.terminal.readers.refund_payment(reader.id, ask)
    reader.insert(INTERAC)
    error = refused(lambda: api.terminal.readers.refund_payment(reader.id, ask))
    assert error.code == "charge_already_refunded"
    assert api.charges.retrieve(ask["charge"]).amount_refunded == 1200


def test_interac_card_where_it_is_not_accepted(canada):
    api, reader, pay = canada
    intent = pay(types=["card_present"])
    reader.insert(INTERAC)
    action = api.terminal.readers.retrieve(reader.id).action
    assert action.failure_code == "payment_intent_incompatible_payment_method"
    assert api.payment_intents.retrieve(intent.id).status == "requires_payment_method"


def test_interac_outside_canada(canada, api, connect, sim):
    _api, _reader, pay = canada
    assert pay(currency="usd").payment_method_types == ["card_present"]
    params = {"amount": 1000, "currency": "usd"}
    both = ["card_present", "interac_present"]
    allowed = api.payment_intents.create({**params, "allowed_payment_method_types": both})
    assert allowed.payment_method_types == ["card_present"]
    assert allowed.allowed_payment_method_types == both
    old = connect(version="2026-08-26.dahlia").v1
    error = refused(lambda: old.payment_intents.create({**params, "payment_method_types": both}))
    assert error.param == "payment_method_types"


def test_present_interac(sim, connect):
    account = sim.add_account(country="CA")
    device = account.add_reader(device_type="simulated_wisepos_e")
    api = connect(account.secret_key).v1
    intent = api.payment_intents.create(
        {
            "amount": 1000,
            "currency": "cad",
            "allowed_payment_method_types": ["card_present", "interac_present"],
        }
    )
    api.terminal.readers.process_payment_intent(device.id, {"payment_intent": intent.id})
    helpers = api.test_helpers.terminal.readers
    helpers.present_payment_method(device.id, {"type": "interac_present"})
    paid = api.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert paid.latest_charge.payment_method_details.type == "interac_present"


# --- Australia


def test_eftpos(sim, connect):
    account = sim.add_account(country="AU")
    device = account.add_reader("WSC-AU")
    api = connect(account.secret_key).v1

    def pay(**values):
        params = {
            "amount": 1000,
            "currency": "aud",
            "allowed_payment_method_types": ["card_present"],
        }
        intent = api.payment_intents.create({**params, **values})
        api.terminal.readers.process_payment_intent(device.id, {"payment_intent": intent.id})
        device.insert(EFTPOS)
        return api.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})

    paid = pay()
    assert paid.status == "succeeded"
    assert paid.latest_charge.payment_method_details.card_present.network == "eftpos_au"
    preferred = {"card_present": {"capture_method": "manual_preferred"}}
    assert pay(payment_method_options=preferred).status == "succeeded"
    assert pay(capture_method="manual").status == "requires_payment_method"
    assert api.refunds.create({"payment_intent": paid.id}).amount == 1000
