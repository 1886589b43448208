"""PgBouncer in transaction mode stands before PostgreSQL, with fewer connections than tills."""

import threading

import pytest

from harness.pgbouncer import PgBouncer
from support.audit import audit, audit_journal, intents
from support.counter import Counter

CONNECTIONS = 2
SHOPS = 6
PAYMENTS = 4  # of each shop


@pytest.fixture(scope="module")
def server(start_server):
    with PgBouncer(CONNECTIONS) as pool:
        server = start_server(workers=2, variables=pool.variables)
        yield server
        server.close()


def sell(counter, problems):
    """Take payments one after the other, each second one only after a cancel."""
    try:
        for number in range(PAYMENTS):
            line = counter.line()
            counter.send(line)
            counter.wait_for(line, "collecting", timeout=60)
            if number % 2:
                counter.cancel(line)
                counter.wait_for(line, "canceled", timeout=60)
                counter.again(line)
                counter.wait_for(line, "collecting", timeout=60)
            counter.tap()
            counter.wait_for(line, "paid", timeout=60)
    except Exception as error:  # noqa: BLE001 - told by the test's thread
        problems.append(f"{counter.shop.name}: {error!r}")


def test_many_tills_share_few_connections(server, make_shop):
    shops = [make_shop(f"Pooled {number}", server=server) for number in range(SHOPS)]
    problems, threads = [], []
    for shop in shops:
        threads.append(threading.Thread(target=sell, args=(Counter(shop), problems)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    assert not problems
    for shop in shops:
        shop.settle()
        taken = [intent["amount_received"] for intent in intents(shop)]
        assert [amount for amount in taken if amount] == [460] * PAYMENTS
        audit_journal(shop)
    assert "bad query" not in server.log()


def test_the_bus_tells_the_page(server, make_shop, open_till):
    """Its connection to the database "postgres" is in session mode, see docs/OPERATING.md."""
    shop = make_shop("Pooled", server=server)
    till = open_till(shop)
    till.sell("Espresso", "Croissant").choose_method(shop.card)
    till.wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt()
    audit(shop)
