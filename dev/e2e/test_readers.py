"""The list of readers, asked for by several screens at once."""

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor

from harness import database
from support import naming

IS_WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"


def wait_for_lock(name, timeout=20):
    """Wait until somebody waits for a lock in a database; `timeout` in seconds."""
    deadline = time.monotonic() + timeout
    with contextlib.closing(database.connect()) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        while cursor.execute(IS_WAITING, [name]) or not cursor.fetchone():
            assert time.monotonic() < deadline, "nobody waits"
            time.sleep(0.05)


def test_two_screens_find_the_same_new_reader(odoo_server, simulator):
    admin = odoo_server.admin
    reader = simulator.account.add_reader(serial_number=naming.unique("NEW"))
    provider = admin.search("payment.provider", [("code", "=", "stripe")], limit=1)
    with (
        contextlib.closing(database.connect(odoo_server.database)) as other,
        ThreadPoolExecutor() as aside,
    ):
        other.cursor().execute(
            "INSERT INTO pos_stripe_reader (provider_id, company_id, stripe_id, active)"
            " SELECT id, company_id, %s, true FROM payment_provider WHERE id = %s",
            [reader.id, provider[0]],
        )
        listing = aside.submit(admin.call, "pos.stripe.reader", "action_stripe_refresh", [])
        wait_for_lock(odoo_server.database)
        other.commit()
        listing.result()
    found = admin.read("pos.stripe.reader", [("stripe_id", "=", reader.id)], ["serial_number"])
    assert [row["serial_number"] for row in found] == [reader.serial_number]
