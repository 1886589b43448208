"""Two servers from one image on one database: with one host name, and the same process numbers."""

import contextlib
import functools
import os
import random
import signal
import subprocess
import threading
import time

import psutil
import pytest
import requests

from harness import shopfitting
from harness.rpc import OdooClient, OdooError
from harness.server import OdooServer
from support.audit import LINE, audit_journal, intents
from support.counter import Counter
from support.shop import CRON

NAMESPACE = ("--pid", "--fork", "--mount-proc", "--kill-child")
SHOPS = 5
# Payments of each shop: ROAMING=1000 in the environment says how many all of them make.
PAYMENTS = int(os.environ.get("ROAMING", 55)) // SHOPS
# Of which every fifth is refunded, as those whose till has died; two hundred of a thousand.
REFUNDED = 5
SILENCE = 12  # seconds until a till counts as gone
# Seconds. No till asks for a refund whose worker was killed: the scheduled action goes on with it.
REFUNDED_WITHIN = 300
KILL_EVERY = 2  # seconds
PROCESS = "/v1/terminal/readers/*/process_payment_intent"
# What a server that dies may cost the customer who waits, on a machine that is busy as well: the
# lease is of 8, and was of 60.
MOST = 30  # seconds
# Longer than a lease.
SLOW = 12  # seconds


def container():
    """Return the command that gives a server process numbers of its own, as far as is allowed."""
    for rights in ((), ("--user", "--map-root-user")):
        command = ("unshare", *rights, *NAMESPACE)
        with contextlib.suppress(OSError):
            if not subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
                return command
    # One host name still, as of two servers beside each other on one machine.
    return ()


CONTAINER = container()


@pytest.fixture(scope="module")
def server(start_server):
    server = start_server(workers=2, within=CONTAINER)
    yield server
    server.close()


@pytest.fixture(scope="module")
def other(server):
    """The second server of the same database."""
    other = OdooServer(
        server.odoo, server.database, workers=2, variables=server.variables, within=CONTAINER
    )
    other.start()
    yield other
    other.close()


def client_of(server, login=shopfitting.CASHIER):
    return OdooClient(server.url, server.database, login, login, timeout=20)


class Roaming:
    """A client that asks one server or the other, and again where a worker has just died."""

    def __init__(self, servers, login=shopfitting.CASHIER):
        self.clients = [client_of(server, login) for server in servers]

    def post(self, route, **parameters):
        deadline = time.monotonic() + 60
        while True:
            try:
                return random.choice(self.clients).post(route, **parameters)
            except requests.RequestException:
                assert time.monotonic() < deadline, f"{route} is not answered"
                time.sleep(0.3)


def workers_of(server):
    """Return the processes that the server has started; it is the first in its container."""
    main = psutil.Process(server.process.pid)
    if CONTAINER:
        (main,) = main.children()
    return main.children()


def kill_workers(servers, ended):
    """Kill one worker after the other."""
    while not ended.wait(KILL_EVERY):
        worker = random.choice(workers_of(random.choice(servers)))
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGKILL)


def sell(shop, counter, clock, problems):
    """Take payments one after the other, then refund every fifth."""
    lines = []
    try:
        for _payment in range(PAYMENTS):
            lines.append(counter.line())
            take(shop, counter, lines[-1])
        time.sleep(SILENCE)
        for line in lines[::REFUNDED]:
            refund(shop, counter, clock, line)
    except Exception as error:  # noqa: BLE001 - told by the test's thread
        problems.append(f"{shop.name}: {error!r}")


def take(shop, counter, line):
    """Send a line until it is paid."""
    counter.send(line)
    deadline = time.monotonic() + 90
    while (row := counter.status(line))["state"] != "paid":
        assert time.monotonic() < deadline, f"not paid: {row}"
        if row["state"] in ("declined", "unknown") and not row["asking"]:
            counter.again(line)
        if shop.reader.screen["state"] == "amount":
            shop.reader.tap()
        time.sleep(0.3)


def refund(shop, counter, clock, line):
    """Press Refund on a payment that no order shows until its money is back.

    :param clock: function that starts the scheduled action: its workers are killed before they do
    """
    deadline = time.monotonic() + REFUNDED_WITHIN
    while not refunded(shop, line):
        assert time.monotonic() < deadline, f"not refunded: {shop.journal()}"
        # Refused is what was asked for before: the answer was lost, or it is under way.
        with contextlib.suppress(OdooError):
            counter.client.post(
                "/pos_payment_stripe/refund_unattached", line_uuid=line["line_uuid"]
            )
        time.sleep(1)
        if not refunded(shop, line):
            with contextlib.suppress(OdooError):
                clock()


def refunded(shop, line):
    """Return the minor units of a line that Stripe has sent back."""
    made = [one for one in intents(shop) if one["metadata"][LINE] == line["line_uuid"]]
    return sum(intent["refunded"] for intent in made)


@pytest.mark.timeout(2 * REFUNDED_WITHIN + 8 * PAYMENTS)
def test_workers_are_killed_while_tills_roam(server, other, make_shop):
    shops = [make_shop("Roaming", server=server) for _shop in range(SHOPS)]
    counters = [Counter(shop) for shop in shops]
    problems, ended, threads = [], threading.Event(), []
    clock = functools.partial(
        Roaming([server, other], "admin").post,
        "/web/dataset/call_kw/ir.cron/method_direct_trigger",
        model="ir.cron",
        method="method_direct_trigger",
        args=[[server.admin.ref(CRON)]],
        kwargs={},
    )
    for shop, counter in zip(shops, counters, strict=True):
        counter.client = Roaming([server, other])
        threads.append(threading.Thread(target=sell, args=(shop, counter, clock, problems)))
    killer = threading.Thread(target=kill_workers, args=([server, other], ended))
    for thread in (*threads, killer):
        thread.start()
    for thread in threads:
        thread.join()
    ended.set()
    killer.join()
    assert not problems
    for shop in shops:
        shop.settle()
        taken = [intent for intent in intents(shop) if intent["amount_received"]]
        assert [intent["amount_received"] for intent in taken] == [460] * PAYMENTS
        back = [intent["refunded"] for intent in taken if intent["refunded"]]
        assert back == [460] * len(range(0, PAYMENTS, REFUNDED))
        audit_journal(shop)
    for log in (server.log_file, other.log_file):
        assert "bad query" not in log.read_text()


def test_a_slow_request_of_one_is_left_to_it_by_the_other(server, other, make_shop, simulator):
    shop = make_shop("Slow", server=server)
    counter = Counter(shop)
    line = counter.line()
    asked = len(simulator.requests("POST", PROCESS))
    simulator.faults.add("POST", PROCESS, "delay", seconds=SLOW)
    counter.send(line)
    counter.client = client_of(other)
    counter.wait_for(line, "collecting")
    assert len(simulator.requests("POST", PROCESS)) == asked + 1
    shop.reader.tap()
    counter.wait_for(line, "paid")
    audit_journal(shop)


def test_a_server_that_dies_costs_a_moment(server, other, make_shop, simulator):
    shop = make_shop("Power cut", server=server)
    counter = Counter(shop)
    counter.client = client_of(other)
    line = counter.line()
    asked = len(simulator.requests("POST", PROCESS))
    simulator.faults.add("POST", PROCESS, "drop_before", seconds=2)
    counter.send(line)
    while len(simulator.requests("POST", PROCESS)) == asked:
        time.sleep(0.02)
    other.kill()
    began = time.monotonic()
    counter.client = client_of(server)
    counter.wait_for(line, "collecting")
    assert time.monotonic() - began < MOST
    shop.reader.tap()
    counter.wait_for(line, "paid")
    audit_journal(shop)
