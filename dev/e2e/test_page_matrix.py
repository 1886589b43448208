"""The failure matrix in the till's page, with both drivers: a fault at each request, one audit.

``tests/test_fault_matrix.py`` and ``tests/test_browser_sdk_matrix.py`` have each fault at each
request, without a page.
"""

import re
from typing import NamedTuple

import pytest

from support.audit import audit, intents
from support.stories import CHARGED, CONNECTION_ERROR, STORIES, Fault

INTENTS = "/v1/payment_intents"
INTENT = "/v1/payment_intents/*"
READER = "/v1/terminal/readers/*"
PROCESS = f"{READER}/process_payment_intent"
TOKENS = "/v1/terminal/connection_tokens"

# A request is lost, or its answer.
NETWORK = ("drop_before", "drop_after")
# Stripe fails, in both of these ways for the first request of a payment.
AT_STRIPE = (*NETWORK, "500_after", "429")


class Cell(NamedTuple):
    """A story, and the request of it that goes wrong.

    :ivar str connection: the driver
    :ivar str story: what the cashier does, a key of `STORIES`
    :ivar str where: `stripe` (asked by Odoo), `odoo` (asked by the page) or `sdk`
    :ivar str method: of the request
    :ivar str path: of the request, `*` for any part
    :ivar str kind: the fault
    :ivar int | None times: how often; None until the cashier has seen the connection error
    :ivar bool is_fresh: whether the page has used no SDK before
    """

    connection: str
    story: str
    where: str
    method: str
    path: str
    kind: str
    times: int | None = 1
    is_fresh: bool = False

    def __str__(self):
        name = "_".join(re.findall(r"[a-z]+", self.path.removeprefix("/v1/"))) or "all"
        length = "" if self.times else "for_long"
        parts = (self.connection, self.story, self.where, self.method, name, self.kind, length)
        return "-".join(filter(None, parts)).lower()


def cells():
    """Return the matrix."""
    for connection, steps in STEPS.items():
        for story, where, method, path, kinds, *is_fresh in steps:
            for kind in kinds:
                yield Cell(connection, story, where, method, path, kind, 1, bool(is_fresh))
        for story in ("pay", "tap", "cancel"):
            yield Cell(connection, story, "stripe", "*", "*", "drop_after", None)
        yield Cell(connection, "tap", "odoo", "*", "*", "drop_before", None)


STEPS = {
    "server": [
        ("pay", "stripe", "POST", INTENTS, AT_STRIPE),
        ("pay", "stripe", "POST", PROCESS, NETWORK),
        ("tap", "stripe", "GET", READER, NETWORK),
        ("retry", "stripe", "POST", PROCESS, NETWORK),
        ("retry_less", "stripe", "POST", INTENT, NETWORK),
        ("cancel", "stripe", "GET", READER, NETWORK),
        ("cancel", "stripe", "POST", f"{READER}/cancel_action", NETWORK),
        ("cancel", "stripe", "POST", f"{INTENT}/cancel", NETWORK),
        ("pay", "odoo", "POST", "send", NETWORK),
        ("tap", "odoo", "POST", "status", NETWORK),
        ("retry", "odoo", "POST", "send", NETWORK),
        ("cancel", "odoo", "POST", "cancel", NETWORK),
    ],
    "browser": [
        ("pay", "stripe", "POST", INTENTS, AT_STRIPE),
        ("pay", "stripe", "POST", TOKENS, NETWORK, "fresh"),
        ("tap", "stripe", "GET", INTENT, NETWORK),
        ("retry", "stripe", "GET", INTENT, NETWORK),
        ("retry_less", "stripe", "POST", INTENT, NETWORK),
        ("cancel", "stripe", "GET", INTENT, NETWORK),
        ("cancel", "stripe", "POST", f"{INTENT}/cancel", NETWORK),
        ("pay", "sdk", "POST", "begin", NETWORK, "fresh"),
        ("pay", "sdk", "POST", "discover", NETWORK, "fresh"),
        ("pay", "sdk", "POST", "connect", NETWORK, "fresh"),
        ("pay", "sdk", "POST", "collect", ("drop_before",)),
        ("tap", "sdk", "POST", "process", NETWORK),
        ("retry", "sdk", "POST", "process", NETWORK),
        ("pay", "odoo", "POST", "send", NETWORK),
        ("pay", "odoo", "POST", "collect", NETWORK),
        ("pay", "odoo", "POST", "connection_token", NETWORK, "fresh"),
        ("tap", "odoo", "POST", "status", NETWORK),
        ("tap", "odoo", "POST", "reported", NETWORK),
        ("retry", "odoo", "POST", "send", NETWORK),
        ("cancel", "odoo", "POST", "cancel", NETWORK),
    ],
}


# What goes wrong


class CellFault(Fault):
    """The fault of a cell.

    :param till: the till of the cell
    :param cell: the :class:`Cell`
    """

    def __init__(self, till, cell):
        self.till = till
        self.cell = cell
        self.rule = None

    def begin(self):
        cell, simulator = self.cell, self.till.shop.simulator
        if cell.path == "*" and cell.where == "odoo":
            self.till.go_offline()
        elif cell.where == "odoo":
            self.rule = self.till.lose(cell.path, after=cell.kind == "drop_after")
        elif cell.where == "sdk":
            self.rule = simulator.js_sdk.faults.add("POST", f"/sdk/{cell.path}", cell.kind)
        else:
            self.rule = simulator.faults.add(cell.method, cell.path, cell.kind, times=cell.times)

    def end(self):
        if not self.cell.times:
            self.till.wait_for_status(CONNECTION_ERROR, timeout=30_000)
            if self.cell.where == "odoo":
                # A network that comes back loses a request yet: core believes it is away.
                self.till.lose("/pos/ping", after=False)
            self.till.go_online()
            self.till.shop.simulator.faults.clear()

    def has_hit(self):
        """Tell whether something went wrong."""
        return self.rule is None or bool(self.rule.hits)


@pytest.mark.parametrize("cell", list(cells()), ids=str)
def test_cell(kept_till, cell):
    till = kept_till(cell.connection)
    shop = till.shop
    if cell.is_fresh:
        # The Point of Sale stores an order in the browser a moment after it was finished.
        till.page.wait_for_timeout(1000)
        till.reload()
    fault = CellFault(till, cell)
    STORIES[cell.story](till, shop, fault)
    till.wait_for_receipt()
    assert fault.has_hit(), "The fault hit nothing"
    till.wait_until_synced()
    if till.dialog.is_visible():
        till.carry_on_offline()
    audit(shop)
    made = intents(shop)
    charged = [intent["amount_received"] for intent in made if intent["amount_received"]]
    assert charged == CHARGED.get(cell.story, [240])
    live = [intent for intent in made if intent["status"] != "canceled"]
    assert len(live) == len(charged), f"A PaymentIntent is left: {made}"
