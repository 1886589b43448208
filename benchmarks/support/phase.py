"""A while in which tills take payments, and what it says in a few numbers."""

import asyncio
import collections
import contextlib
import random
import time

from .audit import wrong_payments
from .processors import Processors
from .shop import CORE, OURS
from .statistics import median, p95
from .tables import milliseconds
from .tills import CoreTill, OurTill, Visit

ACKNOWLEDGEMENT = (0.3, 8.0)  # seconds, of a reader
TAP = (1.0, 5.0)  # seconds until the customer taps
# What Stripe itself takes for these is no overhead of ours: create, send and read, or create and
# capture.
NEEDED_CALLS = {OURS: 3, CORE: 2}
PROBE_PAUSE = 0.2  # seconds between two unrelated requests
WARM_UP = 6
# Seconds in which the tills begin, about as long as a payment takes; and those at the beginning in
# which payments are not counted.
SPREAD, RAMP = 8, 15
# What people read for the numbers of a `summary`.
COLUMNS = {
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
WORDS = 100  # letters that are kept of what went wrong
SEED = 5


async def warm_up(network, register):
    """Take some payments that nobody measures."""
    till = OurTill(network, register)
    for _number in range(WARM_UP):
        await till.pay(Visit(acknowledgement=0, tap=0.2))


async def measure_phase(server, networks, registers, side, count, seconds):
    """Let so many tills pay for a while; returns what they, Stripe and the processors tell.

    :param server: the :class:`~benchmarks.support.shop.BenchServer`
    :param dict networks: the :class:`~benchmarks.support.tills.Network` of each server, among
        which the tills are shared out
    :param registers: :class:`~benchmarks.support.shop.Registers`, enough of them
    """
    chance = random.Random(SEED)
    payments, probes, used = [], [], {}
    processors = Processors(networks, server.sql, server.far_end)
    networks = list(networks.values())
    # The audit tells phases apart by whole seconds.
    await asyncio.sleep(1)
    async with contextlib.AsyncExitStack() as stack:
        tills = []
        for number, row in enumerate(registers.rows[:count]):
            network = networks[number % len(networks)]
            if side == OURS:
                changed = await stack.enter_async_context(network.bus(row["token"]))
                tills.append(OurTill(network, row, changed))
            else:
                tills.append(CoreTill(network, registers.core_method_id))
        began = time.time()
        ends = began + seconds
        beside = [
            asyncio.create_task(_probe(networks[0], probes)),
            asyncio.create_task(_look(processors, seconds, used)),
        ]
        await asyncio.gather(*(serve(till, chance, ends, payments) for till in tills))
        for task in beside:
            task.cancel()
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
        # Seconds of processor time while payments were counted.
        "processors": used,
        "wrong": await asyncio.to_thread(wrong_payments, server, side, began),
    }


async def serve(till, chance, ends, payments):
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


async def _look(processors, seconds, used):
    await asyncio.sleep(RAMP)
    processors.look()
    await asyncio.sleep(seconds - RAMP)
    used.update(processors.look())


def summary(phase, stripe):
    """Return what a phase says in a few numbers by their names, times in milliseconds.

    :param float stripe: seconds that each call to Stripe takes
    """
    needed = NEEDED_CALLS[phase["side"]] * stripe
    overheads = [milliseconds(seconds - needed) for seconds in phase["overheads"]]
    probes = [milliseconds(seconds) for seconds in phase["probes"]]
    paid = len(phase["ended"])
    counted = sum(RAMP <= ended <= phase["seconds"] for ended in phase["ended"])
    return {
        "counted": counted,
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
