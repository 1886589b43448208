"""Whose work the processors of this machine do meanwhile."""

import contextlib
import os

import psutil

from .statistics import ratio

ODOO, POSTGRES, STRIPE, TILLS = "Odoo", "PostgreSQL", "Stripe", "tills"
OTHERS, IDLE = "others", "idle"
GROUPS = (ODOO, POSTGRES, STRIPE, TILLS, OTHERS, IDLE)


class Processors:
    """Tells what each group of processes has used since the last look.

    Stripe is the simulator with its wire, the tills are this process, others are no part of the
    measurement.

    :param servers: the running Odoo servers
    :param sql: function that runs a statement in their database, which is on this machine
    """

    def __init__(self, servers, sql, far_end):
        self._roots = {
            ODOO: [server.process.pid for server in servers],
            POSTGRES: [_parent_of(pid for (pid,) in sql("SELECT pid FROM pg_stat_activity"))],
            STRIPE: [far_end.pid],
        }
        self._before = self._used()

    def look(self):
        """Return the seconds of processor time that each of `GROUPS` has used since."""
        before, self._before = self._before, self._used()
        return {name: self._before[name] - seconds for name, seconds in before.items()}

    def _used(self):
        used = {name: sum(map(_of_tree, roots)) for name, roots in self._roots.items()}
        own = psutil.Process(os.getpid()).cpu_times()
        used[TILLS] = own.user + own.system
        machine = psutil.cpu_times()
        used[IDLE] = machine.idle + machine.iowait
        # What the others do is part of this machine's, not theirs twice.
        guests = machine.guest + machine.guest_nice
        used[OTHERS] = sum(machine) - guests - sum(used.values())
        return used


def _parent_of(backends):
    """Return the process that has started PostgreSQL's; the one that was asked may have ended."""
    for pid in backends:
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(pid).ppid()
    raise RuntimeError("PostgreSQL is not on this machine")


def _of_tree(pid):
    """Return the processor time of a process and all that it has started, in seconds."""
    root, seconds = psutil.Process(pid), 0
    for process in (root, *root.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            # Those that have ended count with whoever started them.
            seconds += sum(process.cpu_times()[:4])
    return seconds


def shares(seconds):
    """Return the percentage of the machine's time that each group has used."""
    return {name: 100 * (ratio(seconds[name], sum(seconds.values())) or 0) for name in GROUPS}
