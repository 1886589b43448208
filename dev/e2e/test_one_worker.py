"""A slow Stripe keeps no HTTP worker busy: one worker serves ten payments and everybody else."""

import time

from support.counter import Counter

PAYMENTS = 10
SLOWNESS = 3  # seconds that Stripe takes for each call
# And for the first ones, longer than a busy machine takes for the requests of all tills.
VERY_SLOW = 12  # seconds


def test_ten_payments_with_a_slow_stripe_on_one_worker(start_server, make_shop, simulator):
    server = start_server(workers=1)
    shops = [make_shop("Kiosk", server=server) for _ in range(PAYMENTS)]
    counters = [Counter(shop) for shop in shops]
    visitor = server.client("admin")
    simulator.faults.add("*", "*", "delay", times=PAYMENTS, seconds=VERY_SLOW)
    slow = simulator.faults.add("*", "*", "delay", times=None, seconds=SLOWNESS)

    lines = []
    for counter in counters:
        line = counter.line()
        counter.send(line)
        lines.append(line["line_uuid"])
    # All were taken, and a second user is served, before Stripe has answered anything at all.
    for _ in range(PAYMENTS):
        assert visitor.read("res.partner", [], ["name"], limit=5)
    assert not [row for shop in shops for row in shop.journal() if row["payment_intent"]]

    def states():
        rows = counters[0].client.post("/pos_payment_stripe/status", line_uuids=lines)
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
