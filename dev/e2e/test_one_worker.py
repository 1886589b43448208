"""A slow Stripe keeps no HTTP worker busy: one worker serves ten payments and everybody else."""

import time
import uuid

PAYMENTS = 10
SLOWNESS = 3  # seconds that Stripe takes for each call


def test_ten_payments_with_a_slow_stripe_on_one_worker(start_server, make_shop, simulator):
    server = start_server(workers=1)
    shops = [make_shop("Kiosk", server=server) for _ in range(PAYMENTS)]
    cashier = server.client("cashier")
    visitor = server.client("admin")
    slow = simulator.faults.add("*", "*", "delay", times=None, seconds=SLOWNESS)

    lines = []
    for shop in shops:
        line = str(uuid.uuid4())
        cashier.post(
            "/pos_payment_stripe/send",
            session_id=shop.session_id,
            payment_method_id=shop.register.card_method_id,
            line={
                "line_uuid": line,
                "request_uuid": str(uuid.uuid4()),
                "order_uuid": str(uuid.uuid4()),
                "order_ref": shop.name,
                "amount": 4.6,
            },
        )
        lines.append(line)
    # All were taken, and a second user is served, before Stripe has answered anything at all.
    for _ in range(PAYMENTS):
        assert visitor.read("res.partner", [], ["name"], limit=5)
    assert not [row for shop in shops for row in shop.journal() if row["payment_intent"]]

    def states():
        rows = cashier.post("/pos_payment_stripe/status", line_uuids=lines)
        return {row["line_uuid"]: row["state"] for row in rows}

    deadline = time.monotonic() + 90
    tapped = set()
    while set(states().values()) != {"paid"} and time.monotonic() < deadline:
        for shop, line in zip(shops, lines, strict=True):
            if line not in tapped and shop.reader.screen["state"] == "amount":
                shop.reader.tap()
                tapped.add(line)
        time.sleep(1)
    simulator.faults.remove(slow)
    assert set(states().values()) == {"paid"}
    for shop in shops:
        assert [row["amount_minor"] for row in shop.journal()] == [460]
