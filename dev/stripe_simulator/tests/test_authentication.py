"""Keys, accounts and versions."""

import pytest
import requests
import stripe


def get(sim, path, key=None, **headers):
    if key:
        headers["Authorization"] = f"Bearer {key}"
    return requests.get(sim.url + path, headers=headers, timeout=5)


def test_own_account(sim, api):
    account = api.accounts.retrieve_current()
    assert account.id == sim.account.id
    assert account.country == "US"
    assert account.default_currency == "usd"
    assert api.accounts.retrieve(sim.account.id).id == sim.account.id


def test_no_key(sim):
    answer = get(sim, "/v1/account")
    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert answer.headers["Request-Id"].startswith("req_")


def test_wrong_key_is_refused_and_masked(sim, connect):
    with pytest.raises(stripe.AuthenticationError) as caught:
        connect("sk_test_nobodyhasthiskey1234").v1.accounts.retrieve_current()
    assert caught.value.http_status == 401
    assert "1234" in str(caught.value)
    assert "nobodyhasthis" not in str(caught.value)


def test_key_as_basic_auth(sim):
    answer = requests.get(f"{sim.url}/v1/account", auth=(sim.account.secret_key, ""), timeout=5)
    assert answer.json()["id"] == sim.account.id


def test_publishable_key_is_refused(sim):
    answer = get(sim, "/v1/account", sim.account.publishable_key)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "secret_key_required"


def test_expired_key(sim):
    sim.account.expire_key(sim.account.secret_key)
    answer = get(sim, "/v1/account", sim.account.secret_key)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "api_key_expired"


def test_restricted_key(sim, connect, reader):
    key = sim.account.add_restricted_key(["rak_terminal_reader_write", "payment_intent_read"])
    restricted = connect(key).v1
    assert restricted.terminal.readers.retrieve(reader.id).id == reader.id
    restricted.terminal.readers.update(reader.id, {"label": "Bar"})
    assert restricted.payment_intents.list().data == []
    with pytest.raises(stripe.PermissionError) as caught:
        restricted.payment_intents.create({"amount": 100, "currency": "usd"})
    assert caught.value.http_status == 403
    assert "rak_payment_intent_write" in str(caught.value)
    assert key not in str(caught.value)
    assert sim.ledger()["intents"] == []


# Requests that change nothing: parameters, the permission they need, the answer to who has it.
HARMLESS = [
    ("/v1/payment_intents/pi_nobody", {}, "payment_intent_write", 404),
    ("/v1/refunds", {"payment_intent": "pi_nobody"}, "charge_write", 400),
    ("/v1/terminal/readers/tmr_nobody", {}, "terminal_reader_write", 404),
    ("/v1/terminal/locations/tml_nobody", {}, "terminal_location_write", 404),
    ("/v1/webhook_endpoints/we_nobody", {}, "webhook_write", 404),
    (
        "/v1/terminal/connection_tokens",
        {"location": "tml_nobody"},
        "terminal_connection_token_write",
        400,
    ),
]


@pytest.mark.parametrize(("path", "params", "permission", "status"), HARMLESS)
def test_permissions_come_before_all_else(sim, connect, path, params, permission, status):
    def refused(*permissions):
        key = sim.account.add_restricted_key(permissions)
        with pytest.raises(stripe.StripeError) as caught:
            connect(key).raw_request("post", path, **params)
        return caught.value

    others = [name for _path, _params, name, _status in HARMLESS if name != permission]
    error = refused(*others, permission.replace("_write", "_read"))
    assert error.http_status == 403
    assert f"rak_{permission}" in str(error)
    assert refused(permission).http_status == status


def test_account_that_may_not_charge_yet(sim, api):
    assert api.accounts.retrieve_current().charges_enabled
    sim.account.charges_enabled = False
    assert not api.accounts.retrieve_current().charges_enabled


def test_test_and_live_mode_are_apart(sim, connect):
    test, live = connect().v1, connect(sim.account.live_secret_key).v1
    intent = live.payment_intents.create({"amount": 100, "currency": "usd"})
    assert intent.livemode
    assert test.payment_intents.list().data == []
    with pytest.raises(stripe.InvalidRequestError) as caught:
        test.payment_intents.retrieve(intent.id)
    assert caught.value.code == "resource_missing"
    assert "live mode" in str(caught.value)


def test_accounts_are_apart(sim, connect):
    other = sim.add_account(country="CA")
    assert (other.country, other.currency) == ("CA", "cad")
    first, second = connect().v1, connect(other.secret_key).v1
    reader = other.add_reader("WSC1")
    assert first.terminal.readers.list().data == []
    assert [found.id for found in second.terminal.readers.list().data] == [reader.id]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        first.terminal.readers.retrieve(reader.id)
    assert caught.value.http_status == 404
    with pytest.raises(stripe.PermissionError) as caught:
        first.accounts.retrieve(other.id)
    assert caught.value.error.code == "account_invalid"


def test_platform_acts_for_its_account(sim, connect):
    connected = sim.add_account(country="DE", platform=sim.account)
    stranger = sim.add_account()
    api = connect().v1
    options = {"stripe_account": connected.id}
    api.payment_intents.create({"amount": 100, "currency": "eur"}, options)
    assert [line["account"] for line in sim.ledger()["intents"]] == [connected.id]
    with pytest.raises(stripe.PermissionError) as caught:
        api.payment_intents.list(options={"stripe_account": stranger.id})
    assert caught.value.error.code == "account_invalid"


def test_unknown_version(sim):
    answer = get(sim, "/v1/account", sim.account.secret_key, **{"Stripe-Version": "2031-01-01"})
    assert answer.status_code == 400
    assert "2031-01-01" in answer.json()["error"]["message"]


def test_version_is_answered_and_logged(sim):
    version = "2025-03-31.basil"
    answer = get(sim, "/v1/account", sim.account.secret_key, **{"Stripe-Version": version})
    assert answer.headers["Stripe-Version"] == version
    assert sim.requests()[-1].stripe_version == version


def test_no_version_is_the_accounts(sim):
    account = sim.add_account(api_version="2019-05-16")
    answer = get(sim, "/v1/account", account.secret_key)
    assert answer.headers["Stripe-Version"] == "2019-05-16"
