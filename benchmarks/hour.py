"""An hour's payments on one worker: whether memory, connections and threads stay as they are."""

import asyncio
import time

import psutil

from harness.console import say

from .support.audit import wrong_payments
from .support.figures import Figure
from .support.shop import OURS, BenchServer, Registers
from .support.statistics import ratio
from .support.tables import Table
from .support.tills import Network, OurTill, Visit

NAME = "hour"
TITLE = "An hour's payments"
# Twenty tills that take a payment every twenty seconds take so many in an hour.
FULL = {"tills": 20, "payments": 3600}
QUICK = {"tills": 10, "payments": 200}

# Nobody has to wait for an hour: customers are quick.
VISIT = Visit(acknowledgement=0.1, tap=0.3)
SAMPLES = 12
# Of the payments, until the first sample counts: what a worker loads with its first ones stays.
WARM_UP = 1 / 6
MOST_GROWTH = 1.05
SETTLED = 2  # seconds without a payment before a sample
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"


def measure(far_end, sizes):
    """Take the payments in a few parts and look at the worker after each."""
    with BenchServer(far_end, NAME, workers=1) as server:
        registers = Registers(server, sizes["tills"])
        server.listen_to_stripe()
        began = time.time()
        samples = asyncio.run(_measure(server, registers, sizes))
        return {"samples": samples, "wrong": wrong_payments(server, OURS, began)}


async def _measure(server, registers, sizes):
    part = sizes["payments"] // SAMPLES // sizes["tills"]
    samples, paid = [], 0
    async with Network(server) as network:
        tills = [OurTill(network, row) for row in registers.rows]
        for _number in range(SAMPLES):
            ended = await asyncio.gather(*(_serve(till, part) for till in tills))
            paid += sum(len(payments) for payments in ended)
            problems = [one.problem for payments in ended for one in payments if one.problem]
            if problems:
                raise RuntimeError(f"A payment failed: {problems[0]}")
            await asyncio.sleep(SETTLED)
            samples.append({"paid": paid, **_look(server)})
            say(f"{paid} payments: {samples[-1]}")
    return samples


async def _serve(till, count):
    return [await till.pay(VISIT) for _number in range(count)]


def _look(server):
    """Return what the HTTP worker has: the busiest of the server's processes."""
    workers = map(psutil.Process, server.workers_running())
    worker = max(workers, key=lambda process: process.cpu_times().user)
    ((connections,),) = server.sql(CONNECTIONS)
    return {
        "pid": worker.pid,
        "rss": worker.memory_info().rss,
        "threads": worker.num_threads(),
        # Without the one that asks.
        "connections": connections - 1,
    }


def _ends(result):
    """Return the first sample that counts, and the last."""
    samples = result["samples"]
    return samples[int(len(samples) * WARM_UP)], samples[-1]


def figures(result):
    """Return the growth of a worker's memory over the payments."""
    first, last = _ends(result)
    growth = ratio(last["rss"], first["rss"])
    is_flat = growth <= MOST_GROWTH and last["pid"] == first["pid"] and not result["wrong"]
    return [
        Figure(
            f"memory of a worker after {last['paid']:,} payments, MB",
            f"≤ {MOST_GROWTH} × {first['paid']:,}",
            None,
            last["rss"] / 1e6,
            is_flat,
            growth,
            f"{first['paid']:,}",
        )
    ]


def tables(result):
    """Return the table of a result."""
    rows = [
        (f"{one['paid']:,}", one["rss"] / 1e6, one["threads"], one["connections"])
        for one in result["samples"]
    ]
    return [
        Table(
            "One worker, after so many payments",
            ("payments", "memory, MB", "threads", "connections of all processes"),
            rows,
            f"From {result['sizes']['tills']} tills without a bus, whose readers and customers "
            f"take {VISIT.acknowledgement + VISIT.tap} s. Wrong by audit: {result['wrong']}.",
        )
    ]
