"""A worker process is killed in the middle of a payment, and the payment ends all the same."""

import os
import signal
import time

import pytest

from support.audit import audit_journal, intents
from support.counter import Counter

SLOWNESS = 3  # seconds, long enough to find the worker and to kill it
MOMENTS = {
    "create_under_way": ("/v1/payment_intents", "delay_before"),
    "create_not_answered": ("/v1/payment_intents", "delay_after"),
    "process_under_way": ("/v1/terminal/readers/*/process_payment_intent", "delay_before"),
    "process_not_answered": ("/v1/terminal/readers/*/process_payment_intent", "delay_after"),
}


@pytest.fixture(params=[1, 2], ids=["one_worker", "two_workers"], scope="module")
def server(request, start_server):
    server = start_server(workers=request.param)
    yield server
    server.close()


def wait_for_request(simulator, path, count):
    """Wait until Stripe was asked once more."""
    deadline = time.monotonic() + 20
    while len(simulator.requests("POST", path)) <= count:
        assert time.monotonic() < deadline, f"nobody asks for {path}"
        time.sleep(0.02)


def kill_in_the_middle(shop, simulator, path, kind):
    """Send a line and kill the worker while it waits for Stripe; returns counter and line."""
    counter = Counter(shop)
    line = counter.line()
    asked = len(simulator.requests("POST", path))
    fault = simulator.faults.add("POST", path, kind, seconds=SLOWNESS)
    counter.send(line)
    wait_for_request(simulator, path, asked)
    (row,) = shop.journal(("state", "lease_owner"))
    worker = int(row["lease_owner"].split(":")[3])
    assert worker in shop.server.workers_running()
    os.kill(worker, signal.SIGKILL)
    assert (row["state"], fault.hits) == ("new", 1)
    return counter, line


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_till_goes_on(server, make_shop, simulator, moment):
    shop = make_shop("Kiosk", server=server)
    counter, line = kill_in_the_middle(shop, simulator, *MOMENTS[moment])
    counter.wait_for(line, "collecting")
    shop.reader.tap()
    counter.wait_for(line, "paid")
    assert [intent["amount_received"] for intent in intents(shop)] == [460]
    audit_journal(shop)


def test_the_cron_goes_on_when_the_till_is_gone_too(server, make_shop, simulator):
    shop = make_shop("Kiosk", server=server)
    kill_in_the_middle(shop, simulator, *MOMENTS["process_not_answered"])
    shop.wait_for_reader("amount")
    shop.reader.tap()
    shop.settle()
    assert [row["state"] for row in shop.journal()] == ["paid"]
    audit_journal(shop)
