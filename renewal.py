"""Renews the leases of this process while it works on their rows.

A lease is short, so that nobody waits long for a server that has died with all its processes. What
takes longer than a lease, such as a slow reader, keeps it as long as its thread goes on.
"""

import contextlib
import logging
import os
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import psycopg2

from odoo import sql_db
from odoo.tools import SQL

from . import lease

_logger = logging.getLogger(__name__)

EVERY = 2  # seconds
# One step with all its waiting takes no longer: a thread that hangs loses its row.
STEP_MOST = 75  # seconds


@dataclass
class Kept:
    """A row that a thread of this process carries out.

    :ivar str dbname: its database
    :ivar str table: its model's table
    :ivar int record_id: its id
    :ivar float step_at: when its present step began, as `time.monotonic` has it
    :ivar float sure_until: until when others leave it to this process, as `time.time` has it
    """

    dbname: str
    table: str
    record_id: int
    step_at: float = 0
    sure_until: float = 0


class Renewals:
    """What the threads of this process work on, and a thread that renews it while there is any."""

    def __init__(self):
        self._lock = threading.Lock()
        self._forget()

    def _forget(self):
        self._pid = os.getpid()
        self._kept = {}  # by the lease's name
        self._thread = None

    @contextlib.contextmanager
    def keeping(self, dbname, table, record_id):
        """Keep the lease of a row while its thread works.

        :return: function that is told of each next `Command`, whose lease is to be kept from then
            on; None when the row was given back
        """
        kept, names = Kept(dbname, table, record_id), set()

        def keep(command):
            kept.step_at = time.monotonic()
            if command and command.lease not in names:
                names.add(command.lease)
                self._add(command.lease, kept)

        try:
            yield keep
        finally:
            with self._lock:
                for name in names:
                    self._kept.pop(name, None)

    def _add(self, name, kept):
        with self._lock:
            if self._pid != os.getpid():
                # A prefork worker inherits the module's memory but not its threads.
                self._forget()
            self._kept[name] = kept
            if not (self._thread and self._thread.is_alive()):
                self._thread = threading.Thread(
                    target=self._serve, name="stripe_terminal_leases", daemon=True
                )
                try:
                    self._thread.start()
                except RuntimeError as error:
                    _logger.warning("No thread for leases could be started: %s", error)

    def sure_until(self, name):
        """Return until when a lease that was renewed is certainly this process's, or 0.

        :return: as `time.time` has it
        """
        kept = self._kept.get(name)
        return kept.sure_until if kept else 0

    def _serve(self):
        while True:
            time.sleep(EVERY)
            with self._lock:
                if not self._kept:
                    self._thread = None
                    return
            self.renew()

    def renew(self):
        """Renew all that this process works on, as far as it has it still."""
        hanging_since = time.monotonic() - STEP_MOST
        places = {}
        with self._lock:
            for name, kept in self._kept.items():
                if kept.step_at > hanging_since:
                    places.setdefault((kept.dbname, kept.table), {})[name] = kept
        for (dbname, table), kept_by_name in places.items():
            sure_until = time.time() + lease.SURE_FOR
            try:
                renewed = self._renew_in(dbname, table, kept_by_name)
            except psycopg2.Error as error:
                # Somebody has changed one of them just now, or the database is away for a moment.
                _logger.info("Leases in %s are renewed later: %s", dbname, error)
                continue
            for name in renewed:
                kept_by_name[name].sure_until = sure_until

    @staticmethod
    def _renew_in(dbname, table, kept_by_name):
        """Renew the leases of rows of one table; returns the names of those that were."""
        now = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
        with sql_db.db_connect(dbname).cursor() as cr:
            cr.execute(
                SQL(
                    """UPDATE %(table)s SET lease_until = %(until)s WHERE id IN (
                        SELECT id FROM %(table)s
                         WHERE id = ANY(%(ids)s) AND lease_owner = ANY(%(names)s)
                           FOR NO KEY UPDATE SKIP LOCKED)
                       RETURNING lease_owner""",
                    table=SQL.identifier(table),
                    until=now + timedelta(seconds=lease.LASTS),
                    ids=[kept.record_id for kept in kept_by_name.values()],
                    names=list(kept_by_name),
                ),
                log_exceptions=False,
            )
            return [name for (name,) in cr.fetchall()]


_renewals = Renewals()
keeping = _renewals.keeping
sure_until = _renewals.sure_until
