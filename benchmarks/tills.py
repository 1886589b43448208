"""Many tills on two workers, with a Stripe, readers and customers that take their time."""

import asyncio

from harness.console import say

from . import chain
from .support.figures import Figure, at_most
from .support.phase import (
    ACKNOWLEDGEMENT,
    COLUMNS,
    NEEDED_CALLS,
    RAMP,
    SPREAD,
    TAP,
    measure_phase,
    warm_up,
)
from .support.phase import summary as summary_of
from .support.shop import CORE, OURS, BenchServer, Registers
from .support.statistics import ratio
from .support.tables import Table
from .support.tills import Network

NAME = "tills"
TITLE = "Many tills"
FULL = {
    # How many seconds so many tills pay.
    "tills": {"1": 35, "10": 35, "50": 45, "200": 45},
    # Tills, workers of each server, servers, version: see `chain`.
    "layouts": [
        (300, 2, 1, chain.BEFORE),
        (300, 2, 1),
        (300, 4, 1),
        (300, 2, 2),
        (500, 2, 1),
        (500, 4, 1),
        (500, 2, 2),
    ],
    "stripe": 0.2,
    "round_trip": 0.02,
    "rate_limit": 100,
}
QUICK = {**FULL, "tills": {"1": 25, "50": 30}, "layouts": [(60, 2, 1, chain.BEFORE), (60, 2, 2)]}

WORKERS = 2
# Of core's payments per second, or else of what is possible; milliseconds of an unrelated request.
FASTER, ALL, UNRELATED = 5, 0.9, 100


def measure(far_end, sizes):
    """Let more and more tills pay, each side in turn; returns a phase for each."""
    phases = _beside_core(far_end, sizes) if sizes["tills"] else []
    return {"phases": phases, "chain": chain.measure(far_end, sizes)}


def _beside_core(far_end, sizes):
    with BenchServer(far_end, NAME, workers=WORKERS) as server:
        count = max(map(int, sizes["tills"]))
        say(f"Opening {count} registers …")
        registers = Registers(server, count)
        server.listen_to_stripe()
        far_end.post("settings", latency=sizes["stripe"], rate_limit=sizes["rate_limit"])
        far_end.post("wire", round_trip=sizes["round_trip"])
        return asyncio.run(_measure(server, registers, sizes))


async def _measure(server, registers, sizes):
    phases = []
    async with Network(server) as network:
        await warm_up(network, registers.rows[0])
        for count, seconds in sizes["tills"].items():
            for side in (CORE, OURS):
                phase = await measure_phase(
                    server, {server: network}, registers, side, int(count), seconds
                )
                say(
                    f"{count} tills, {side}: {len(phase['ended'])} payments, "
                    f"{phase['failed']} failed, {phase['failed_requests']} failed requests"
                )
                phases.append(phase)
    return phases


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
    return [*found, *chain.figures(result)]


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
            rows.append((f"{count}, {side}", *(one[name] for name in COLUMNS)))
        ratio_rows.append((str(count), *(ratio(ours[name], core[name]) for name in ratios)))
    beside_core = [
        Table(
            "Tills on two workers",
            ("tills", *COLUMNS.values()),
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
    return [*(beside_core if rows else ()), *chain.tables(result)]


def counts(result):
    """Return how many tills paid, in each pair of phases."""
    return sorted({phase["tills"] for phase in result["phases"]})


def summary(result, count, side):
    """Return what a phase says in a few numbers by their names, see `support.phase.summary`.

    None where there was no such phase.
    """
    found = (one for one in result["phases"] if (one["tills"], one["side"]) == (count, side))
    phase = next(found, None)
    return phase and summary_of(phase, result["sizes"]["stripe"])
