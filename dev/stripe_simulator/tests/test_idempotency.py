"""Idempotency keys."""

import threading

import pytest
import stripe

PARAMS = {"amount": 1200, "currency": "usd"}
KEY = {"idempotency_key": "order-7"}


def test_same_key_same_answer(api, sim):
    first = api.payment_intents.create(PARAMS, KEY)
    again = api.payment_intents.create(PARAMS, KEY)
    assert again.id == first.id
    assert len(sim.ledger()["intents"]) == 1
    headers = again.last_response.headers
    assert headers["Idempotent-Replayed"] == "true"
    assert headers["Original-Request"] == first.last_response.request_id
    assert headers["Idempotency-Key"] == "order-7"
    assert again.last_response.request_id != first.last_response.request_id
    assert [record.replayed for record in sim.requests("POST")] == [False, True]
    assert {record.idempotency_key for record in sim.requests("POST")} == {"order-7"}


def test_replay_is_the_first_answer_not_the_present(api):
    first = api.payment_intents.create(PARAMS, KEY)
    api.payment_intents.cancel(first.id)
    assert api.payment_intents.create(PARAMS, KEY).status == "requires_payment_method"


def test_other_parameters(api, sim):
    api.payment_intents.create(PARAMS, KEY)
    with pytest.raises(stripe.IdempotencyError) as caught:
        api.payment_intents.create({**PARAMS, "amount": 1300}, KEY)
    assert caught.value.http_status == 400
    assert "order-7" in str(caught.value)
    assert sim.requests()[-1].error_type == "idempotency_error"
    assert len(sim.ledger()["intents"]) == 1


def test_other_endpoint(api):
    intent = api.payment_intents.create(PARAMS, KEY)
    with pytest.raises(stripe.IdempotencyError) as caught:
        api.payment_intents.cancel(intent.id, options=KEY)
    assert "endpoint" in str(caught.value)
    assert api.payment_intents.retrieve(intent.id).status == "requires_payment_method"


def test_executed_errors_are_kept(api, sim):
    intent = api.payment_intents.create(PARAMS)
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.capture(intent.id, options=KEY)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.capture(intent.id, options=KEY)
    assert caught.value.code == "payment_intent_unexpected_state"
    assert sim.requests()[-1].replayed


def test_refused_parameters_are_not_kept(api, sim):
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.create({**PARAMS, "colour": "red"}, KEY)
    assert api.payment_intents.create(PARAMS, KEY).id
    assert not sim.requests()[-1].replayed


def test_missing_permission_is_not_kept(sim, connect):
    key = sim.account.add_restricted_key([])
    with pytest.raises(stripe.PermissionError):
        connect(key).v1.payment_intents.create(PARAMS, KEY)
    assert connect().v1.payment_intents.create(PARAMS, KEY).id


def test_server_error_after_the_work_is_kept(api, sim):
    sim.faults.add("POST", "/v1/payment_intents", "500_after")
    for _ in range(2):
        with pytest.raises(stripe.APIError) as caught:
            api.payment_intents.create(PARAMS, KEY)
        assert caught.value.http_status == 500
    assert sim.requests()[-1].replayed
    assert len(sim.ledger()["intents"]) == 1


def test_server_error_before_the_work_is_not_kept(api, sim):
    sim.faults.add("POST", "/v1/payment_intents", "500_before")
    with pytest.raises(stripe.APIError):
        api.payment_intents.create(PARAMS, KEY)
    assert api.payment_intents.create(PARAMS, KEY).id
    assert len(sim.ledger()["intents"]) == 1


def test_rate_limit_is_not_kept(api, sim):
    sim.faults.add("POST", "/v1/payment_intents", "429")
    with pytest.raises(stripe.RateLimitError):
        api.payment_intents.create(PARAMS, KEY)
    assert api.payment_intents.create(PARAMS, KEY).id


def test_key_in_use(api, sim, connect):
    sim.faults.add("POST", "/v1/payment_intents", "delay", seconds=0.3)
    results = []
    slow = threading.Thread(
        target=lambda: results.append(connect().v1.payment_intents.create(PARAMS, KEY))
    )
    slow.start()
    sim.sleep(0.1)
    with pytest.raises(stripe.APIError) as caught:
        api.payment_intents.create(PARAMS, KEY)
    assert caught.value.http_status == 409
    assert caught.value.error.code == "idempotency_key_in_use"
    slow.join()
    assert api.payment_intents.create(PARAMS, KEY).id == results[0].id


def test_many_at_once_make_one(sim, connect):
    ids, codes = set(), set()

    def create():
        try:
            ids.add(connect().v1.payment_intents.create(PARAMS, KEY).id)
        except stripe.APIError as error:
            codes.add(error.error.code)

    threads = [threading.Thread(target=create) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 1
    assert codes <= {"idempotency_key_in_use"}
    assert len(sim.ledger()["intents"]) == 1


def test_keys_of_accounts_and_modes_are_apart(sim, connect):
    other = sim.add_account()
    keys = (sim.account.secret_key, sim.account.live_secret_key, other.secret_key)
    made = {connect(key).v1.payment_intents.create(PARAMS, KEY).id for key in keys}
    assert len(made) == 3


def test_keys_expire_after_a_day(api, sim):
    first = api.payment_intents.create(PARAMS, KEY)
    with sim.lock:
        sim.account.test.idempotency.entries["order-7"]["started"] -= 24 * 3600 + 1
    assert api.payment_intents.create(PARAMS, KEY).id != first.id


def test_too_long_key(api):
    assert api.payment_intents.create(PARAMS, {"idempotency_key": "k" * 255}).id
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.create(PARAMS, {"idempotency_key": "k" * 256})


def test_requests_that_read_have_no_key(api, sim):
    intent = api.payment_intents.create(PARAMS)
    api.payment_intents.retrieve(intent.id, options=KEY)
    api.payment_intents.cancel(intent.id)
    assert api.payment_intents.retrieve(intent.id, options=KEY).status == "canceled"
    assert sim.requests("GET")[-1].idempotency_key is None
