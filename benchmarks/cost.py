"""What one payment costs the server: queries, CPU time, Stripe calls, bus messages, memory."""

import asyncio
import json
import subprocess
import sys
import time

from harness import template

from .support.figures import Figure
from .support.shop import CORE, OURS, BenchServer, Registers
from .support.statistics import median, ratio
from .support.tables import Table, milliseconds
from .support.tills import CoreTill, Network, OurTill, Visit

NAME = "cost"
TITLE = "Cost per payment"
FULL = {"rounds": 12, "payments": 5}
QUICK = {"rounds": 2, "payments": 3}

VISIT = Visit(acknowledgement=0.05, tap=0.3)
SETTLED = 0.3  # seconds after the last payment of a round, for what may follow
WARM_UP = 3
# In a process of its own, after what Odoo itself imports of the same kind.
MEMORY = """
import json, psutil
import odoo.http, odoo.addons.base, odoo.models, requests, cryptography
process = psutil.Process()
before = process.memory_full_info().uss
import stripe
client = stripe.StripeClient("sk_test_x", http_client=stripe.RequestsClient())
client.v1.payment_intents, client.v1.terminal.readers, client.v1.refunds
print(json.dumps(process.memory_full_info().uss - before))
"""


def measure(far_end, sizes):
    """Pay in rounds on a threaded server that does nothing else; returns a sample per round."""
    with BenchServer(far_end, NAME) as server:
        registers = Registers(server, 1)
        server.listen_to_stripe()
        samples = asyncio.run(_measure(server, registers, sizes))
        memory = json.loads(
            subprocess.run(
                [sys.executable, "-c", MEMORY],
                env=template.environment(server.odoo),
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        )
    return {"samples": samples, "sdk_memory": memory}


async def _measure(server, registers, sizes):
    (register,) = registers.rows
    samples = []
    async with Network(server) as network, network.bus(register["token"]) as changed:
        tills = {
            CORE: CoreTill(network, registers.core_method_id),
            OURS: OurTill(network, register, changed),
        }
        for till in tills.values():
            for _number in range(WARM_UP):
                await till.pay(VISIT)
        for _round in range(sizes["rounds"]):
            for side, till in tills.items():
                sample = await _pay(server, till, sizes["payments"])
                samples.append({"side": side, **sample})
    return samples


async def _pay(server, till, payments):
    began, before = time.time(), _used(server)
    # What asking costs is not the payments'.
    asking = {name: value - before[name] for name, value in _used(server).items()}
    before = _used(server)
    requests = 0
    for _number in range(payments):
        payment = await till.pay(VISIT)
        if payment.problem:
            raise RuntimeError(f"A payment failed: {payment.problem}")
        requests += payment.requests
    await asyncio.sleep(SETTLED)
    used = {name: value - before[name] - asking[name] for name, value in _used(server).items()}
    calls = server.far_end.client_calls(began)
    used |= {
        "calls": len(calls),
        "cpu_of_calls": sum(call["cpu"] for call in calls),
        "requests": requests,
    }
    return {name: value / payments for name, value in used.items()}


def _used(server):
    sample = server.sample()
    ((messages,),) = server.sql("SELECT coalesce(max(id), 0) FROM bus_bus")
    return {"queries": sample["queries"], "cpu": sample["cpu"], "bus": messages}


LINES = (
    ("cpu", "CPU time of Odoo, ms", milliseconds),
    ("cpu_of_calls", "of these in requests to Stripe, ms", milliseconds),
    ("queries", "SQL queries", float),
    ("requests", "requests of the till", float),
    ("calls", "calls to Stripe", float),
    ("bus", "bus messages", float),
)


def figures(result):
    """Return what a payment costs in CPU time, which has no target."""
    core, ours = _medians(result, "cpu", milliseconds)
    return [Figure("CPU time of Odoo for a payment, ms", "", core, ours, None, ratio(ours, core))]


def _medians(result, name, scale):
    """Return core's and our median."""
    return [
        scale(median(one[name] for one in result["samples"] if one["side"] == side))
        for side in (CORE, OURS)
    ]


def tables(result):
    """Return the tables of a result."""
    rows = []
    for name, words, scale in LINES:
        core, ours = _medians(result, name, scale)
        rows.append((words, core, ours, ratio(ours, core)))
    memory = result["sdk_memory"] / 1e6
    rows.append(("memory of Stripe's SDK for each worker, MB", 0.0, memory, None))
    return [
        Table(
            "Cost per payment, medians",
            ("", "core", "ours", "ratio"),
            rows,
            "Core's reader is connected already. Both without what Odoo does with the order.",
        )
    ]
