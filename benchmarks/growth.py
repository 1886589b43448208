"""What a long journal costs: each operation with a thousand and with a million payments in it."""

import contextlib
import time
import uuid

from harness.console import say

from .support import history
from .support.figures import Figure, at_most
from .support.shop import BenchServer, Registers
from .support.statistics import median, p95, ratio
from .support.tables import Table, milliseconds

NAME = "growth"
TITLE = "Growth"
FULL = {"rows": [1_000, 1_000_000], "rounds": 30}
QUICK = {"rows": [1_000, 100_000], "rounds": 4}

# Of what the operation takes with the short journal.
TARGET = 1.3
WARM_UP = 2
PATIENCE = 20  # seconds until a payment is in a state
# What a reloaded page asks for at once.
RESUMED = 10
CRON = "pos_payment_stripe.ir_cron_look"
PAGE = {
    "specification": {
        "create_date": {},
        "order_ref": {},
        "config_id": {"fields": {"display_name": {}}},
        "currency_id": {"fields": {"display_name": {}}},
        "amount": {},
        "card_brand": {},
        "card_last4": {},
        "payment_intent": {},
        "state": {},
    },
    "limit": 80,
    "count_limit": 10001,
    "order": "",
}
LISTS = {
    "list view": [],
    "list view, open": [("state", "in", ["new", "collecting", "authorized", "unknown"])],
    "list view, unverified": ["|", ("unverified", "=", True), ("unpaid", "=", True)],
    "list view, unattached": [("is_unattached", "=", True)],
}


def measure(far_end, sizes):
    """Do everything in one database and the other in turn; returns a sample for each time."""
    samples = []
    with contextlib.ExitStack() as stack:
        counters = []
        for count in sizes["rows"]:
            server = stack.enter_context(BenchServer(far_end, f"{NAME}_{count}"))
            (register,) = Registers(server, 1, prefix=f"GROWTH-{count}").rows
            began = time.monotonic()
            history.write(server, register, count)
            say(f"{count} payments written in {time.monotonic() - began:.0f} s")
            counters.append(_Counter(server, register, count))
        for number in range(WARM_UP + sizes["rounds"]):
            for counter in counters:
                found = counter.round()
                if number >= WARM_UP:
                    samples += found
    return {"samples": samples}


class _Counter:
    """A till and an office on one database, which note how long their requests take."""

    def __init__(self, server, register, count):
        self._server = server
        self._register = register
        self._count = count
        self._cron = server.admin.ref(CRON)
        self._samples = []
        self._old_lines = [
            row[0]
            for row in server.sql(
                f"SELECT line_uuid FROM pos_stripe_payment ORDER BY id LIMIT {RESUMED}"
            )
        ]

    def round(self):
        """Do each operation once and return the samples."""
        self._samples = []
        server, register = self._server, self._register
        line = {
            "line_uuid": str(uuid.uuid4()),
            "request_uuid": str(uuid.uuid4()),
            "order_uuid": str(uuid.uuid4()),
            "order_ref": "Growth",
            "amount": 4.6,
        }
        session, method = register["session_id"], register["method_id"]
        cashier, admin = server.cashier, server.admin
        with self._timed("send"):
            cashier.post(
                "/pos_payment_stripe/send",
                session_id=session,
                payment_method_id=method,
                line=line,
            )
        self._wait_for(line, "collecting")
        time.sleep(0.1)
        with self._timed("status"):
            self._status([line["line_uuid"]])
        with self._timed("resume"):
            self._status([line["line_uuid"], *self._old_lines])
        with self._timed("unattached payments"):
            cashier.post("/pos_payment_stripe/unattached", session_id=session)
        server.far_end.post(f"readers/{register['reader']}/tap_now")
        self._wait_for(line, "paid")
        # It is on an order in a moment; without, closing would find a difference.
        server.sql("DELETE FROM pos_stripe_payment WHERE line_uuid = %s", line["line_uuid"])
        with self._timed("closing"):
            cashier.call("pos.session", "stripe_terminal_compare", [session])
        with self._timed("cron"):
            admin.call("ir.cron", "method_direct_trigger", [self._cron])
        for name, domain in LISTS.items():
            with self._timed(name):
                admin.call("pos.stripe.payment", "web_search_read", domain, **PAGE)
        return self._samples

    @contextlib.contextmanager
    def _timed(self, name):
        began = time.perf_counter()
        yield
        self._samples.append(
            {"rows": self._count, "operation": name, "seconds": time.perf_counter() - began}
        )

    def _status(self, lines):
        return self._server.cashier.post("/pos_payment_stripe/status", line_uuids=lines)

    def _wait_for(self, line, state):
        deadline = time.monotonic() + PATIENCE
        while (row := self._status([line["line_uuid"]])[0])["state"] != state:
            assert time.monotonic() < deadline, row
            time.sleep(0.05)


def by_operation(result):
    """Return the seconds of a result: a list for each operation and each number of rows."""
    found = {}
    for sample in result["samples"]:
        by_rows = found.setdefault(sample["operation"], {rows: [] for rows in lengths(result)})
        by_rows[sample["rows"]].append(sample["seconds"])
    return found


def lengths(result):
    """Return the shorter and the longer journal's number of rows."""
    return result["sizes"]["rows"]


def figures(result):
    """Return the figure of a result that has a target: of the operation that grows most."""
    few, many = lengths(result)
    ratios = {
        name: ratio(median(by_rows[many]), median(by_rows[few]))
        for name, by_rows in by_operation(result).items()
    }
    name = max(ratios, key=ratios.get)
    return [
        Figure(
            f"{many:,} payments in the journal, the slowest of {len(ratios)} requests beside "
            f"{few:,} ({name}), ms",
            f"≤ {TARGET} × {few:,}",
            None,
            milliseconds(median(by_operation(result)[name][many])),
            at_most(ratios[name], TARGET),
            ratios[name],
            f"{few:,}",
        )
    ]


def tables(result):
    """Return the tables of a result."""
    few, many = lengths(result)
    found = by_operation(result)
    return [
        Table(
            "Milliseconds of a request by the length of the journal",
            ("", f"{few:,} rows", f"{many:,} rows", "p95", "p95", "ratio of medians"),
            [
                (
                    name,
                    milliseconds(median(by_rows[few])),
                    milliseconds(median(by_rows[many])),
                    milliseconds(p95(by_rows[few])),
                    milliseconds(p95(by_rows[many])),
                    ratio(median(by_rows[many]), median(by_rows[few])),
                )
                for name, by_rows in found.items()
            ],
            f"Of {history.DAILY} payments a day, as many orders and payments in Odoo, and the "
            "journal's events and webhooks.",
        )
    ]
