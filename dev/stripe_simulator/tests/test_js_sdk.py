"""What the double of the JavaScript SDK can make readers and payments do."""

import threading

import pytest
import requests

from stripe_simulator import SimulatorError
from stripe_simulator.cards import DEFAULT_INTERAC_CARD as INTERAC
from stripe_simulator.js_sdk import SdkError


@pytest.fixture
def sdk(sim):
    return sim.js_sdk


@pytest.fixture
def begin(api, sdk):
    """A function that exchanges a new connection token for a session."""

    def make(location=None):
        params = {"location": location} if location else {}
        return sdk.begin(api.terminal.connection_tokens.create(params).secret)

    return make


@pytest.fixture
def connection(begin, sdk, reader):
    return sdk.connect(begin(), reader.id)


@pytest.fixture
def intent(api):
    params = {"amount": 1200, "currency": "usd", "allowed_payment_method_types": ["card_present"]}
    return api.payment_intents.create(params)


def refused(code, function, *args, **values):
    with pytest.raises(SdkError) as caught:
        function(*args, **values)
    assert caught.value.code == code
    return caught.value.body


def test_a_token_works_once_and_for_its_location(sim, api, sdk, begin):
    here, there = (sim.account.add_location(name) for name in ("Here", "There"))
    reader = sim.account.add_reader(location=here)
    other = sim.account.add_reader(location=there)
    token = api.terminal.connection_tokens.create({"location": here["id"]}).secret
    session = sdk.begin(token)
    refused("failed_fetch_connection_token", sdk.begin, token)
    assert [found["id"] for found in sdk.discover(session)] == [reader.id]
    assert sdk.discover(session, there["id"]) == []
    refused("resource_missing", sdk.connect, session, other.id)
    assert {found["id"] for found in sdk.discover(begin())} == {reader.id, other.id}


def test_a_payment(api, sdk, connection, reader, intent, sim):
    sdk.collect(connection, intent.client_secret)
    assert reader.screen["state"] == "amount" and reader.screen["amount"] == 1200
    assert sdk.collected(connection) is None
    reader.tap()
    assert sdk.collected(connection)["status"] == "requires_payment_method"
    refused("cancelable_already_completed", sdk.cancel_collect, connection)
    assert sdk.process(connection, intent.id)["status"] == "succeeded"
    assert reader.screen["state"] == "approved"
    assert sim.ledger()["currencies"]["usd"]["captured"] == 1200
    refused("payment_intent_unexpected_state", sdk.collect, connection, intent.client_secret)


def test_declined_then_paid(sdk, connection, reader, intent):
    sdk.collect(connection, intent.client_secret)
    reader.decline("insufficient_funds")
    error = refused("card_declined", sdk.process, connection, intent.id)
    assert error["decline_code"] == "insufficient_funds"
    assert error["payment_intent"]["status"] == "requires_payment_method"
    sdk.collect(connection, intent.client_secret)
    reader.insert()
    assert sdk.process(connection, intent.id)["status"] == "succeeded"


def test_canceled_by_the_till_or_the_customer(sdk, connection, reader, intent):
    refused("no_active_collect_payment_method_attempt", sdk.cancel_collect, connection)
    sdk.collect(connection, intent.client_secret)
    sdk.cancel_collect(connection)
    refused("canceled", sdk.collected, connection)
    assert reader.screen["state"] == "cancelled"
    sdk.collect(connection, intent.client_secret)
    with pytest.raises(SimulatorError):
        reader.customer_cancel()
    sdk.cancel_collect(connection)
    sdk.collect(connection, intent.client_secret, can_cancel=True)
    reader.customer_cancel()
    refused("canceled", sdk.collected, connection)


def test_a_canceled_intent_cannot_be_charged_any_more(api, sdk, connection, reader, intent):
    sdk.collect(connection, intent.client_secret)
    api.payment_intents.cancel(intent.id)
    reader.tap()
    error = refused("payment_intent_unexpected_state", sdk.process, connection, intent.id)
    assert error["payment_intent"]["status"] == "canceled"


def test_one_connection_for_a_reader(sdk, begin, connection, reader, intent):
    sdk.collect(connection, intent.client_secret)
    refused("reader_error", sdk.connect, begin(), reader.id, fail_if_in_use=True)
    assert sdk.is_connected(connection)
    other = sdk.connect(begin(), reader.id)
    assert not sdk.is_connected(connection) and sdk.is_connected(other)
    refused("no_established_connection", sdk.collected, connection)
    # One that only is connected gives way.
    sdk.connect(begin(), reader.id, fail_if_in_use=True)
    sdk.use_elsewhere(reader)
    refused("reader_error", sdk.connect, begin(), reader.id, fail_if_in_use=True)


def test_the_network_of_the_reader(sdk, begin, connection, reader, intent):
    sdk.collect(connection, intent.client_secret)
    reader.go_offline()
    assert not sdk.is_connected(connection)
    refused("network_error", sdk.connect, begin(), reader.id)
    reader.go_online()
    assert reader.screen["state"] in ("idle", "cancelled")
    again = sdk.connect(begin(), reader.id)
    sdk.interrupt(reader)
    refused("no_established_connection", sdk.collect, again, intent.client_secret)


@pytest.mark.parametrize(("kind", "charged"), [("drop_before", 0), ("drop_after", 1200)])
def test_a_lost_answer(sim, sdk, connection, reader, intent, kind, charged):
    sdk.faults.add("POST", "/sdk/process", kind)
    sdk.collect(connection, intent.client_secret)
    reader.tap()
    refused("network_error", sdk.process, connection, intent.id)
    assert sim.account.intent(intent.id)["amount_received"] == charged


def test_the_bank_takes_its_time(api, sdk, connection, reader, intent):
    reader.processing_time = 0.3
    sdk.collect(connection, intent.client_secret)
    reader.tap()
    charging = threading.Thread(target=sdk.process, args=(connection, intent.id))
    charging.start()
    reader.wait_for("processing")
    charging.join()
    assert api.payment_intents.retrieve(intent.id).status == "succeeded"


def test_a_server_finds_the_reader_busy(api, sdk, connection, reader, intent):
    sdk.collect(connection, intent.client_secret)
    with pytest.raises(Exception, match="browser"):
        api.terminal.readers.cancel_action(reader.id)


def test_the_simulated_reader_presents_a_card(sdk, begin, intent, sim):
    (found,) = sdk.discover(session := begin(), simulated=True)
    connection = sdk.connect(session, found["id"])
    sdk.collect(connection, intent.client_secret)
    assert sdk.collected(connection, wait=5)
    assert sdk.process(connection, intent.id)["status"] == "succeeded"


def test_the_simulated_reader_is_on_whatever_became_of_others(sdk, begin, sim):
    sim.account.add_reader("SIMOFF", device_type="simulated_wisepos_e").go_offline()
    (found,) = sdk.discover(session := begin(), simulated=True)
    assert sdk.connect(session, found["id"])


def test_a_refund_of_another_card_than_interac(api, sdk, connection, reader, intent):
    sdk.collect(connection, intent.client_secret)
    reader.tap()
    charge = sdk.process(connection, intent.id)["latest_charge"]
    refused("charge_not_refundable", sdk.collect_refund, connection, charge, 500, "usd")


@pytest.fixture
def interac(sim, sdk, connect):
    """A Canadian account's API, its reader, the connection to it, and a charge of 12.00."""
    account = sim.add_account(country="CA")
    reader, api = account.add_reader(), connect(account.secret_key).v1
    connection = sdk.connect(sdk.begin(api.terminal.connection_tokens.create({}).secret), reader.id)
    intent = api.payment_intents.create(
        {
            "amount": 1200,
            "currency": "cad",
            "allowed_payment_method_types": ["card_present", "interac_present"],
        }
    )
    sdk.collect(connection, intent.client_secret)
    reader.insert(INTERAC)
    return api, reader, connection, sdk.process(connection, intent.id)["latest_charge"]


def test_a_refund(sdk, interac, intent):
    api, reader, connection, charge = interac
    refuse = [("invalid_request", 1201, "cad"), ("invalid_request", 500, "usd")]
    for code, amount, currency in refuse:
        refused(code, sdk.collect_refund, connection, charge, amount, currency)
    refused("resource_missing", sdk.collect_refund, connection, "ch_other", 500, "cad")

    def present(card=INTERAC):
        sdk.collect_refund(connection, charge, 500, "cad", can_cancel=True)
        assert reader.screen["kind"] == "refund"
        reader.insert(card)

    sdk.collect_refund(connection, charge, 500, "cad", can_cancel=True)
    reader.customer_cancel()
    refused("canceled", sdk.collected, connection)
    present("5555555555554444")
    refused("payment_intent_unexpected_state", sdk.process, connection, intent.id)
    refused("invalid_card_type", sdk.process_refund, connection)
    present()
    sdk.clear_display(connection)
    refused("no_active_collect_refund_attempt", sdk.process_refund, connection)
    sdk.faults.add("POST", "/sdk/process_refund", "drop_before")
    present()
    refused("network_error", sdk.process_refund, connection)
    assert not api.charges.retrieve(charge).amount_refunded
    sdk.faults.add("POST", "/sdk/process_refund", "drop_after")
    present()
    refused("network_error", sdk.process_refund, connection)
    present()
    refund = sdk.process_refund(connection)
    assert (refund["amount"], refund["metadata"], refund["status"]) == (500, {}, "succeeded")
    assert api.charges.retrieve(charge).amount_refunded == 1000


def test_over_http(sim, api, reader, intent):
    def ask(path, **data):
        answer = requests.post(f"{sim.url}/_simulator/js_sdk/{path}", json=data, timeout=10)
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, "*")
        return answer.json()

    assert ask("begin", token="pst_test_wrong")["error"]["code"] == "failed_fetch_connection_token"
    session = ask("begin", token=api.terminal.connection_tokens.create().secret)["session"]
    (found,) = ask("discover", session=session)["readers"]
    connection = ask("connect", session=session, reader=found["id"], fail_if_in_use=True)
    ask("collect", **connection, client_secret=intent.client_secret, can_cancel=True)
    reader.tap()
    assert ask("collected", **connection)["collected"]["id"] == intent.id
    paid = ask("process", **connection, intent=intent.id)["payment_intent"]
    assert paid["status"] == "succeeded"
    refund = {"charge": paid["latest_charge"], "amount": 300, "currency": "usd"}
    problem = ask("collect_refund", **connection, **refund, can_cancel=True)["error"]
    assert problem["code"] == "charge_not_refundable"
    assert ask("clear_display", **connection) == {}
    requests.post(f"{sim.url}/_simulator/readers/{reader.id}/disconnect", json={}, timeout=10)
    assert ask("watch", **connection) == {"connected": False}
    assert ask("collect", connection="old", client_secret="x")["error"]


def test_a_refund_over_http(sim, interac):
    _api, reader, connection, charge = interac

    def ask(path, **data):
        url = f"{sim.url}/_simulator/js_sdk/{path}"
        return requests.post(url, json={"connection": connection, **data}, timeout=10).json()

    refund = {"charge": charge, "amount": 300, "currency": "cad", "can_cancel": True}
    ask("collect_refund", **refund)
    reader.insert(INTERAC)
    assert ask("collected")["collected"]["amount"] == 300
    assert ask("clear_display") == {}
    ask("collect_refund", **refund)
    reader.insert(INTERAC)
    assert ask("process_refund")["refund"]["amount"] == 300
