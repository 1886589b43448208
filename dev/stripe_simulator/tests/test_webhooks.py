"""Events, webhook endpoints and deliveries."""

import pytest
import stripe

from .conftest import VERSION, wait_until


@pytest.fixture
def endpoint(api, inbox):
    """A registered endpoint for all events."""
    return api.webhook_endpoints.create(
        {"url": inbox.url, "enabled_events": ["*"], "api_version": VERSION}
    )


def test_lifecycle(api, inbox):
    made = api.webhook_endpoints.create(
        {"url": inbox.url, "enabled_events": ["payment_intent.succeeded"], "metadata": {"a": "1"}}
    )
    assert made.secret.startswith("whsec_")
    assert (made.status, made.api_version) == ("enabled", None)
    assert "secret" not in api.webhook_endpoints.retrieve(made.id)
    changed = api.webhook_endpoints.update(
        made.id, {"disabled": True, "enabled_events": ["*"], "description": "Shop"}
    )
    assert (changed.status, changed.enabled_events) == ("disabled", ["*"])
    assert [found.id for found in api.webhook_endpoints.list().data] == [made.id]
    assert api.webhook_endpoints.delete(made.id).deleted
    assert api.webhook_endpoints.list().data == []


@pytest.mark.parametrize(
    "change, param",
    [
        ({"url": None}, "url"),
        ({"url": "ftp://127.0.0.1"}, "url"),
        ({"enabled_events": None}, "enabled_events"),
        ({"enabled_events": ["lunch.ready"]}, "enabled_events[0]"),
        ({"api_version": "2031-01-01"}, "api_version"),
    ],
)
def test_refused(api, inbox, change, param):
    params = {"url": inbox.url, "enabled_events": ["*"], **change}
    params = {key: value for key, value in params.items() if value is not None}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.webhook_endpoints.create(params)
    assert caught.value.param == param


def test_sixteen_at_most(api, inbox):
    params = {"url": inbox.url, "enabled_events": ["*"]}
    for _ in range(16):
        api.webhook_endpoints.create(params)
    with pytest.raises(stripe.InvalidRequestError):
        api.webhook_endpoints.create(params)


def test_live_mode_needs_https(sim, connect):
    live = connect(sim.account.live_secret_key).v1
    with pytest.raises(stripe.InvalidRequestError) as caught:
        live.webhook_endpoints.create({"url": "http://127.0.0.1:1/", "enabled_events": ["*"]})
    assert caught.value.code == "url_invalid"


def test_signed_events_of_a_payment(sim, endpoint, inbox, pay, reader):
    intent = pay()
    reader.tap()
    inbox.wait(4)
    assert inbox.types == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "terminal.reader.action_succeeded",
    ]
    for body, headers in inbox.received:
        event = stripe.Webhook.construct_event(body, headers["Stripe-Signature"], endpoint.secret)
        assert event.api_version == VERSION
        assert event.livemode is False
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, headers["Stripe-Signature"], "whsec_other")
    reader_event = inbox.events[-1]
    assert reader_event["data"]["object"]["id"] == reader.id
    details = reader_event["data"]["object"]["action"]["process_payment_intent"]
    assert details["payment_intent"] == intent.id


def test_events_tell_their_request(sim, api, endpoint, inbox):
    options = {"idempotency_key": "k7"}
    intent = api.payment_intents.create({"amount": 100, "currency": "usd"}, options)
    event = inbox.wait(1)[0]
    assert event["request"] == {
        "id": intent.last_response.request_id,
        "idempotency_key": "k7",
    }
    assert sim.webhooks.wait_until_idle()
    assert api.events.retrieve(event["id"]).pending_webhooks == 0


@pytest.mark.parametrize(
    "amount, what, expected",
    [
        (1001, "tap", ["charge.failed", "payment_intent.payment_failed"]),
        (1000, "customer_cancel", []),
    ],
)
def test_events_of_a_failed_action(endpoint, inbox, pay, reader, amount, what, expected):
    pay(amount)
    getattr(reader, what)()
    inbox.wait(2 + len(expected))
    assert inbox.types[1:] == [*expected, "terminal.reader.action_failed"]


def test_events_of_capture_cancel_and_refund(api, endpoint, inbox, pay, reader):
    held = pay(capture_method="manual")
    reader.tap()
    api.payment_intents.capture(held.id)
    api.refunds.create({"payment_intent": held.id})
    other = pay()
    api.payment_intents.cancel(other.id)
    inbox.wait(10)
    assert inbox.types == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "terminal.reader.action_succeeded",
        "charge.captured",
        "payment_intent.succeeded",
        "charge.refunded",
        "refund.created",
        "payment_intent.created",
        "payment_intent.canceled",
    ]


def test_only_enabled_events(api, inbox, pay, reader):
    names = ["terminal.reader.action_succeeded"]
    api.webhook_endpoints.create({"url": inbox.url, "enabled_events": names})
    pay()
    reader.tap()
    inbox.wait(1)
    assert inbox.types == names


def test_disabled_endpoint_gets_nothing(api, sim, endpoint, inbox):
    api.webhook_endpoints.update(endpoint.id, {"disabled": True})
    api.payment_intents.create({"amount": 100, "currency": "usd"})
    assert sim.webhooks.wait_until_idle()
    assert inbox.received == []


def test_version_of_the_endpoint(api, inbox):
    api.webhook_endpoints.create(
        {"url": inbox.url, "enabled_events": ["*"], "api_version": "2026-08-26.dahlia"}
    )
    api.payment_intents.create(
        {"amount": 100, "currency": "usd", "allowed_payment_method_types": ["card_present"]}
    )
    event = inbox.wait(1)[0]
    assert event["api_version"] == "2026-08-26.dahlia"
    assert "allowed_payment_method_types" not in event["data"]["object"]
    assert event["data"]["object"]["payment_method_types"] == ["card_present"]


def test_events_can_be_listed(api, pay, reader):
    pay()
    reader.tap()
    names = [event.type for event in api.events.list().data]
    assert names[0] == "terminal.reader.action_succeeded"
    assert len(api.events.list({"type": "payment_intent.*"}).data) == 2
    assert len(api.events.list({"types": ["charge.succeeded", "charge.failed"]}).data) == 1
    assert len(api.events.list({"delivery_success": True}).data) == 4
    with pytest.raises(stripe.InvalidRequestError):
        api.events.list({"type": "a", "types": ["b"]})


def test_only_this_machine_is_contacted(api, sim):
    api.webhook_endpoints.create({"url": "https://example.com/hook", "enabled_events": ["*"]})
    api.payment_intents.create({"amount": 100, "currency": "usd"})
    delivery = wait_until(lambda: list(sim.webhooks.deliveries))[0]
    assert delivery["status"] is None
    assert "loopback" in delivery["error"]
    assert api.events.list().data[0].pending_webhooks == 1
    assert api.events.list({"delivery_success": True}).data == []


@pytest.mark.parametrize(
    "url, allowed",
    [
        ("http://127.0.0.1:80/", True),
        ("http://localhost/", True),
        ("http://till.localhost:8069/x", True),
        ("http://[::1]:80/", True),
        ("http://127.1.2.3/", True),
        ("http://192.168.1.1/", False),
        ("http://10.0.0.1/", False),
        ("http://127.0.0.1.example.com/", False),
        ("http://localhost.example.com/", False),
        ("http://localhost@example.com/", False),
        ("nonsense", False),
    ],
)
def test_loopback(url, allowed):
    from stripe_simulator.webhooks import is_loopback

    assert is_loopback(url) is allowed


def create(api):
    return api.payment_intents.create({"amount": 100, "currency": "usd"}).id


def objects(inbox):
    return [event["data"]["object"]["id"] for event in inbox.events]


def test_dropped(api, sim, endpoint, inbox):
    sim.faults.add_webhook("drop", "payment_intent.created")
    _lost, told = create(api), create(api)
    inbox.wait(1)
    assert sim.webhooks.wait_until_idle()
    assert objects(inbox) == [told]
    assert sim.webhooks.deliveries[0]["fault"] == "drop"


def test_doubled(api, sim, endpoint, inbox):
    sim.faults.add_webhook("double")
    create(api)
    first, second = inbox.wait(2)
    assert first["id"] == second["id"]


def test_delayed(api, sim, endpoint, inbox):
    sim.faults.add_webhook("delay", seconds=0.2)
    late, soon = create(api), create(api)
    inbox.wait(2)
    assert objects(inbox) == [soon, late]


def test_reordered(api, sim, endpoint, inbox):
    sim.faults.add_webhook("reorder")
    first, second, third = create(api), create(api), create(api)
    inbox.wait(3)
    assert objects(inbox) == [second, first, third]


@pytest.mark.parametrize("kind", ["forge", "unsigned"])
def test_bad_signatures(api, sim, endpoint, inbox, kind):
    sim.faults.add_webhook(kind)
    create(api)
    create(api)
    inbox.wait(2)
    (body, bad), (_body, good) = inbox.received
    assert ("Stripe-Signature" in bad) == (kind == "forge")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, bad.get("Stripe-Signature", ""), endpoint.secret)
    assert good["Stripe-Signature"]


def test_event_that_never_happened(api, sim, endpoint, inbox, pay):
    intent = pay()
    inbox.wait(1)
    claim = {**sim.account.intent(intent.id), "status": "succeeded"}
    sim.webhooks.forge(sim.account.test, "payment_intent.succeeded", claim)
    inbox.wait(2)
    body, headers = inbox.received[1]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, headers["Stripe-Signature"], endpoint.secret)
    assert api.payment_intents.retrieve(intent.id).status == "requires_payment_method"


def test_resend(api, sim, endpoint, inbox):
    create(api)
    event = inbox.wait(1)[0]
    sim.webhooks.resend(event["id"])
    assert inbox.wait(2)[1]["id"] == event["id"]


def test_failed_deliveries_are_tried_again(api, sim, endpoint, inbox):
    sim.webhooks.retry_delays = (0.05, 0.05)
    inbox.status = 500
    create(api)
    inbox.wait(2)
    inbox.status = 200
    inbox.wait(3)
    assert sim.webhooks.wait_until_idle()
    assert [item["attempt"] for item in sim.webhooks.deliveries] == [1, 2, 3]
    assert api.events.list().data[0].pending_webhooks == 0


def test_endpoint_that_is_gone(api, sim, inbox, endpoint):
    inbox.close()
    create(api)
    assert sim.webhooks.wait_until_idle()
    assert sim.webhooks.deliveries[-1]["error"]
