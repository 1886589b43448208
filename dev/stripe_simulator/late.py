"""Requests that are carried out after their client has given up on them."""

import threading

from .errors import SimulatorError


class LateRequests:
    """What arrived, was never answered and is still to be carried out. Thread-safe.

    A reader's command waits for the reader, so nothing here runs under the simulator's lock.
    """

    def __init__(self, simulator):
        self._simulator = simulator
        self._lock = threading.Lock()
        self._waiting = []  # (record, function)

    def put_off(self, record, carry_out, seconds):
        """Keep a request.

        :param RequestRecord record: of the request
        :param carry_out: function without parameters that executes it and returns its status
        :param float seconds: after which it is executed by itself; 0 waits for `execute`
        """
        with self._lock:
            self._waiting.append((record, carry_out))
        if seconds:
            threading.Thread(
                target=self._wait_and_execute, args=(record, seconds), name="late", daemon=True
            ).start()

    def records(self, account=None):
        """Return the `RequestRecord`s that are still to be carried out, oldest first."""
        with self._lock:
            return [record for record, _ in self._waiting if account in (None, record.account)]

    def execute(self, account=None):
        """Carry out what is waiting, in the order of its arrival; returns the `RequestRecord`s.

        :param str account: id of the account to which this is limited
        :raise SimulatorError: when nothing waits
        """
        records = [record for record in self.records(account) if self._execute(record)]
        if not records:
            raise SimulatorError("No late request is waiting")
        return records

    def clear(self):
        """Forget what is waiting: it is never carried out."""
        with self._lock:
            self._waiting.clear()

    def _wait_and_execute(self, record, seconds):
        self._simulator.sleep(seconds)
        if not self._simulator.is_stopping:
            self._execute(record)

    def _execute(self, record):
        with self._lock:
            found = [entry for entry in self._waiting if entry[0] is record]
            self._waiting = [entry for entry in self._waiting if entry[0] is not record]
        for _record, carry_out in found:
            record.late = carry_out()
        return bool(found)
