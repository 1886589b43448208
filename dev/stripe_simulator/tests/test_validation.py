"""Parameters are checked against the SDK's types."""

import pytest
import requests
import stripe

from stripe_simulator.forms import decode

from .conftest import OLD_VERSION, VERSION


def post(sim, path, data, version=VERSION):
    headers = {"Authorization": f"Bearer {sim.account.secret_key}", "Stripe-Version": version}
    return requests.post(sim.url + path, data=data, headers=headers, timeout=5)


GOOD = {"amount": "100", "currency": "usd"}


@pytest.mark.parametrize(
    "change, code, param",
    [
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"amount": None}, "parameter_missing", "amount"),
        ({"currency": None}, "parameter_missing", "currency"),
        ({"amount": "ten"}, "parameter_invalid_integer", "amount"),
        ({"amount": "1.5"}, "parameter_invalid_integer", "amount"),
        ({"amount": ""}, "parameter_invalid_empty", "amount"),
        ({"amount": None, "amount[x]": "1"}, "parameter_invalid_integer", "amount"),
        ({"capture_method": "never"}, None, "capture_method"),
        ({"confirm": "perhaps"}, None, "confirm"),
        ({"metadata": "text"}, None, "metadata"),
        ({"metadata[a][b]": "1"}, None, "metadata[a]"),
        ({"allowed_payment_method_types": "card_present"}, None, "allowed_payment_method_types"),
        (
            {"allowed_payment_method_types[0]": "barter"},
            None,
            "allowed_payment_method_types[0]",
        ),
        (
            {"payment_method_options[card_present][capture_method]": "never"},
            None,
            "payment_method_options[card_present][capture_method]",
        ),
        (
            {"payment_method_options[card_present][colour]": "red"},
            "parameter_unknown",
            "payment_method_options[card_present][colour]",
        ),
        ({"shipping[name]": "Ada"}, "parameter_missing", "shipping[address]"),
        ({"expand[]": "nonsense"}, None, "expand"),
        ({"currency": "xyz"}, None, "currency"),
        ({"amount": "0"}, "parameter_invalid_integer", "amount"),
        ({"amount": "-5"}, "parameter_invalid_integer", "amount"),
        ({"amount": "49"}, "amount_too_small", "amount"),
        ({"amount": "100000000"}, "amount_too_large", "amount"),
        ({"currency": "isk", "amount": "1050"}, "parameter_invalid_integer", "amount"),
        ({"currency": "ugx", "amount": "1050"}, "parameter_invalid_integer", "amount"),
        ({"currency": "kwd", "amount": "1234"}, "parameter_invalid_integer", "amount"),
        ({"receipt_email": "ada at example"}, "email_invalid", "receipt_email"),
    ],
)
def test_refused(sim, change, code, param):
    data = {key: value for key, value in {**GOOD, **change}.items() if value is not None}
    answer = post(sim, "/v1/payment_intents", data)
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert error["type"] == "invalid_request_error"
    assert error.get("code") == code
    assert error["param"] == param
    assert error["message"]
    assert error["request_log_url"].endswith(answer.headers["Request-Id"])
    assert ("doc_url" in error) == (code is not None)
    assert sim.ledger()["intents"] == []
    assert sim.requests()[-1].error_code == code


def test_several_unknown_parameters_are_named_at_once(sim):
    error = post(sim, "/v1/payment_intents", {**GOOD, "a": "1", "b": "2"}).json()["error"]
    assert "a, b" in error["message"]


@pytest.mark.parametrize(
    "currency, minimum",
    [("usd", 50), ("gbp", 30), ("jpy", 50), ("huf", 17500), ("sek", 300)],
)
def test_minimum_amounts(api, currency, minimum):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.create({"amount": minimum - 1, "currency": currency})
    assert caught.value.code == "amount_too_small"
    assert api.payment_intents.create({"amount": minimum, "currency": currency}).id


def test_types_of_the_current_version(sim, connect):
    names = {"amount": 100, "currency": "usd", "payment_method_types": ["card_present"]}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        connect(version=VERSION).v1.payment_intents.create(names)
    assert caught.value.code == "parameter_unknown"
    assert caught.value.param == "payment_method_types"
    names["allowed_payment_method_types"] = names.pop("payment_method_types")
    intent = connect(version="2026-09-30.endive").v1.payment_intents.create(names)
    assert intent.allowed_payment_method_types == ["card_present"]
    assert intent.payment_method_types == ["card_present"]


def test_types_of_earlier_versions(sim, connect):
    old = connect(version=OLD_VERSION).v1
    names = {"amount": 100, "currency": "usd", "payment_method_types": ["card_present"]}
    intent = old.payment_intents.create(names)
    assert intent.payment_method_types == ["card_present"]
    assert "allowed_payment_method_types" not in intent
    old.payment_intents.update(intent.id, {"payment_method_types": ["card_present"]})
    names["allowed_payment_method_types"] = names.pop("payment_method_types")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        old.payment_intents.create(names)
    assert caught.value.param == "allowed_payment_method_types"


def test_charges_of_very_old_versions(sim, connect, pay, reader):
    intent = pay()
    reader.tap()
    answer = connect(version="2019-05-16").v1.payment_intents.retrieve(intent.id)
    assert answer.charges.total_count == 1
    assert answer.charges.data[0].captured
    assert "latest_charge" not in answer


def test_default_capture_method_depends_on_the_version(connect):
    params = {"amount": 100, "currency": "usd"}
    create = lambda version: connect(version=version).v1.payment_intents.create(params)  # noqa: E731
    assert create(VERSION).capture_method == "automatic_async"
    assert create("2023-10-16").capture_method == "automatic"


def test_unknown_url_and_method(sim):
    headers = {"Authorization": f"Bearer {sim.account.secret_key}"}
    for method, path in (("GET", "/v1/teapots"), ("PUT", "/v1/payment_intents")):
        answer = requests.request(method, sim.url + path, headers=headers, timeout=5)
        assert answer.status_code == 404
        assert answer.json()["error"]["type"] == "invalid_request_error"


def test_form_decoding():
    assert decode("a=1&b[c][d]=2&e[0]=x&e[1]=y&f[]=p&f[]=q&g=") == {
        "a": "1",
        "b": {"c": {"d": "2"}},
        "e": {"0": "x", "1": "y"},
        "f": {"0": "p", "1": "q"},
        "g": "",
    }


@pytest.mark.parametrize("text", ["a=1&a[b]=2", "a[b]=1&a=2", "a[b=1", "[a]=1"])
def test_malformed_forms(sim, text):
    answer = post(sim, "/v1/payment_intents", text)
    assert answer.status_code == 400


def test_metadata_limits_and_merging(api):
    intent = api.payment_intents.create(
        {"amount": 100, "currency": "usd", "metadata": {"a": "1", "b": "2", "3": "x"}}
    )
    update = lambda change: api.payment_intents.update(intent.id, {"metadata": change})  # noqa: E731
    assert update({"b": "", "c": "9"}).metadata.to_dict() == {"a": "1", "3": "x", "c": "9"}
    assert update("").metadata.to_dict() == {}
    for change in (
        {"k" * 41: "1"},
        {"k": "v" * 501},
        {f"k{number}": "1" for number in range(51)},
    ):
        with pytest.raises(stripe.InvalidRequestError):
            update(change)
    assert update({}).metadata.to_dict() == {}


@pytest.mark.parametrize(
    "method, path, data",
    [
        ("POST", "/v1/payment_intents", {**GOOD, "customer": "cus_1"}),
        ("POST", "/v1/payment_intents", {**GOOD, "off_session": "true"}),
        ("POST", "/v1/payment_intents", {**GOOD, "application_fee_amount": "1"}),
        ("GET", "/v1/payment_intents?customer=cus_1", None),
        ("GET", "/v1/charges?customer=cus_1", None),
        ("GET", "/v1/balance_transactions?payout=po_1", None),
        ("POST", "/v1/refunds", {"charge": "ch_1", "reverse_transfer": "true"}),
    ],
)
def test_what_would_do_nothing_is_refused(sim, method, path, data):
    headers = {"Authorization": f"Bearer {sim.account.secret_key}", "Stripe-Version": VERSION}
    answer = requests.request(method, sim.url + path, data=data, headers=headers, timeout=5)
    assert answer.status_code == 400
    assert "does nothing with" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "change, param",
    [
        ({"cart[currency]": "xyz"}, "cart[currency]"),
        ({"cart[line_items][0][quantity]": "0"}, "cart[line_items][0][quantity]"),
        ({"cart[line_items][0][amount]": None}, "cart[line_items][0][amount]"),
        ({"cart[total]": None}, "cart[total]"),
        ({"type": "picture"}, "type"),
    ],
)
def test_carts(sim, reader, change, param):
    cart = {
        "type": "cart",
        "cart[currency]": "usd",
        "cart[total]": "500",
        "cart[line_items][0][amount]": "500",
        "cart[line_items][0][description]": "Tea",
        "cart[line_items][0][quantity]": "1",
    }
    path = f"/v1/terminal/readers/{reader.id}/set_reader_display"
    assert post(sim, path, cart).status_code == 200
    data = {key: value for key, value in {**cart, **change}.items() if value is not None}
    answer = post(sim, path, data)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
