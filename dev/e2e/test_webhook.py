"""Stripe's word is enough: a payment is read back although no till and no cron asks about it."""

import time
import uuid

import pytest

PAYMENTS = 5
JOURNAL = ("state", "lease_until")
READER_SUCCEEDED = "terminal.reader.action_succeeded"


@pytest.fixture(params=["now", "before"])
def events(request):
    """How many events tell of a payment: webhooks of older versions tell of the reader as well."""
    return {"now": 1, "before": 2}[request.param]


@pytest.fixture
def server(start_server, simulator, events):
    """A prefork server whose webhook the button has created at the simulator."""
    server = start_server(workers=2)
    admin = server.admin
    admin.call("ir.config_parameter", "set_param", "web.base.url", server.url)
    provider = admin.search("payment.provider", [("code", "=", "stripe")], limit=1)
    admin.call("payment.provider", "action_stripe_terminal_create_webhook", provider)
    if events == 2:
        webhooks = simulator.account.test.objects["webhook_endpoint"].values()
        (webhook,) = (one for one in webhooks if one["url"].startswith(server.url))
        webhook["enabled_events"] = [*webhook["enabled_events"], READER_SUCCEEDED]
    yield server
    admin.call("payment.provider", "action_stripe_terminal_remove_webhook", provider)


def wait_for(shop, expected):
    """Wait until these are state and lease of the session's payments."""
    deadline = time.monotonic() + 5
    while True:
        rows = [(row["state"], row["lease_until"]) for row in shop.journal(JOURNAL)]
        if rows == expected:
            return
        assert time.monotonic() < deadline, rows
        time.sleep(0.05)


def test_paid_by_webhook_alone(server, make_shop, simulator, events):
    shop = make_shop("Kiosk", server=server)
    cashier = server.client("cashier")
    simulator.webhooks.deliveries.clear()
    for number in range(1, PAYMENTS + 1):
        cashier.post(
            "/pos_payment_stripe/send",
            session_id=shop.session_id,
            payment_method_id=shop.register.card_method_id,
            line={
                "line_uuid": str(uuid.uuid4()),
                "request_uuid": str(uuid.uuid4()),
                "order_uuid": str(uuid.uuid4()),
                "order_ref": shop.name,
                "amount": 4.6,
            },
        )
        paid = [("paid", False)] * (number - 1)
        wait_for(shop, [*paid, ("collecting", False)])
        shop.reader.tap()
        wait_for(shop, [*paid, ("paid", False)])
        # A second event arrives while the runner works on the row.
        assert simulator.webhooks.wait_until_idle(timeout=2)
    deliveries = list(simulator.webhooks.deliveries)
    assert [row["status"] for row in deliveries] == [200] * events * PAYMENTS
    stored = server.admin.read("pos.stripe.webhook.event", [], ["event_id", "stripe_payment_id"])
    assert {row["event_id"] for row in stored} == {row["event"] for row in deliveries}
    assert all(row["stripe_payment_id"] for row in stored)
    log = server.log()
    assert "INSERT INTO pos_stripe_webhook_event" not in log, "two transactions collided"
    assert "whsec_" not in log
