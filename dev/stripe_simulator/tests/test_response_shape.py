"""Every field that the SDK declares as always present is in the answers."""

import typing

import pytest
import requests

from stripe_simulator import sdk_types
from stripe_simulator.cards import DEFAULT_INTERAC_CARD

from . import nullable
from .conftest import VERSION


def missing(cls, value, path):
    """Return the paths of fields that should be there, and of values of a wrong type."""
    problems = []
    for name, hint in sdk_types.resource_fields(cls).items():
        here = f"{path}.{name}"
        if name not in value:
            if sdk_types.always_present(hint):
                problems.append(here)
            continue
        problems += wrong(cls, hint, value[name], here)
    return problems


def wrong(cls, hint, value, path):
    """Return the problems of one value."""
    if value is None:
        return [f"{path} is null"] if sdk_types.always_present(hint) else []
    if isinstance(value, dict) and value.get("object") == "list":
        return [problem for item in value["data"] for problem in check(item, f"{path}.data")]
    if isinstance(value, dict) and isinstance(value.get("object"), str):
        return check(value, path)
    if isinstance(value, dict):
        nested = sdk_types.nested_class(hint)
        return missing(nested, value, path) if nested else []
    problems = []
    for member in sdk_types.members(hint):
        if typing.get_origin(member) is list:
            item_hint = typing.get_args(member)[0]
            for item in value:
                problems += wrong(cls, item_hint, item, f"{path}[]")
    plain = [member for member in sdk_types.members(hint) if member in (int, str, bool, float)]
    if plain and not isinstance(value, tuple(plain)) and not isinstance(value, list):
        problems.append(f"{path} is {type(value).__name__}")
    return problems


def check(obj, path=""):
    """Return what is wrong with an object of the API."""
    return missing(sdk_types.resource_class(obj["object"]), obj, path or obj["object"])


@pytest.fixture
def call(sim):
    """A function that returns an answer's plain JSON."""

    def make(method, path, data=None, account=None):
        key = (account or sim.account).secret_key
        headers = {"Authorization": f"Bearer {key}", "Stripe-Version": VERSION}
        answer = requests.request(method, sim.url + path, data=data, headers=headers, timeout=5)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return make


def refund_interac(call, sim):
    """Return a reader that asks for a refund's card, and after it was presented."""
    account = sim.add_account(country="CA")
    device = account.add_reader()
    url = f"/v1/terminal/readers/{device.id}"
    intent = {
        "amount": "1000",
        "currency": "cad",
        "allowed_payment_method_types[0]": "card_present",
        "allowed_payment_method_types[1]": "interac_present",
    }
    payment = {"payment_intent": call("POST", "/v1/payment_intents", intent, account)["id"]}
    call("POST", f"{url}/process_payment_intent", payment, account)
    device.insert(DEFAULT_INTERAC_CARD)
    refunding = call("POST", f"{url}/refund_payment", payment, account)
    device.insert(DEFAULT_INTERAC_CARD)
    return refunding, call("GET", url, account=account)


@pytest.fixture
def objects(call, sim, api, pay, reader, inbox):
    """One example of everything, in several states, by what it is."""
    hook = call("POST", "/v1/webhook_endpoints", {"url": inbox.url, "enabled_events[]": "*"})
    location = sim.account.add_location("Shop")
    configuration = sim.account.test.default_configuration()["id"]
    sim.account.offer_tips(usd={"percentages": [10, 15, 20]})
    fresh = pay()
    waiting = call("GET", f"/v1/terminal/readers/{reader.id}")
    reader.decline("insufficient_funds")
    declined = call("GET", f"/v1/payment_intents/{fresh.id}")
    failed = call("GET", f"/v1/terminal/readers/{reader.id}")
    held = pay(capture_method="manual")
    reader.insert()
    authorized = call("GET", f"/v1/payment_intents/{held.id}?expand[]=latest_charge")
    intent = pay()
    reader.tap(tip=100)
    expand = (
        "expand[]=latest_charge.balance_transaction&expand[]=latest_charge.refunds"
        "&expand[]=payment_method"
    )
    refund = call("POST", "/v1/refunds", {"payment_intent": intent.id, "amount": "100"})
    paid = call("GET", f"/v1/payment_intents/{intent.id}?{expand}")
    done = call("GET", f"/v1/terminal/readers/{reader.id}?expand[]=location")
    refunding, refunded = refund_interac(call, sim)
    cart = {
        "type": "cart",
        "cart[currency]": "usd",
        "cart[total]": "500",
        "cart[line_items][0][amount]": "500",
        "cart[line_items][0][description]": "Tea",
        "cart[line_items][0][quantity]": "1",
    }
    display = call("POST", f"/v1/terminal/readers/{reader.id}/set_reader_display", cart)
    canceled = call("POST", f"/v1/payment_intents/{fresh.id}/cancel")
    return {
        "account": call("GET", "/v1/account"),
        "location": call("GET", f"/v1/terminal/locations/{location['id']}"),
        "configuration": call("GET", f"/v1/terminal/configurations/{configuration}"),
        "connection_token": call("POST", "/v1/terminal/connection_tokens"),
        "webhook_endpoint": hook,
        "reader waiting": waiting,
        "reader failed": failed,
        "reader done": done,
        "reader refunding": refunding,
        "reader refunded": refunded,
        "reader display": display,
        "intent declined": declined,
        "intent authorized": authorized,
        "intent paid": paid,
        "intent canceled": canceled,
        "charge": paid["latest_charge"],
        "charge failed": call("GET", f"/v1/charges/{declined['latest_charge']}"),
        "payment_method": paid["payment_method"],
        "refund": refund,
        "balance_transaction": paid["latest_charge"]["balance_transaction"],
        "event": call("GET", "/v1/events")["data"][0],
    }


def test_nothing_is_missing(objects):
    assert {name: check(obj) for name, obj in objects.items() if check(obj)} == {}


def test_every_kind_of_object_is_looked_at(objects):
    assert {obj["object"] for obj in objects.values()} == {
        "account",
        "balance_transaction",
        "charge",
        "event",
        "payment_intent",
        "payment_method",
        "refund",
        "terminal.configuration",
        "terminal.connection_token",
        "terminal.location",
        "terminal.reader",
        "webhook_endpoint",
    }


def test_no_field_that_the_sdk_does_not_know(objects):
    unknown = {
        f"{name}.{field}"
        for name, obj in objects.items()
        for field in obj
        if field not in sdk_types.resource_fields(sdk_types.resource_class(obj["object"]))
    }
    assert unknown == set()


def test_interac(sim, connect, reader):
    account = sim.add_account(country="CA")
    device = account.add_reader()
    api = connect(account.secret_key).v1
    types = ["card_present", "interac_present"]
    intent = api.payment_intents.create(
        {"amount": 1000, "currency": "cad", "allowed_payment_method_types": types}
    )
    api.terminal.readers.process_payment_intent(device.id, {"payment_intent": intent.id})
    device.insert("4506445006931933")
    paid = api.payment_intents.retrieve(intent.id, {"expand": ["latest_charge", "payment_method"]})
    assert check(paid.to_dict()) == []


def test_the_check_notices_what_is_missing(objects):
    for name, fields in (("charge", ("billing_details", "paid")), ("reader done", ("label",))):
        for field in fields:
            broken = {key: value for key, value in objects[name].items() if key != field}
            assert check(broken)
    charge = objects["charge"]
    details = charge["payment_method_details"]
    card = {**details["card_present"], "exp_year": None}
    assert check({**charge, "payment_method_details": {**details, "card_present": card}})


def parts(name, value):
    """Yield (kind, object) for all objects in an answer, by the names of `nullable`."""
    kind = value.get("object")
    kind = kind if isinstance(kind, str) else name
    is_method = "networks" in value  # a PaymentMethod says less of a card than its charge
    if not is_method:
        yield kind, value
    for key, item in value.items():
        if isinstance(item, dict) and key != "payment_method_options":
            found = item["data"] if item.get("object") == "list" else [item]
            for one in found:
                yield from parts(f"{name}.{key}" if key == "card" else key, one)


def test_null_where_stripe_says_null_and_nothing_where_it_says_nothing(objects):
    problems, seen = set(), set()
    for name, answer in objects.items():
        for kind, value in parts(name, answer):
            seen.add(kind)
            for field in nullable.NULL_WITHOUT_VALUE.get(kind, "").split():
                if field not in value:
                    problems.add(f"{name}: {kind}.{field} is missing")
            for field in nullable.ABSENT_WITHOUT_VALUE.get(kind, "").split():
                if field in value and value[field] is None:
                    problems.add(f"{name}: {kind}.{field} is null")
    assert problems == set()
    assert seen >= {"payment_intent", "charge", "refund", "action", "card_present", "receipt"}
