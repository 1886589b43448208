"""Who took a row of the journal from whom, as the database sees it, and which processes ended."""

import os
import time
from pathlib import Path

from harness import database

# Each process that took over what had another owner, or the same one under another lease.
WATCH = """
    DROP TABLE IF EXISTS test_lease_taken;
    CREATE TABLE test_lease_taken (
        id int, owner text, taker text, at float DEFAULT extract(epoch FROM clock_timestamp())
    );
    CREATE OR REPLACE FUNCTION test_note_lease() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO test_lease_taken (id, owner, taker)
        VALUES (NEW.id, OLD.lease_owner, NEW.lease_owner);
        RETURN NULL;
    END $$;
    CREATE OR REPLACE TRIGGER test_note_lease
        AFTER UPDATE OF lease_owner ON pos_stripe_payment FOR EACH ROW
        WHEN (OLD.lease_owner <> NEW.lease_owner) EXECUTE FUNCTION test_note_lease();
"""
# In proc(5), of what follows the command's name in /proc/[pid]/stat.
START_TIME = 19
# Of what stands between colons in a lease's name: pid namespace, process, its start.
PROCESS = slice(2, 5)


class Leases:
    """Watches a server's database from now on."""

    def __init__(self, server):
        self._database = server.database
        self._ended = {}
        server.sql(WATCH)

    def note_end(self, pid):
        """Note that a process is about to be killed."""
        self._ended[_process(pid)] = time.time()

    def of(self, pids):
        """Return the leases that some processes have just now."""
        processes = [_process(pid) for pid in pids]
        owners = self._read("SELECT lease_owner FROM pos_stripe_payment WHERE lease_owner <> ''")
        return [owner for (owner,) in owners if _owner(owner) in processes]

    def taken_from_the_living(self):
        """Return the row's id, owner, taker and time of each lease whose owner had not ended."""
        taken = self._read("SELECT id, owner, taker, at FROM test_lease_taken ORDER BY at")
        return [row for row in taken if row[3] < self._ended.get(_owner(row[1]), float("inf"))]

    def _read(self, statement):
        connection = database.connect(self._database)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall()
        finally:
            connection.close()


def _owner(lease):
    return tuple(lease.split(":")[PROCESS])


def _process(pid):
    """Return what a lease tells of a process: pid namespace, number in it, and start."""
    folder = Path(f"/proc/{pid}")
    namespace = os.stat(folder / "ns" / "pid").st_ino
    status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
    facts = (folder / "stat").read_text().rpartition(")")[2].split()
    return str(namespace), status["NSpid"].split()[-1], facts[START_TIME]
