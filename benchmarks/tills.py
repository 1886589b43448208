"""Many tills on two workers, with a Stripe, readers and customers that take their time."""

import asyncio
import collections
import contextlib
import random
import time

from harness.console import say

from .support.audit import wrong_payments
from .support.shop import CORE, OURS, BenchServer, Registers
from .support.statistics import median, p95, ratio
from .support.tables import Table, milliseconds
from .support.tills import CoreTill, Network, OurTill, Visit

NAME = "tills"
TITLE = "Many tills"
FULL = {
    "tills": [1, 10, 50, 200],
    "seconds": 45,
    "stripe": 0.2,
    "round_trip": 0.02,
    "rate_limit": 100,
}
QUICK = {**FULL, "tills": [1, 50], "seconds": 15}

WORKERS = 2
ACKNOWLEDGEMENT = (0.3, 8.0)  # seconds, of a reader
TAP = (1.0, 5.0)  # seconds until the customer taps
# What Stripe itself takes for these is no overhead of ours: create, send and read, or create and
# capture.
NEEDED_CALLS = {OURS: 3, CORE: 2}
PROBE_PAUSE = 0.2  # seconds between two unrelated requests
WARM_UP = 6
RAMP = 10  # seconds at the beginning in which payments are not counted
SEED = 5


def measure(far_end, sizes):
    """Let more and more tills pay, each side in turn; returns a phase for each."""
    with BenchServer(far_end, NAME, workers=WORKERS) as server:
        say(f"Opening {max(sizes['tills'])} registers …")
        registers = Registers(server, max(sizes["tills"]))
        server.listen_to_stripe()
        far_end.post("settings", latency=sizes["stripe"], rate_limit=sizes["rate_limit"])
        far_end.post("wire", round_trip=sizes["round_trip"])
        phases = asyncio.run(_measure(server, registers, sizes))
    return {"phases": phases}


async def _measure(server, registers, sizes):
    phases = []
    async with Network(server) as network:
        for _number in range(WARM_UP):
            till = OurTill(network, registers.rows[0])
            await till.pay(Visit(acknowledgement=0, tap=0.2))
        for count in sizes["tills"]:
            for side in (CORE, OURS):
                phase = await _phase(server, network, registers, side, count, sizes)
                say(
                    f"{count} tills, {side}: {len(phase['payments'])} payments, "
                    f"{phase['failed']} failed, {phase['failed_requests']} failed requests"
                )
                phases.append(phase)
    return phases


async def _phase(server, network, registers, side, count, sizes):
    chance = random.Random(SEED)
    payments, probes = [], []
    # The audit tells phases apart by whole seconds.
    await asyncio.sleep(1)
    async with contextlib.AsyncExitStack() as stack:
        tills = []
        for row in registers.rows[:count]:
            if side == OURS:
                changed = await stack.enter_async_context(network.bus(row["token"]))
                tills.append(OurTill(network, row, changed))
            else:
                tills.append(CoreTill(network, registers.core_method_id))
        began = time.time()
        ends = began + sizes["seconds"]
        prober = asyncio.create_task(_probe(network, probes))
        await asyncio.gather(*(_serve(till, chance, ends, payments) for till in tills))
        prober.cancel()
    calls = server.far_end.calls(began)
    finished = [payment for payment in payments if not payment.problem]
    return {
        "side": side,
        "tills": count,
        "seconds": sizes["seconds"],
        # Of those that were paid, in seconds: when it ended, and what was not simulated waiting.
        "ended": [payment.ended - began for payment in finished],
        "overheads": [payment.ended - payment.clicked - payment.waited for payment in finished],
        "waited": median(payment.waited for payment in finished),
        "failed": len(payments) - len(finished),
        "failed_requests": sum(len(payment.failed_requests) for payment in payments)
        + sum(probe["problem"] is not None for probe in probes),
        "problems": collections.Counter(
            payment.problem[:120] for payment in payments if payment.problem
        ),
        "probes": [probe["seconds"] for probe in probes],
        "calls": len(calls),
        "busiest_second": max(
            collections.Counter(int(call["time"] - began) for call in calls).values(), default=0
        ),
        "rate_limited": sum(call["status"] == 429 for call in calls),
        "wrong": await asyncio.to_thread(wrong_payments, server, side, began),
    }


async def _serve(till, chance, ends, payments):
    """Let one customer after the other pay until it is closing time."""
    # Shops do not all begin with the same second.
    await asyncio.sleep(chance.uniform(0, 2))
    while time.time() < ends:
        visit = Visit(chance.uniform(*ACKNOWLEDGEMENT), chance.uniform(*TAP))
        payments.append(await till.pay(visit))


async def _probe(network, probes):
    """Make a small request that has nothing to do with payments, again and again."""
    while True:
        began = time.time()
        problem = None
        try:
            await network.call("res.partner", "search_read", [], ["name"], limit=5)
        except OSError as error:
            problem = str(error)[:120]
        probes.append({"seconds": time.time() - began, "problem": problem})
        await asyncio.sleep(PROBE_PAUSE)


def tables(result):
    """Return the tables of a result."""
    stripe = result["sizes"]["stripe"]
    rows = []
    for phase in result["phases"]:
        rows.append((f"{phase['tills']}, {phase['side']}", *_figures(phase, stripe)))
    speed = Table(
        "Tills on two workers",
        (
            "tills",
            "payments/s",
            "taps allow",
            "overhead p50, ms",
            "overhead p95, ms",
            "failed payments",
            "failed requests",
            "wrong by audit",
            "unrelated p50, ms",
            "unrelated p95, ms",
            "calls/payment",
            "calls in the busiest second",
        ),
        rows,
        f"Overhead: from the click to the end, without the reader's {ACKNOWLEDGEMENT[0]} to "
        f"{ACKNOWLEDGEMENT[1]:.0f} s, the customer's {TAP[0]:.0f} to {TAP[1]:.0f} s and Stripe's "
        f"{stripe * 1000:.0f} ms for each of the calls that are needed "
        f"(core {NEEDED_CALLS[CORE]}, ours {NEEDED_CALLS[OURS]}). Stripe takes "
        f"{result['sizes']['rate_limit']} calls a second.",
    )
    ratios = []
    for count in result["sizes"]["tills"]:
        by_side = {one["side"]: one for one in result["phases"] if one["tills"] == count}
        core, ours = (_figures(by_side[side], stripe) for side in (CORE, OURS))
        ratios.append((str(count), *(ratio(ours[index], core[index]) for index in (0, 2, 3, 8))))
    return [
        speed,
        Table(
            "Ours as a multiple of core's",
            ("tills", "payments/s", "overhead p50", "overhead p95", "unrelated p95"),
            ratios,
        ),
    ]


def _figures(phase, stripe):
    good = [payment for payment in phase["payments"] if not payment["problem"]]
    seconds = phase["ends"] - phase["began"] - RAMP
    needed = NEEDED_CALLS[phase["side"]] * stripe
    overheads = [
        payment["ended"] - payment["clicked"] - payment["waited"] - needed for payment in good
    ]
    counted = [one for one in good if phase["began"] + RAMP <= one["ended"] <= phase["ends"]]
    waited = median(payment["waited"] + needed for payment in good)
    probes = [probe["seconds"] for probe in phase["probes"]]
    return (
        len(counted) / seconds,
        phase["tills"] / waited if waited else None,
        milliseconds(median(overheads)),
        milliseconds(p95(overheads)),
        phase["failed"],
        phase["failed_requests"],
        phase["wrong"],
        milliseconds(median(probes)),
        milliseconds(p95(probes)),
        phase["calls"] / len(good) if good else None,
        phase["busiest_second"],
    )
