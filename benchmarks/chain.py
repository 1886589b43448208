"""The tills of a chain: hundreds on some workers of some servers, beside the version before."""

import asyncio
import contextlib
from typing import NamedTuple

from harness.console import say
from harness.server import OdooServer

from .support.figures import Figure, at_most
from .support.phase import COLUMNS, measure_phase, summary, warm_up
from .support.processors import GROUPS, IDLE, ODOO, POSTGRES, shares
from .support.shop import OURS, BenchServer, Registers
from .support.statistics import ratio
from .support.tables import Table, milliseconds
from .support.tills import Network

BEFORE = "19.0.1.0.0"
SECONDS = 45
# Of the version before, where the processors are busy; of what the taps allow; percent of the
# processors' time that is left where they are the limit.
FASTER, ALL, BUSY = 1.5, 0.9, 10
# Whose work a shop's own servers do.
OURSELVES = (ODOO, POSTGRES)


class Layout(NamedTuple):
    """How many tills share how many workers of each of so many servers, and which version."""

    tills: int
    workers: int
    servers: int
    version: str = ""

    def __str__(self):
        servers = "a server" if self.servers == 1 else f"each of {self.servers} servers"
        version = f", {self.version}" if self.version else ""
        return f"{self.tills} tills, {self.workers} workers of {servers}{version}"


def layout(text):
    """Return the `Layout` that a text such as ``300,2,1`` or ``300,2,1,19.0.1.0.0`` means.

    :raises ValueError: it means none
    """
    tills, workers, servers, version = f"{text},".split(",")[:4]
    found = Layout(int(tills), int(workers), int(servers), version)
    if min(found[:3]) < 1 or version not in ("", BEFORE):
        raise ValueError(text)
    return found


def measure(far_end, sizes):
    """Let the tills of each layout pay; returns a phase for each."""
    layouts = [Layout(*one) for one in sizes["layouts"]]
    phases = []
    for version in sorted({one.version for one in layouts}, reverse=True):
        wanted = [one for one in layouts if one.version == version]
        with BenchServer(far_end, "chain", workers=2, release=version) as server:
            count = max(one.tills for one in wanted)
            say(f"Opening {count} registers …")
            # Stripe knows the readers of the measurement before as well.
            registers = Registers(server, count, prefix="OLD" if version else "CHAIN")
            server.listen_to_stripe()
            far_end.post("settings", latency=sizes["stripe"], rate_limit=sizes["rate_limit"])
            far_end.post("wire", round_trip=sizes["round_trip"])
            for one in wanted:
                phases.append({"layout": one, **_pay(server, registers, one)})
                say(f"{one}: {len(phases[-1]['ended'])} payments")
        far_end.post("settings", latency=0, rate_limit=None)
        far_end.post("wire", round_trip=0)
    return phases


def _pay(server, registers, layout):
    server.stop()
    server.workers = layout.workers
    with contextlib.ExitStack() as stack:
        servers = [server]
        for _number in range(1, layout.servers):
            other = OdooServer(
                server.odoo,
                server.database,
                workers=layout.workers,
                variables=server.variables,
                options=server.options,
                backlog=server.backlog,
            )
            stack.callback(other.close)
            servers.append(other)
        for one in servers:
            one.start()
        return asyncio.run(_measure(server, servers, registers, layout))


async def _measure(server, servers, registers, layout):
    async with contextlib.AsyncExitStack() as stack:
        networks = {}
        for one in servers:
            networks[one] = await stack.enter_async_context(Network(server, one.ports))
            await warm_up(networks[one], registers.rows[0])
        return await measure_phase(server, networks, registers, OURS, layout.tills, SECONDS)


def figures(result):
    """Return the figures of a result that have a target."""
    found = {Layout(*phase["layout"]): phase for phase in result.get("chain", ())}
    stripe = result["sizes"]["stripe"]
    before = found.get(Layout(300, 2, 1, BEFORE))
    ours = found.get(Layout(300, 2, 1))
    if not (before and ours):
        return []
    was, now = (summary(phase, stripe) for phase in (before, ours))
    left = shares(ours["processors"])[IDLE]
    faster = ratio(now["rate"], was["rate"])
    name = "300 tills on two workers"
    is_all = now["rate"] >= ALL * now["allowed"]
    none = {
        "failed requests": now["failed_requests"],
        "payments that Odoo and Stripe know differently": now["wrong"],
    }
    return [
        *(Figure(f"{name}: {what}", "0", None, count, not count) for what, count in none.items()),
        Figure(
            f"{name}: payments per second",
            f"≥ {FASTER} × {BEFORE}",
            None,
            now["rate"],
            bool(faster) and faster >= FASTER,
            faster,
            BEFORE,
        ),
        Figure(
            f"{name}: percent of the processors' time that is left",
            f"≤ {BUSY}, or all that the taps allow",
            None,
            left,
            is_all or at_most(left, BUSY),
        ),
    ]


def tables(result):
    """Return the tables of a result."""
    phases = result.get("chain")
    if not phases:
        return []
    columns = {
        name: words
        for name, words in COLUMNS.items()
        if name not in ("unrelated_p50", "calls", "busiest_second")
    }
    rows, used_rows = [], []
    for phase in phases:
        one, layout = summary(phase, result["sizes"]["stripe"]), str(Layout(*phase["layout"]))
        rows.append((layout, *(one[name] for name in columns)))
        used = shares(phase["processors"])
        used_rows.append(
            (
                layout,
                *(
                    milliseconds(ratio(phase["processors"][name], one["counted"]))
                    for name in OURSELVES
                ),
                *(used[name] for name in GROUPS),
            )
        )
    return [
        Table(
            "The tills of a chain",
            ("", *columns.values()),
            rows,
            "Ours only, as above. Of two servers each takes every other till.",
        ),
        Table(
            "Whose work the processors did, percent of their time",
            ("", *(f"{name}, ms a payment" for name in OURSELVES), *GROUPS),
            used_rows,
            "While payments were counted, of which each has its part. Stripe is the simulator and "
            "its wire, the tills are one process, others are no part of the measurement.",
        ),
    ]
