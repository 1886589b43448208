"""Two servers on one database: from one image, with one host name and the same process numbers,
or on two hosts."""

import contextlib
import dataclasses
import functools
import os
import random
import statistics
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
from support.leases import Leases
from support.shop import CRON

NAMESPACE = ("--pid", "--fork", "--mount-proc", "--kill-child")
# Gives the server that follows a host name of its own.
RENAMED = ("sh", "-c", 'hostname elsewhere && exec "$@"', "sh")
SHOPS = 5
# Payments of each shop: ROAMING=1000 in the environment says how many all of them make.
PAYMENTS = int(os.environ.get("ROAMING", 20)) // SHOPS
# Of which every fifth is refunded, as those whose till has died; two hundred of a thousand.
REFUNDED = 5
SILENCE = 12  # seconds until a till counts as gone
# Seconds. No till asks for a refund whose worker was killed: the scheduled action goes on with it.
REFUNDED_WITHIN = 300
KILL_EVERY = 2  # seconds
# Of a server that is gone for good the leases run out: so much longer a customer waits.
LONGER = 15  # seconds
PROCESS = "/v1/terminal/readers/*/process_payment_intent"
# What a server that dies may cost the customer who waits, on a machine that is busy as well: the
# lease is of 8, and was of 60.
MOST = 30  # seconds
# Longer than a lease.
SLOW = 12  # seconds


def container(*options, program=()):
    """Return the command that gives a server process numbers of its own, as far as is allowed.

    :param options: further ones of `unshare`
    :param program: runs in there, and then the server
    """
    for rights in ((), ("--user", "--map-root-user")):
        command = ("unshare", *rights, *NAMESPACE, *options, *program)
        with contextlib.suppress(OSError):
            if not subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
                return command
    # One host name still, as of two servers beside each other on one machine.
    return ()


CONTAINER = container()
HOST = container("--uts", program=RENAMED)


@pytest.fixture(scope="module")
def server(start_server):
    server = start_server(workers=2, within=CONTAINER)
    yield server
    server.close()


@contextlib.contextmanager
def beside(server, within):
    """Run a second server of the same database."""
    other = OdooServer(
        server.odoo, server.database, workers=2, variables=server.variables, within=within
    )
    other.start()
    yield other
    other.close()


@pytest.fixture(scope="module")
def other(server):
    """The second server, with the same host name."""
    with beside(server, CONTAINER) as other:
        yield other


@pytest.fixture
def elsewhere(server):
    """A second server on another host."""
    with beside(server, HOST) as elsewhere:
        yield elsewhere


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
    if server.within:
        (main,) = main.children()
    return main.children()


@dataclasses.dataclass
class Sale:
    """One customer's payment, in seconds as `time.monotonic` has it."""

    began: float
    ended: float | None = None

    @property
    def took(self):
        return self.ended - self.began


class Fate:
    """What happens to the servers while tills sell.

    :param servers: all of them
    :param Leases leases: is told of each process that ends
    :param lost: the one of them that is gone for good after half of the payments, or None
    :ivar sales: each `Sale` so far
    :ivar met: those that were under way when the server was lost
    """

    def __init__(self, servers, leases, lost):
        self._servers = list(servers)
        self._leases = leases
        self._lost = lost
        self._ended = threading.Event()
        self.sales, self.met = [], []

    @contextlib.contextmanager
    def at_work(self):
        """Kill one worker after the other meanwhile."""
        thread = threading.Thread(target=self._kill_workers)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    def _kill_workers(self):
        while not self._ended.wait(KILL_EVERY):
            if self._lost in self._servers and self._paid() >= SHOPS * PAYMENTS // 2:
                self._lose()
            self._kill(random.choice(workers_of(random.choice(self._servers))))

    def _paid(self):
        return sum(sale.ended is not None for sale in self.sales)

    def _kill(self, worker):
        with contextlib.suppress(psutil.NoSuchProcess, OSError):
            self._leases.note_end(worker.pid)
            worker.kill()

    def _lose(self):
        """End a server at a moment when it has a payment in hand."""
        workers = workers_of(self._lost)
        for worker in workers:
            worker.suspend()
        while not self._leases.of(worker.pid for worker in workers):
            for worker in workers:
                worker.resume()
            if self._ended.wait(0.01):
                return
            for worker in workers:
                worker.suspend()
        for worker in workers:
            self._leases.note_end(worker.pid)
        self.met = [sale for sale in self.sales if sale.ended is None]
        self._servers.remove(self._lost)
        self._lost.kill()
        # A worker that is killed costs time as well.
        while not all(sale.ended for sale in self.met) and not self._ended.wait(0.1):
            pass


def sell(shop, counter, clock, fate, problems):
    """Take payments one after the other, then refund every fifth."""
    lines, sales = [], []
    try:
        for _payment in range(PAYMENTS):
            lines.append(counter.line())
            sales.append(Sale(time.monotonic()))
            fate.sales.append(sales[-1])
            take(shop, counter, lines[-1])
            sales[-1].ended = time.monotonic()
        for line, sale in list(zip(lines, sales, strict=True))[::REFUNDED]:
            time.sleep(max(0, sale.ended + SILENCE - time.monotonic()))
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
@pytest.mark.parametrize("second", ["other", "elsewhere"])
def test_workers_are_killed_while_tills_roam(server, make_shop, request, second):
    """Of two hosts one is lost for good in the middle."""
    servers = [server, request.getfixturevalue(second)]
    shops = [make_shop("Roaming", server=server) for _shop in range(SHOPS)]
    counters = [Counter(shop) for shop in shops]
    problems, threads = [], []
    clock = functools.partial(
        Roaming(servers, "admin").post,
        "/web/dataset/call_kw/ir.cron/method_direct_trigger",
        model="ir.cron",
        method="method_direct_trigger",
        args=[[server.admin.ref(CRON)]],
        kwargs={},
    )
    leases = Leases(server)
    fate = Fate(servers, leases, servers[1] if second == "elsewhere" else None)
    for shop, counter in zip(shops, counters, strict=True):
        counter.client = Roaming(servers)
        threads.append(threading.Thread(target=sell, args=(shop, counter, clock, fate, problems)))
    with fate.at_work():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not problems
    for shop in shops:
        shop.settle()
        taken = [intent for intent in intents(shop) if intent["amount_received"]]
        assert [intent["amount_received"] for intent in taken] == [460] * PAYMENTS
        back = [intent["refunded"] for intent in taken if intent["refunded"]]
        assert back == [460] * len(range(0, PAYMENTS, REFUNDED))
        audit_journal(shop)
    assert not leases.taken_from_the_living()
    if second == "elsewhere":
        assert fate.met, "the server never had a payment in hand"
        others = statistics.median(sale.took for sale in fate.sales if sale not in fate.met)
        assert max(sale.took for sale in fate.met) - others < LONGER
    for log in (one.log_file for one in servers):
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
