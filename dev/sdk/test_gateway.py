"""Each call of the gateway, over HTTP, with the major of Stripe's SDK that `./dev/test sdk` chose.

Nothing of the SDK that the addon uses is left out: calls, errors, lists, idempotency keys, the
signatures of webhooks, and what it logs.
"""

import hashlib
import hmac
import importlib.util
import itertools
import logging
import os
import time
import uuid

import pytest
import stripe

from harness import paths
from stripe_terminal import account, listing, reading, receipts, refund_reading
from stripe_terminal.errors import Kind, StripeProblem
from stripe_terminal.gateway import API_VERSION, Gateway

METADATA = {"pos_payment_line_uuid": "line-1", "odoo_database": "shop"}
SECRET = "whsec_" + "test"
MAJOR = int(os.environ["STRIPE_SDK_MAJOR"])
_keys = itertools.count(1)


def key():
    """Return an idempotency key that was not used yet."""
    return f"key-{next(_keys)}"


def create_intent(gateway, amount=1200, **values):
    """Create a PaymentIntent; returns it."""
    params = {
        "amount": amount,
        "currency": "cad",
        "allowed_payment_method_types": ["card_present", "interac_present"],
        "metadata": METADATA,
        **values,
    }
    return gateway.create_payment_intent(params, key()).data


def pay(gateway, beside, card="4242424242424242", **values):
    """Have a card pay an intent on the reader; returns the intent as Stripe has it then."""
    intent = create_intent(gateway, **values)
    gateway.process_payment_intent(beside.reader, intent["id"], key())
    beside.tap(card=card)
    return gateway.retrieve_payment_intent(intent["id"]).data


def problem_of(call, *arguments, **keywords):
    """Return the problem that a call ends with."""
    with pytest.raises(StripeProblem) as caught:
        call(*arguments, **keywords)
    return caught.value


def test_the_version_is_the_one_that_is_to_be_tested():
    assert int(stripe.VERSION.partition(".")[0]) == MAJOR


def test_no_version_of_a_major_is_called_unsupported(caplog):
    spec = importlib.util.spec_from_file_location("sdk", paths.ROOT / "sdk.py")
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    told = [f"Version {stripe.VERSION} of the" in text for text in caplog.messages]
    assert not told


def test_a_payment_is_read_as_the_journal_keeps_it(gateway, beside):
    intent = pay(gateway, beside)
    values = reading.intent_values(intent)
    assert (values["intent_status"], values["amount_received"]) == ("succeeded", 1200)
    assert (values["card_brand"], values["card_last4"]) == ("visa", "4242")
    assert receipts.slip_rows(values["emv_receipt"] | values)
    reader = gateway.retrieve_reader(beside.reader).data
    action, expanded = reading.action_values(reader, intent["id"])
    assert action == {"reader_action": "succeeded"}
    assert expanded["latest_charge"]["id"] == intent["latest_charge"]["id"]


def test_a_decline_has_its_reason(gateway, beside):
    intent = create_intent(gateway)
    gateway.process_payment_intent(beside.reader, intent["id"], key())
    beside.control("POST", f"readers/{beside.reader}/decline", reason="insufficient_funds")
    values = reading.intent_values(gateway.retrieve_payment_intent(intent["id"]).data)
    assert values["failure_code"] == "insufficient_funds"
    gateway.cancel_payment_intent(intent["id"], key())


def test_an_authorization_is_raised_and_captured(gateway, beside):
    intent = pay(
        gateway,
        beside,
        allowed_payment_method_types=["card_present"],
        capture_method="manual",
        payment_method_options={
            "card_present": {"request_incremental_authorization_support": True}
        },
    )
    assert intent["status"] == "requires_capture"
    gateway.increment_authorization(intent["id"], 1500, key())
    captured = gateway.capture_payment_intent(intent["id"], key(), 1400).data
    assert (captured["status"], captured["amount_received"]) == ("succeeded", 1400)


def test_an_intent_is_changed_and_taken_back(gateway, beside):
    intent = create_intent(gateway)
    assert gateway.update_payment_intent(intent["id"], {"amount": 900}, key()).data["amount"] == 900
    gateway.process_payment_intent(beside.reader, intent["id"], key())
    assert gateway.cancel_reader_action(beside.reader, key()).data["action"] is None
    assert gateway.cancel_payment_intent(intent["id"], key()).data["status"] == "canceled"


def test_refunds_are_read(gateway, beside):
    intent = pay(gateway, beside)
    params = {"payment_intent": intent["id"], "amount": 500, "metadata": METADATA}
    refund = gateway.create_refund(params, key()).data
    assert refund_reading.refund_values(gateway.retrieve_refund(refund["id"]).data)
    charge = refund_reading.charge_of(gateway.retrieve_refunded_charge(intent["id"]).data)
    assert [known["id"] for known in refund_reading.refunds_of(charge)] == [refund["id"]]
    assert gateway.retrieve_refunded_charge(charge["id"]).data["amount_refunded"] == 500


def test_a_card_is_refunded_on_the_reader(gateway, beside):
    card = "4506445006931933"
    intent = pay(gateway, beside, card=card)
    params = {"payment_intent": intent["id"], "amount": 300}
    gateway.refund_payment(beside.reader, params, key())
    beside.tap(card=card)
    charge = refund_reading.charge_of(gateway.retrieve_refunded_charge(intent["id"]).data)
    assert charge["amount_refunded"] == 300


def test_lists_are_read_page_by_page(gateway, beside):
    intents = [create_intent(gateway)["id"] for _number in range(3)]
    found = [
        data["id"]
        for page in listing.pages(gateway.list_payment_intents, {"limit": 2})
        for data in page.data["data"]
    ]
    assert found[:3] == intents[::-1]
    assert len(found) > 3
    page = listing.read_page(gateway.list_refunds, 0, None)
    assert page.found
    named = listing.find_intents(gateway, 0, METADATA["pos_payment_line_uuid"])
    assert set(intents) <= {intent["id"] for intent in named.data["data"]}


def test_readers_and_locations(gateway, beside):
    address = {"line1": "1 Main Street", "city": "Toronto", "country": "CA", "postal_code": "M4B"}
    address["state"] = "ON"
    params = {"display_name": "Shop", "address": address}
    location = gateway.create_location(params).data["id"]
    assert gateway.retrieve_location(location).data["address"]["city"] == "Toronto"
    renamed = gateway.update_location(location, {"display_name": "Bar"}).data
    assert renamed["display_name"] == "Bar"
    assert location in [data["id"] for data in gateway.list_locations({"limit": 100}).data["data"]]

    params = {"registration_code": "simulated-wpe", "location": location}
    reader = gateway.create_reader(params, key()).data
    assert isinstance(reader["location"], dict)
    assert gateway.update_reader(reader["id"], {"label": "Counter"}).data["label"] == "Counter"
    listed = gateway.list_readers({"limit": 100, "expand": ["data.location"]}).data["data"]
    assert reader["id"] in [data["id"] for data in listed]
    intent = create_intent(gateway)
    gateway.process_payment_intent(reader["id"], intent["id"], key())
    gateway.present_payment_method(reader["id"], key())
    assert gateway.retrieve_payment_intent(intent["id"]).data["status"] == "succeeded"
    assert gateway.create_connection_token(location).data["secret"]
    assert gateway.delete_reader(reader["id"]).data["deleted"]
    assert gateway.delete_location(location).data["deleted"]


def test_the_readers_display(gateway, beside):
    item = {"description": "Espresso", "amount": 240, "quantity": 1}
    cart = {"currency": "cad", "line_items": [item], "total": 240, "tax": 0}
    action = gateway.set_reader_display(beside.reader, cart, key()).data["action"]
    assert action["type"] == "set_reader_display"
    gateway.cancel_reader_action(beside.reader, key())


def test_configurations(gateway):
    tips = {"tipping": {"cad": {"percentages": [10, 15, 20]}}}
    made = gateway.create_configuration(tips).data["id"]
    changed = gateway.update_configuration(made, {"tipping": {"cad": {"percentages": [5, 10, 15]}}})
    assert changed.data["tipping"]["cad"]["percentages"] == [5, 10, 15]
    listed = gateway.list_configurations({"limit": 100}).data["data"]
    assert made in [data["id"] for data in listed]


def test_the_account_and_what_a_key_may_do(gateway, beside):
    facts = account.examine(gateway, beside.key)
    assert (facts["country"], facts["currency"]) == ("CA", "CAD")
    gateway.try_request("get", "/v1/refunds", {"limit": 1})
    assert problem_of(gateway.try_request, "post", "/v1/refunds", {}).http_status == 400


def test_webhook_endpoints(gateway):
    params = {
        "url": "https://shop.example.com/hook",
        "enabled_events": ["payment_intent.succeeded"],
        "api_version": API_VERSION,
    }
    made = gateway.create_webhook_endpoint(params).data
    assert made["secret"]
    listed = gateway.list_webhook_endpoints({"limit": 100}).data["data"]
    assert made["id"] in [data["id"] for data in listed]
    assert gateway.delete_webhook_endpoint(made["id"]).data["deleted"]


def test_the_version_of_the_api_is_ours(gateway, beside):
    gateway.retrieve_account()
    assert {record["stripe_version"] for record in beside.requests("*")} == {API_VERSION}


def test_a_key_that_was_used_gives_the_same_answer(gateway):
    params = {"amount": 700, "currency": "cad", "allowed_payment_method_types": ["card_present"]}
    name = key()
    first = gateway.create_payment_intent(params, name).data["id"]
    assert gateway.create_payment_intent(params, name).data["id"] == first
    problem = problem_of(gateway.create_payment_intent, {**params, "amount": 800}, name)
    assert (problem.kind, problem.code) == (Kind.bug, "idempotency_error")


def test_refused_keys_are_told(beside):
    problem = problem_of(Gateway("sk_test_" + "x" * 24, beside.url).retrieve_account)
    assert (problem.code, problem.http_status) == ("api_key_invalid", 401)
    beside.control("POST", "faults", kind="error", status=403, path="/v1/account")
    problem = problem_of(Gateway(beside.key, beside.url).retrieve_account)
    assert (problem.code, problem.http_status) == ("permission_missing", 403)


def error(status, code, **values):
    """Return the fault that is answered with an error of Stripe's."""
    return {"kind": "error", "status": status, "code": code, **values}


DECLINE = error(402, "card_declined", type="card_error", decline_code="lost_card")


@pytest.mark.parametrize(
    ("fault", "kind", "reason"),
    [
        (error(404, "resource_missing"), Kind.misconfigured, "resource_missing"),
        (error(400, "terminal_reader_busy"), Kind.busy, "terminal_reader_busy"),
        (error(400, "terminal_reader_offline"), Kind.offline, "terminal_reader_offline"),
        (DECLINE, Kind.declined, "lost_card"),
        ({"kind": "429"}, Kind.offline, "rate_limit"),
        ({"kind": "500_before"}, Kind.ambiguous, "api_error"),
        ({"kind": "drop_after"}, Kind.ambiguous, "connection_error"),
    ],
    ids=["404", "busy", "offline", "402", "429", "500", "lost"],
)
def test_each_failure_is_what_it_is_and_is_not_tried_again(gateway, beside, fault, kind, reason):
    path = "/v1/terminal/locations"
    before = len(beside.requests(path))
    beside.control("POST", "faults", path=path, **fault)
    problem = problem_of(gateway.list_locations, {})
    assert (problem.kind, problem.reason) == (kind, reason)
    assert problem.answered == (kind != Kind.ambiguous)
    assert len(beside.requests(path)) == before + 1


def test_a_silent_stripe_is_given_up(beside):
    beside.control("POST", "faults", kind="delay", seconds=3, path="/v1/account")
    before = len(beside.requests("/v1/account"))
    problem = problem_of(Gateway(beside.key, beside.url, read_timeout=1).retrieve_account)
    # With more patience there would be an answer, and no problem; with a second try, two requests.
    assert (problem.kind, problem.answered) == (Kind.ambiguous, False)
    assert len(beside.requests("/v1/account")) - before == 1


def test_the_signature_of_a_webhook():
    body = '{"id": "evt_1"}'

    def header(moment):
        signed = hmac.new(SECRET.encode(), f"{moment}.{body}".encode(), hashlib.sha256)
        return f"t={moment},v1={signed.hexdigest()}"

    now = int(time.time())
    verify = stripe.WebhookSignature.verify_header
    assert verify(body, header(now), SECRET, 300)
    for wrong in (header(now - 600), header(now).replace("v1=", "v1=0"), "", None):
        with pytest.raises((stripe.SignatureVerificationError, TypeError)):
            verify(body, wrong, SECRET, 300)


def test_nothing_secret_is_logged(gateway, beside, caplog):
    with caplog.at_level(logging.DEBUG):
        intent = create_intent(gateway, metadata={"pos_payment_line_uuid": str(uuid.uuid4())})
    assert caplog.messages
    assert intent["client_secret"] not in caplog.text
    assert beside.key not in caplog.text


def test_no_call_was_left_out(gateway):
    methods = {name for name in vars(Gateway) if name[0] != "_"}
    assert methods - gateway.names == set()
