"""From the cashier's click to the reader, and the time that a payment's requests to Stripe take."""

import asyncio

from harness.console import say

from .support.figures import Figure, at_most
from .support.shop import CORE, OURS, OURS_WITH_SDK, BenchServer, Registers
from .support.statistics import median, p95, ratio
from .support.tables import Table, milliseconds
from .support.tills import CoreTill, Network, OurTill, OurTillWithSdk, Visit

NAME = "send"
TITLE = "Send to reader"
FULL = {"round_trips": [0, 0.02, 0.1], "cold": 8, "warm": 24}
QUICK = {"round_trips": [0, 0.02, 0.1], "cold": 2, "warm": 6}

WARM_UP = 5  # payments
VISIT = Visit(acknowledgement=0, tap=0.2)
# Of core's time in requests to Stripe.
TARGET = 0.45
CONNECTIONS = {OURS: "through Stripe", OURS_WITH_SDK: "from the till's browser"}
ALL_SIDES = (CORE, *CONNECTIONS)
PAYMENT = ("round trip, payment", "our connection")
SETTLED = 0.2  # seconds after the last answer, for what may follow


def measure(far_end, sizes):
    """Pay again and again, both sides in turn; returns a sample for each payment."""
    with BenchServer(far_end, NAME, workers=2) as server:
        registers = Registers(server, 1)
        registers_with_sdk = Registers(server, 1, prefix="BENCH-SDK", connection="browser")
        server.listen_to_stripe()
        samples = asyncio.run(_measure(server, registers, registers_with_sdk, sizes))
    return {"samples": samples}


async def _measure(server, registers, registers_with_sdk, sizes):
    far_end = server.far_end
    (register,), (with_sdk,) = registers.rows, registers_with_sdk.rows
    samples = []
    async with (
        Network(server) as network,
        network.bus(register["token"]) as changed,
        network.bus(with_sdk["token"]) as changed_with_sdk,
    ):
        sides = {
            OURS: lambda _cold: OurTill(network, register, changed),
            # In a new page core's addon connects to its reader at the first payment, and so does
            # ours where its page collects.
            CORE: lambda cold: CoreTill(network, registers.core_method_id, connects=cold),
            OURS_WITH_SDK: lambda cold: OurTillWithSdk(
                network, with_sdk, changed_with_sdk, connects=cold
            ),
        }
        for round_trip in sizes["round_trips"]:
            far_end.post("wire", round_trip=round_trip)
            for cold, count in ((True, sizes["cold"]), (False, sizes["warm"])):
                # Both workers have then made a payment, and have a connection that is open.
                for _number in range(WARM_UP):
                    for make_till in sides.values():
                        await make_till(cold).pay(VISIT)
                for _number in range(count):
                    for side, make_till in sides.items():
                        if cold:
                            far_end.post("wire", hang_up=True)
                        facts = {"side": side, "round_trip": round_trip, "cold": cold}
                        samples.append({**facts, **await _pay(far_end, make_till(cold))})
            say(f"{round_trip * 1000:.0f} ms of round trip: done")
    return samples


async def _pay(far_end, till):
    connections = far_end.post("wire")["connections"]
    payment = await till.pay(VISIT)
    await asyncio.sleep(SETTLED)
    if payment.problem:
        raise RuntimeError(f"A payment failed: {payment.problem}")
    calls = far_end.client_calls(payment.clicked)
    sent = payment.sent or next(
        call["time"]
        for call in far_end.calls(payment.clicked)
        if call["path"].endswith("/process_payment_intent")
    )
    return {
        "send": sent - payment.clicked,
        "network": sum(call["ended"] - call["began"] for call in calls),
        "calls": len(calls),
        "connections": far_end.post("wire")["connections"] - connections,
    }


def tables(result):
    """Return the tables of a result."""
    sent = Table(
        "From the click to the reader, milliseconds",
        (*PAYMENT, "core", "ours", "core p95", "ours p95", "ratio"),
        [(*payment, *_beside(core, ours, "send")) for payment, core, ours in _comparisons(result)],
        "Core, and ours from the till's browser: until the browser knows the PaymentIntent and may "
        "tell the reader over the shop's network. Ours through Stripe: until the command for the "
        "reader has arrived at Stripe.",
    )
    network = Table(
        "Time in requests to Stripe for each payment, milliseconds",
        (
            *PAYMENT,
            "core",
            "ours",
            "core p95",
            "ours p95",
            "ratio",
            "core calls (new connections)",
            "ours calls (new connections)",
        ),
        [
            (*payment, *_beside(core, ours, "network"), _per_payment(core), _per_payment(ours))
            for payment, core, ours in _comparisons(result)
        ],
        "First: the page connects to its reader (a connection token), with core and with ours from "
        "the till's browser; our connections were closed by Stripe. Further: the reader is "
        "connected; our connections are open.",
    )
    return [sent, network]


def _comparisons(result):
    """Yield the first cells of a row, and the samples of core and of ours for it."""
    for round_trip, cold, by_side in groups(result):
        for side, connection in CONNECTIONS.items():
            payment = f"{round_trip * 1000:.0f} ms, {'first' if cold else 'further'}"
            yield (payment, connection), by_side[CORE], by_side[side]


def _beside(core, ours, name):
    core, ours = _values(core, name), _values(ours, name)
    values = (median(core), median(ours), p95(core), p95(ours))
    return (*map(milliseconds, values), ratio(median(ours), median(core)))


def figures(result):
    """Return the figures of a result that have a target.

    Core asks for a connection token when its page connects to the reader, so that its payment has
    three requests then and two while it stays connected. Ours has three through Stripe, where the
    command for the reader is one of them, and two from the till's browser, core's only way.
    """
    sides = {(trip, cold): by_side for trip, cold, by_side in groups(result)}
    found = []
    for trip in sorted({trip for trip, _cold in sides if trip}):
        for words, cold, side in (
            ("core connects to its reader", True, OURS),
            ("core is connected", False, OURS),
            ("core is connected, both from the till's browser", False, OURS_WITH_SDK),
        ):
            ours = median(_values(sides[trip, False][side], "network"))
            core = median(_values(sides[trip, cold][CORE], "network"))
            found.append(
                Figure(
                    f"Requests to Stripe for a payment, {trip * 1000:.0f} ms of round trip, ms "
                    f"({words})",
                    f"≤ {TARGET} × core",
                    milliseconds(core),
                    milliseconds(ours),
                    at_most(ratio(ours, core), TARGET),
                    ratio(ours, core),
                )
            )
    return found


def groups(result):
    """Yield round trip, whether connections were closed, and the samples by side."""
    keys = sorted({(sample["round_trip"], sample["cold"]) for sample in result["samples"]})
    for round_trip, cold in keys:
        found = [
            sample
            for sample in result["samples"]
            if (sample["round_trip"], sample["cold"]) == (round_trip, cold)
        ]
        yield (
            round_trip,
            cold,
            {side: [one for one in found if one["side"] == side] for side in ALL_SIDES},
        )


def _values(samples, name):
    return [sample[name] for sample in samples]


def _per_payment(samples):
    calls, connections = median(_values(samples, "calls")), median(_values(samples, "connections"))
    return f"{calls:.0f} ({connections:.0f})"
