"""Failures on demand."""

import time

import pytest
import stripe

from stripe_simulator import SimulatorError

PARAMS = {"amount": 1200, "currency": "usd"}
PATH = "/v1/payment_intents"


def count(sim):
    return len(sim.ledger()["intents"])


def test_answer_lost(api, sim):
    sim.faults.add("POST", PATH, "drop_after")
    with pytest.raises(stripe.APIConnectionError):
        api.payment_intents.create(PARAMS, {"idempotency_key": "k"})
    assert count(sim) == 1
    assert sim.requests()[-1].status is None
    assert sim.requests()[-1].fault == "drop_after"
    intent = api.payment_intents.create(PARAMS, {"idempotency_key": "k"})
    assert sim.ledger()["intents"][0]["id"] == intent.id
    assert count(sim) == 1


def test_request_lost(api, sim):
    sim.faults.add("POST", PATH, "drop_before")
    with pytest.raises(stripe.APIConnectionError):
        api.payment_intents.create(PARAMS, {"idempotency_key": "k"})
    assert count(sim) == 0
    assert api.payment_intents.create(PARAMS, {"idempotency_key": "k"}).id


@pytest.mark.parametrize("kind, made", [("500_before", 0), ("500_after", 1)])
def test_server_error(api, sim, kind, made):
    sim.faults.add("POST", PATH, kind)
    with pytest.raises(stripe.APIError) as caught:
        api.payment_intents.create(PARAMS)
    assert caught.value.http_status == 500
    assert caught.value.error.type == "api_error"
    assert count(sim) == made


def test_rate_limit(api, sim):
    sim.faults.add("POST", PATH, "429")
    with pytest.raises(stripe.RateLimitError) as caught:
        api.payment_intents.create(PARAMS)
    assert caught.value.error.code == "rate_limit"
    assert caught.value.headers["Stripe-Rate-Limited-Reason"] == "global-rate"
    assert count(sim) == 0


@pytest.mark.parametrize("kind, made", [("error", 0), ("error_after", 1)])
def test_custom_error_is_kept_under_its_key(api, sim, kind, made):
    sim.faults.add("POST", PATH, kind, status=400, code="terminal_reader_timeout", message="Late")
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            api.payment_intents.create(PARAMS, {"idempotency_key": "k"})
        assert caught.value.code == "terminal_reader_timeout"
        assert "Late" in str(caught.value)
    assert sim.requests()[-1].replayed
    assert count(sim) == made


def test_custom_error_need_not_be_kept(api, sim):
    sim.faults.add("POST", PATH, "error", status=400, code="x", stored=False)
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.create(PARAMS, {"idempotency_key": "k"})
    assert api.payment_intents.create(PARAMS, {"idempotency_key": "k"}).id


def test_card_error(api, sim):
    sim.faults.add("POST", PATH, "error", decline_code="lost_card")
    with pytest.raises(stripe.CardError) as caught:
        api.payment_intents.create(PARAMS)
    assert caught.value.http_status == 402
    assert (caught.value.code, caught.value.error.decline_code) == ("card_declined", "lost_card")


@pytest.mark.parametrize("kind", ["delay", "delay_before", "delay_after"])
def test_delay(api, sim, kind):
    sim.faults.add("POST", PATH, kind, seconds=0.15)
    started = time.monotonic()
    assert api.payment_intents.create(PARAMS).id
    assert time.monotonic() - started >= 0.15


def test_delay_then_drop(api, sim):
    sim.faults.add("POST", PATH, "drop_before", seconds=0.1)
    started = time.monotonic()
    with pytest.raises(stripe.APIConnectionError):
        api.payment_intents.create(PARAMS)
    assert time.monotonic() - started >= 0.1


def test_times_and_nth(api, sim):
    sim.faults.add("GET", PATH, "500_before", nth=2, times=2)
    statuses = []
    for _ in range(5):
        try:
            api.payment_intents.list()
            statuses.append(200)
        except stripe.APIError as error:
            statuses.append(error.http_status)
    assert statuses == [200, 500, 500, 200, 200]
    assert sim.faults.all() == []


def test_always_until_cleared(api, sim):
    sim.faults.add("*", "*", "500_before", times=None)
    for _ in range(3):
        with pytest.raises(stripe.APIError):
            api.payment_intents.list()
    sim.faults.clear()
    assert api.payment_intents.list().data == []


def test_one_rule_can_be_taken_back(api, sim):
    rule = sim.faults.add("GET", PATH, "500_before", times=None)
    sim.faults.remove(rule)
    assert api.payment_intents.list().data == []


@pytest.mark.parametrize(
    "pattern", [f"{PATH}/*/cancel", f"{PATH}/{{id}}/cancel", f"{PATH}/pi_*/c*"]
)
def test_patterns(api, sim, pattern):
    sim.faults.add("POST", pattern, "500_before")
    intent = api.payment_intents.create(PARAMS)
    api.payment_intents.update(intent.id, {"amount": 1300})
    with pytest.raises(stripe.APIError):
        api.payment_intents.cancel(intent.id)
    assert api.payment_intents.cancel(intent.id).status == "canceled"


def test_only_some_requests(api, sim, connect):
    sim.faults.add("POST", PATH, "500_before", params={"metadata": {"till": "2"}})
    sim.faults.add("GET", PATH, "500_before", account="acct_other")
    assert api.payment_intents.create({**PARAMS, "metadata": {"till": "1"}}).id
    assert api.payment_intents.create(PARAMS).id
    assert api.payment_intents.list().data
    with pytest.raises(stripe.APIError):
        api.payment_intents.create({**PARAMS, "metadata": {"till": "2"}})


def test_unknown_kinds(sim):
    with pytest.raises(SimulatorError):
        sim.faults.add("POST", PATH, "flood")
    with pytest.raises(SimulatorError):
        sim.faults.add_webhook("flood")


def test_failed_command_that_the_reader_got(api, sim, reader):
    intent = api.payment_intents.create(
        {**PARAMS, "allowed_payment_method_types": ["card_present"]}
    )
    sim.faults.add(
        "POST",
        "/v1/terminal/readers/*/process_payment_intent",
        "error_after",
        code="terminal_reader_timeout",
    )
    send = api.terminal.readers.process_payment_intent
    with pytest.raises(stripe.InvalidRequestError) as caught:
        send(reader.id, {"payment_intent": intent.id})
    assert caught.value.code == "terminal_reader_timeout"
    assert reader.screen["state"] == "amount"


def test_latency_of_every_call(api, sim):
    sim.latency = 0.1
    started = time.monotonic()
    api.payment_intents.list()
    assert time.monotonic() - started >= 0.1


def test_rate_limit_of_the_account(api, sim):
    sim.rate_limit = 3
    for _ in range(3):
        api.payment_intents.list()
    with pytest.raises(stripe.RateLimitError):
        api.payment_intents.list()


KEY = {"idempotency_key": "k"}


def send_late(api, sim, **values):
    """Send a request that is executed late, and see it hang."""
    fault = sim.faults.add("POST", PATH, "late", **values)
    with pytest.raises(stripe.APIConnectionError):
        api.payment_intents.create(PARAMS, KEY)
    assert fault.hits == 1
    assert sim.requests()[-1].status is None


@pytest.mark.parametrize(
    "meanwhile, code",
    [
        (409, "idempotency_key_in_use"),
        (429, "rate_limit"),
        (500, None),
        (503, None),
        (400, None),
        (401, None),
        (403, None),
    ],
)
def test_late(api, sim, meanwhile, code):
    send_late(api, sim, meanwhile=meanwhile)
    for _ in range(2):
        with pytest.raises(stripe.StripeError) as caught:
            api.payment_intents.create(PARAMS, KEY)
        assert caught.value.http_status == meanwhile
        assert caught.value.error.code == code
    assert count(sim) == 0
    (waiting,) = sim.late.records()
    assert sim.late.records("acct_other") == []
    assert sim.execute_late(sim.account) == [waiting]
    assert (waiting.late, waiting.status) == (200, None)
    assert count(sim) == 1
    assert sim.late.records() == []
    again = api.payment_intents.create(PARAMS, KEY)
    assert sim.requests()[-1].replayed
    assert [intent["id"] for intent in sim.ledger()["intents"]] == [again.id]


def test_late_with_tries_that_hang_too(api, sim):
    send_late(api, sim, meanwhile="drop")
    with pytest.raises(stripe.APIConnectionError):
        api.payment_intents.create(PARAMS, KEY)
    sim.execute_late()
    assert api.payment_intents.create(PARAMS, KEY).id == sim.ledger()["intents"][0]["id"]


def test_late_beside_another_key(api, sim):
    send_late(api, sim)
    api.payment_intents.create(PARAMS, {"idempotency_key": "other"})
    sim.execute_late()
    assert count(sim) == 2


def test_late_by_itself(api, sim):
    send_late(api, sim, seconds=0.1)
    assert count(sim) == 0
    assert sim.wait_until(lambda: count(sim) == 1)


def test_late_for_long(api, sim):
    send_late(api, sim, times=None)
    with pytest.raises(stripe.APIError) as caught:
        api.payment_intents.create(PARAMS, KEY)
    assert caught.value.http_status == 409
    sim.execute_late()
    assert api.payment_intents.create(PARAMS, KEY).id == sim.ledger()["intents"][0]["id"]


def test_late_error_is_kept_under_its_key(api, sim):
    intent = api.payment_intents.create(PARAMS)
    sim.faults.add("POST", f"{PATH}/*/capture", "late")
    with pytest.raises(stripe.APIConnectionError):
        api.payment_intents.capture(intent.id, options=KEY)
    (record,) = sim.execute_late()
    assert record.late == 400
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.capture(intent.id, options=KEY)
    assert caught.value.code == "payment_intent_unexpected_state"
    assert sim.requests()[-1].replayed


def test_late_refused_parameters_free_the_key(api, sim):
    sim.faults.add("POST", PATH, "late")
    with pytest.raises(stripe.APIConnectionError):
        api.payment_intents.create({**PARAMS, "colour": "red"}, KEY)
    sim.execute_late()
    assert api.payment_intents.create(PARAMS, KEY).id


def test_late_holds_the_connection(api, sim):
    started = time.monotonic()
    send_late(api, sim, hold=0.15)
    assert time.monotonic() - started >= 0.15
    assert count(sim) == 0


def test_late_is_forgotten_by_a_reset(api, sim):
    send_late(api, sim)
    sim.reset()
    with pytest.raises(SimulatorError):
        sim.execute_late()


def test_late_answers_that_stripe_does_not_give(sim):
    with pytest.raises(SimulatorError):
        sim.faults.add("POST", PATH, "late", meanwhile=404)
