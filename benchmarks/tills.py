"""Many tills on two workers, with a Stripe, readers and customers that take their time."""

import asyncio
import collections
import contextlib
import random
import time

from harness.console import say

from .support.audit import wrong_payments
from .support.figures import Figure, at_most
from .support.shop import CORE, OURS, BenchServer, Registers
from .support.statistics import median, p95, ratio
from .support.tables import Table, milliseconds
from .support.tills import CoreTill, Network, OurTill, Visit

NAME = "tills"
TITLE = "Many tills"
FULL = {
    # How many seconds so many tills pay.
    "tills": {"1": 35, "10": 35, "50": 45, "200": 45},
    "stripe": 0.2,
    "round_trip": 0.02,
    "rate_limit": 100,
}
QUICK = {**FULL, "tills": {"1": 25, "50": 30}}

WORKERS = 2
ACKNOWLEDGEMENT = (0.3, 8.0)  # seconds, of a reader
TAP = (1.0, 5.0)  # seconds until the customer taps
# What Stripe itself takes for these is no overhead of ours: create, send and read, or create and
# capture.
NEEDED_CALLS = {OURS: 3, CORE: 2}
PROBE_PAUSE = 0.2  # seconds between two unrelated requests
WARM_UP = 6
# Of core's payments per second, or else of what is possible; milliseconds of an unrelated request.
FASTER, ALL, UNRELATED = 5, 0.9, 100
# Seconds in which the tills begin, about as long as a payment takes; and those at the beginning in
# which payments are not counted.
SPREAD, RAMP = 8, 15
WORDS = 100  # letters that are kept of what went wrong
SEED = 5


def measure(far_end, sizes):
    """Let more and more tills pay, each side in turn; returns a phase for each."""
    with BenchServer(far_end, NAME, workers=WORKERS) as server:
        count = max(map(int, sizes["tills"]))
        say(f"Opening {count} registers …")
        registers = Registers(server, count)
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
        for count, seconds in sizes["tills"].items():
            for side in (CORE, OURS):
                phase = await _phase(server, network, registers, side, int(count), seconds)
                say(
                    f"{count} tills, {side}: {len(phase['ended'])} payments, "
                    f"{phase['failed']} failed, {phase['failed_requests']} failed requests"
                )
                phases.append(phase)
    return phases


async def _phase(server, network, registers, side, count, seconds):
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
        ends = began + seconds
        prober = asyncio.create_task(_probe(network, probes))
        await asyncio.gather(*(_serve(till, chance, ends, payments) for till in tills))
        prober.cancel()
    calls = server.far_end.calls(began)
    failures = [text for payment in payments for text in payment.failed_requests]
    failures += [probe["problem"] for probe in probes if probe["problem"]]
    finished = [payment for payment in payments if not payment.problem]
    return {
        "side": side,
        "tills": count,
        "seconds": seconds,
        # Of those that were paid, in seconds: when it ended, and what was not simulated waiting.
        "ended": [payment.ended - began for payment in finished],
        "overheads": [payment.ended - payment.clicked - payment.waited for payment in finished],
        "waited": sum(payment.waited for payment in finished) / max(len(finished), 1),
        "failed": len(payments) - len(finished),
        "failed_requests": len(failures),
        "failures": collections.Counter(text[:WORDS] for text in failures),
        "problems": collections.Counter(
            payment.problem[:WORDS] for payment in payments if payment.problem
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
    # Customers do not all come in the same second.
    await asyncio.sleep(chance.uniform(0, SPREAD))
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
            problem = str(error)
        probes.append({"seconds": time.time() - began, "problem": problem})
        await asyncio.sleep(PROBE_PAUSE)


def figures(result):
    """Return the figures of a result that have a target."""
    found = []
    for count, needed in FIGURES.items():
        core, ours = by_side = [summary(result, count, side) for side in (CORE, OURS)]
        if None in by_side:
            continue
        found.extend(
            Figure(
                f"{count} tills on two workers: {words}",
                target,
                core[name],
                ours[name],
                is_met(core[name], ours[name], ours["allowed"]),
                # A multiple of failures says nothing.
                None if is_met is _none else ratio(ours[name], core[name]),
            )
            for words, target, name, is_met in needed
        )
    return found


def _as_fast_as_can_be(core, ours, allowed):
    return bool(ours) and (ours >= FASTER * core or ours >= ALL * allowed)


def _none(core, ours, allowed):
    return at_most(ours, 0)


def _quick(core, ours, allowed):
    return at_most(ours, UNRELATED)


FIGURES = {
    50: (
        (
            "payments per second",
            f"≥ {FASTER} × core, or all that the taps allow",
            "rate",
            _as_fast_as_can_be,
        ),
        ("failed requests", "0", "failed_requests", _none),
        (
            "an unrelated request, p95, ms",
            f"≤ {UNRELATED}",
            "unrelated_p95",
            _quick,
        ),
    ),
    200: (
        ("failed requests", "0", "failed_requests", _none),
        ("payments that Odoo and Stripe know differently", "0", "wrong", _none),
    ),
}


def tables(result):
    """Return the tables of a result."""
    sizes = result["sizes"]
    columns = {
        "rate": "payments/s",
        "allowed": "taps allow",
        "overhead_p50": "overhead p50, ms",
        "overhead_p95": "overhead p95, ms",
        "failed": "failed payments",
        "failed_requests": "failed requests",
        "wrong": "wrong by audit",
        "unrelated_p50": "unrelated p50, ms",
        "unrelated_p95": "unrelated p95, ms",
        "calls": "calls/payment",
        "busiest_second": "calls in the busiest second",
    }
    ratios = {
        "rate": "payments/s",
        "overhead_p50": "overhead p50",
        "overhead_p95": "overhead p95",
        "unrelated_p95": "unrelated p95",
    }
    rows, ratio_rows = [], []
    for count in counts(result):
        core, ours = (summary(result, count, side) for side in (CORE, OURS))
        for side, one in ((CORE, core), (OURS, ours)):
            rows.append((f"{count}, {side}", *(one[name] for name in columns)))
        ratio_rows.append((str(count), *(ratio(ours[name], core[name]) for name in ratios)))
    return [
        Table(
            "Tills on two workers",
            ("tills", *columns.values()),
            rows,
            f"Overhead: from the click to the end, without the reader's {ACKNOWLEDGEMENT[0]} to "
            f"{ACKNOWLEDGEMENT[1]:.0f} s, the customer's {TAP[0]:.0f} to {TAP[1]:.0f} s and "
            f"Stripe's {sizes['stripe'] * 1000:.0f} ms for each of the calls that are needed "
            f"(core {NEEDED_CALLS[CORE]}, ours {NEEDED_CALLS[OURS]}). Stripe takes "
            f"{sizes['rate_limit']} calls a second. The tills begin within {SPREAD} s; from second "
            f"{RAMP} on payments are counted.",
        ),
        Table("Ours as a multiple of core's", ("tills", *ratios.values()), ratio_rows),
    ]


def counts(result):
    """Return how many tills paid, in each pair of phases."""
    return sorted({phase["tills"] for phase in result["phases"]})


def summary(result, count, side):
    """Return what a phase says in a few numbers by their names, times in milliseconds.

    None where there was no such phase.
    """
    found = (one for one in result["phases"] if (one["tills"], one["side"]) == (count, side))
    phase = next(found, None)
    if not phase:
        return None
    needed = NEEDED_CALLS[side] * result["sizes"]["stripe"]
    overheads = [milliseconds(seconds - needed) for seconds in phase["overheads"]]
    probes = [milliseconds(seconds) for seconds in phase["probes"]]
    paid = len(phase["ended"])
    counted = sum(RAMP <= ended <= phase["seconds"] for ended in phase["ended"])
    return {
        "rate": counted / (phase["seconds"] - RAMP),
        "allowed": phase["tills"] / (phase["waited"] + needed) if paid else None,
        "overhead_p50": median(overheads),
        "overhead_p95": p95(overheads),
        "failed": phase["failed"],
        "failed_requests": phase["failed_requests"],
        "wrong": phase["wrong"],
        "unrelated_p50": median(probes),
        "unrelated_p95": p95(probes),
        "calls": phase["calls"] / paid if paid else None,
        "busiest_second": phase["busiest_second"],
    }
