"""A Stripe that takes few requests a second, and tills that ask for more: who comes first."""

import asyncio
import collections
import contextlib
import random
import re
import time
from typing import NamedTuple

from harness.console import say

from .support.audit import wrong_payments
from .support.figures import Figure, at_most
from .support.phase import SEED, serve
from .support.shop import OURS, BenchServer, Registers
from .support.statistics import median, p95
from .support.tables import Table, milliseconds
from .support.tills import Network, OurTill, Visit

NAME = "limit"
TITLE = "A Stripe that takes few requests"
# What Stripe takes in a second of a sandbox.
FULL = {"tills": 100, "seconds": 60, "rate_limit": 25}
QUICK = {"tills": 40, "seconds": 30, "rate_limit": 6}

WORKERS = 2
CLASSES = ("payments", "refunds", "reads", "comparisons")
SILENCE = 12  # seconds until the payment of a till that has gone can be refunded
REFUND_EVERY, COMPARE_EVERY = 2, 1  # seconds
REFUNDED_WITHIN = 120  # seconds
# Seconds that a request is on its way from its turn to Stripe's log, on a busy machine.
ON_ITS_WAY = 0.1
RUNNER = "odoo.addons.pos_payment_stripe.runner"
# Of Odoo's log: process, precedence, milliseconds waited, Stripe's id of the request.
TURN = re.compile(rf"(?m)^\S+ \S+ (\d+) DEBUG \S+ {RUNNER}: .* of (\d) .* (\d+) ms: (\S+)")


class Request(NamedTuple):
    """A request as Stripe's log and that of the process have it; times in seconds.

    :ivar str process: of Odoo
    :ivar int precedence: place in `CLASSES`
    :ivar float due: since when it waited for its turn
    :ivar float at: when it arrived at Stripe
    :ivar int status: of Stripe's answer
    """

    process: str
    precedence: int
    due: float
    at: float
    status: int


def measure(far_end, sizes):
    """Let tills pay for a while, with refunds and comparisons beside them."""
    options = {"log_handler": f":INFO,werkzeug:WARNING,{RUNNER}:DEBUG"}
    with BenchServer(far_end, NAME, workers=WORKERS, options=options) as server:
        say(f"Opening {sizes['tills']} registers …")
        registers = Registers(server, sizes["tills"])
        server.listen_to_stripe()
        return asyncio.run(_measure(server, registers, sizes))


async def _measure(server, registers, sizes):
    far_end, payments, compared = server.far_end, [], collections.Counter()
    async with Network(server) as network, contextlib.AsyncExitStack() as stack:
        paying = []
        for row in registers.rows:
            changed = await stack.enter_async_context(network.bus(row["token"]))
            paying.append(OurTill(network, row, changed))
        count = sizes["seconds"] // REFUND_EVERY
        await asyncio.gather(*(till.pay(Visit(0, 0.2)) for till in paying[:count]))
        refunded = [uuid for (uuid,) in server.sql("SELECT line_uuid FROM pos_stripe_payment")]
        await asyncio.sleep(SILENCE)
        far_end.post("settings", rate_limit=sizes["rate_limit"])
        chance, began = random.Random(SEED), time.time()
        ends = began + sizes["seconds"]
        beside = asyncio.create_task(_compare(network, registers.rows, ends, compared))
        await asyncio.gather(
            _refund_all(network, refunded),
            *(serve(till, chance, ends, payments) for till in paying),
        )
        await beside
        made = await _refunds(far_end, refunded)
        far_end.post("settings", rate_limit=None)
    finished = [payment for payment in payments if not payment.problem]
    return {
        "payments": len(finished),
        "problems": collections.Counter(one.problem for one in payments if one.problem),
        "failed_requests": sum(len(payment.failed_requests) for payment in payments),
        "overheads": [payment.ended - payment.clicked - payment.waited for payment in finished],
        "wrong": await asyncio.to_thread(wrong_payments, server, OURS, began),
        "refunds_asked": len(refunded),
        "refunds_made": made,
        "compared": compared,
        "requests": requests_of(far_end.calls(began), server.log_file.read_text()),
    }


async def _refund_all(network, line_uuids):
    for uuid in line_uuids:
        await network.post("/pos_payment_stripe/refund_unattached", line_uuid=uuid)
        await asyncio.sleep(REFUND_EVERY)


async def _compare(network, rows, ends, compared):
    """Compare one session after the other with Stripe; each ends in a state that is counted."""
    for row in rows:
        again, state = True, "comparing"
        while state == "comparing":
            answer = await network.call(
                "pos.session", "stripe_terminal_compare", [row["session_id"]], again
            )
            again, state = False, answer["state"]
            await asyncio.sleep(COMPARE_EVERY)
        compared[state] += 1
        if time.time() > ends:
            return


async def _refunds(far_end, line_uuids):
    """Return how many of the payments Stripe has refunded, once, in full."""
    deadline = time.time() + REFUNDED_WITHIN
    while True:
        intents = far_end.get("ledger")["intents"]
        back = [
            one
            for one in intents
            if one["metadata"]["pos_payment_line_uuid"] in line_uuids
            and one["refunded"] == one["amount_received"]
            and len(one["refunds"]) == 1
        ]
        if len(back) == len(line_uuids) or time.time() > deadline:
            return len(back)
        await asyncio.sleep(1)


def requests_of(calls, log):
    """Return the `Request`s that are both in Stripe's log and in Odoo's."""
    turns = {found[4]: found for found in TURN.finditer(log)}
    found = [(call, turns[call["request"]]) for call in calls if call["request"] in turns]
    return [
        Request(turn[1], int(turn[2]), call["time"] - int(turn[3]) / 1000, call["time"], status)
        for call, turn in found
        if (status := call["status"])
    ]


def out_of_turn(requests):
    """Return those that were made while one of higher precedence waited in the same process.

    A process has a pace of its own and knows of nobody else's requests. What others have waited
    for, and what was made, is looked at without the moment that a request is on its way.
    """
    return [
        one
        for one in requests
        if any(
            other.process == one.process
            and other.precedence < one.precedence
            and other.due + ON_ITS_WAY < one.at < other.at - ON_ITS_WAY
            for other in requests
        )
    ]


def figures(result):
    """Return the figures of a result that have a target."""
    sizes = result["sizes"]
    crowd = f"{sizes['tills']} tills, {sizes['rate_limit']} requests a second"
    failed = sum(result["problems"].values()) + result["refunds_asked"] - result["refunds_made"]
    wrong = {
        "payments and refunds that failed": failed,
        "payments that Odoo and Stripe know differently": result["wrong"],
        "requests that were not in their turn": len(out_of_turn(_requests(result))),
    }
    return [
        Figure(f"{crowd}: {what}", "0", None, count, at_most(count, 0))
        for what, count in wrong.items()
    ]


def _requests(result):
    return [Request(*one) for one in result["requests"]]


def tables(result):
    """Return the table of a result."""
    requests, sizes = _requests(result), result["sizes"]
    late = out_of_turn(requests)
    rows = []
    for precedence, name in enumerate(CLASSES):
        own = [one for one in requests if one.precedence == precedence]
        waits = [milliseconds(one.at - one.due) for one in own]
        rows.append(
            (
                name,
                len(own),
                sum(one.status == 429 for one in own),
                median(waits),
                p95(waits),
                max(waits, default=None),
                sum(one.precedence == precedence for one in late),
            )
        )
    columns = (
        "requests of",
        "made",
        "answered 429",
        "waited p50, ms",
        "p95",
        "most",
        "not in turn",
    )
    compared = ", ".join(f"{count} {state}" for state, count in result["compared"].items())
    note = (
        f"{sizes['tills']} tills on {WORKERS} workers for {sizes['seconds']} s; Stripe takes "
        f"{sizes['rate_limit']} requests a second. {result['payments']} payments, "
        f"{sum(result['problems'].values())} failed; {result['refunds_made']} of "
        f"{result['refunds_asked']} refunds made; comparisons, of sessions without "
        f"orders: {compared or 'none'}. Of a payment "
        f"{median(result['overheads']):.1f} s are neither reader nor customer (p95 "
        f"{p95(result['overheads']):.1f} s). Not in turn: made while a request of a line above had "
        f"waited in the same process for {ON_ITS_WAY} s and went on waiting for {ON_ITS_WAY} s."
    )
    return [Table("Whose turn it is", columns, rows, note)]
