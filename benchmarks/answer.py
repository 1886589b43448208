"""From the card's approval at Stripe to “Payment Successful” on the cashier's screen."""

import random
import types

from harness.console import say
from support.till import Till

from .support import browser
from .support.figures import Figure, at_most
from .support.shop import CORE, BenchServer, Registers
from .support.statistics import median, p95, ratio
from .support.tables import Table, milliseconds

NAME = "answer"
TITLE = "Answer to screen"
FULL = {"payments": 22, "round_trip": 0.02, "stripe": 0.05}
QUICK = {**FULL, "payments": 3}

WEBHOOK, BUS, POLLING = "ours, webhook", "ours, no webhook", "ours, no webhook, no bus"
CORES_METHOD = "Card (core)"
PAID = browser.when(".electronic_payment", "Payment Successful", "paidAt")
# p95, in seconds.
TARGETS = {WEBHOOK: 0.3, POLLING: 1.5}
PATIENCE = 30_000  # milliseconds
# Customers do not tap in step with the page's questions.
TAP = (0.4, 1.6)  # seconds after the reader shows the amount
SEED = 5


def measure(far_end, sizes):
    """Pay in Chromium, in each way in turn; returns a sample for each payment."""
    with BenchServer(far_end, NAME, workers=2) as server, browser.playwright() as running:
        registers = Registers(server, 2, auto_validate_terminal_payment=False)
        server.listen_to_stripe()
        far_end.post("settings", latency=sizes["stripe"])
        far_end.post("wire", round_trip=sizes["round_trip"])
        chromium = browser.launch(running, far_end.script_port)
        profiles = browser.profiles(chromium)
        with_bus = _open(profiles, server, server.url, registers.rows[0])
        # An HTTP worker refuses websockets.
        http_url = f"http://127.0.0.1:{server.ports['http_port']}"
        without_bus = _open(profiles, server, http_url, registers.rows[1])
        chance, samples = random.Random(SEED), []
        for till in (with_bus, without_bus):
            _pay_ours(far_end, till, chance)
        for _number in range(sizes["payments"]):
            samples.append({"way": CORE, "seconds": _pay_core(with_bus, chance)})
            samples.append({"way": WEBHOOK, "seconds": _pay_ours(far_end, with_bus, chance)})
        far_end.post("webhooks", enabled=False)
        server.sql("DELETE FROM pos_stripe_webhook_event")
        say("Without a webhook …")
        for _number in range(sizes["payments"]):
            samples.append({"way": BUS, "seconds": _pay_ours(far_end, with_bus, chance)})
            samples.append({"way": POLLING, "seconds": _pay_ours(far_end, without_bus, chance)})
        chromium.close()
    return {"samples": samples}


def _open(profiles, server, url, register):
    shop = types.SimpleNamespace(
        server=types.SimpleNamespace(url=url, client=server.client),
        config_id=register["config_id"],
        connection="server",
        register=register,
    )
    till = Till(profiles, shop)
    end = {"url": server.far_end.url, "serial_number": "BENCH-CORE"}
    till.page.context.add_init_script(f"window.stripeEnd = {end};{PAID}")
    return till.open()


def _pay_ours(far_end, till, chance):
    reader = till.shop.register["reader"]
    till.sell("Espresso").choose_method(f"Card {reader}")
    till.wait_for_status("Waiting for card", PATIENCE)
    screen = far_end.get(f"readers/{reader}/screen", state="amount", wait=20)
    assert screen["state"] == "amount", screen
    till.page.wait_for_timeout(chance.uniform(*TAP) * 1000)
    approved = far_end.post(f"readers/{reader}/tap_now")["approved"]
    return _wait_until_paid(till) - approved


def _pay_core(till, chance):
    till.sell("Espresso").choose_method(CORES_METHOD)
    till.page.wait_for_function("window.stripeCollecting", timeout=PATIENCE)
    till.page.wait_for_timeout(chance.uniform(*TAP) * 1000)
    till.page.evaluate("window.stripeTap()")
    paid = _wait_until_paid(till)
    return paid - till.page.evaluate("window.stripeApproved")


def _wait_until_paid(till):
    """Return when the page showed it, and go on to the next order."""
    till.page.wait_for_function("window.paidAt", timeout=PATIENCE)
    paid = till.page.evaluate("window.paidAt")
    till.validate().next_order()
    till.page.evaluate("window.paidAt = null")
    return paid


def figures(result):
    """Return the figures of a result that have a target."""
    ways = by_way(result)
    core = p95(ways[CORE])
    return [
        Figure(
            f"From the approval to “Payment Successful” ({way.removeprefix('ours, ')}), p95, ms",
            f"≤ {milliseconds(target):.0f}",
            milliseconds(core),
            milliseconds(p95(ways[way])),
            at_most(p95(ways[way]), target),
            ratio(p95(ways[way]), core),
        )
        for way, target in TARGETS.items()
    ]


def by_way(result):
    """Return the seconds of a result in a list for each way."""
    ways = {}
    for sample in result["samples"]:
        ways.setdefault(sample["way"], []).append(sample["seconds"])
    return ways


def tables(result):
    """Return the tables of a result."""
    ways = by_way(result)
    core = median(ways[CORE])
    sizes = result["sizes"]
    return [
        Table(
            "From the approval at Stripe to “Payment Successful”, milliseconds",
            ("", "median", "p95", "ratio of medians"),
            [
                (
                    way,
                    milliseconds(median(values)),
                    milliseconds(p95(values)),
                    ratio(median(values), core),
                )
                for way, values in ways.items()
            ],
            f"In Chromium, with {sizes['round_trip'] * 1000:.0f} ms of round trip to Stripe, which "
            f"takes {sizes['stripe'] * 1000:.0f} ms for each call and tells of an event at once. "
            "Core's browser knows of the approval first, and has to capture the payment.",
        )
    ]
