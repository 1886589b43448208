"""PgBouncer in transaction mode in front of PostgreSQL, as large installations run it."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from pathlib import Path

from . import debian, paths, ports
from .commands import ending_with_us
from .console import Problem
from .locks import exclusive

# It is no program for people: Debian has it where only root looks.
FOLDERS = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"
START_WITHIN = 10  # seconds
# Odoo's bus and its scheduled actions listen for notifications, each with a connection of its own.
CONFIGURATION = """\
[databases]
postgres = {target} pool_mode=session pool_size=20
* = {target}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {pool_size}
max_client_conn = 500
ignore_startup_parameters = extra_float_digits,options
"""


def ensure():
    """Return the path of the program; root on Debian gets it installed.

    :raises Problem: there is none and it cannot be installed
    """
    with exclusive("pgbouncer", "it installs PgBouncer"):
        if not shutil.which("pgbouncer", path=FOLDERS):
            debian.install("pgbouncer", "Testing behind PgBouncer")
        return shutil.which("pgbouncer", path=FOLDERS)


class PgBouncer:
    """A running PgBouncer; a context manager.

    :param pool_size: connections to PostgreSQL for each database, however many Odoo opens
    """

    def __init__(self, pool_size):
        self._pool_size = pool_size
        self._port = ports.free()
        self._process = None

    def __enter__(self):
        program = ensure()
        names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
        target = " ".join(
            f"{name}={os.environ[variable]}"
            for name, variable in names.items()
            if os.environ.get(variable)
        )
        paths.RUN.mkdir(parents=True, exist_ok=True)
        paths.LOGS.mkdir(parents=True, exist_ok=True)
        configuration = paths.RUN / f"pgbouncer_{self._port}.ini"
        configuration.write_text(
            CONFIGURATION.format(target=target, port=self._port, pool_size=self._pool_size)
        )
        user = ["-u", _unprivileged()] if os.geteuid() == 0 else []
        with (paths.LOGS / "pgbouncer.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*ending_with_us(), program, *user, configuration], stdout=log, stderr=log
            )
        self._wait_until_it_answers()
        return self

    def __exit__(self, *exc_info):
        self._process.terminate()
        self._process.wait(START_WITHIN)

    @property
    def variables(self):
        """The environment of a server that shall use it."""
        return {"PGHOST": "127.0.0.1", "PGPORT": str(self._port)}

    def _wait_until_it_answers(self):
        deadline = time.monotonic() + START_WITHIN
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port), START_WITHIN).close()
                return
            except OSError as error:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise Problem(f"PgBouncer does not start: {error}") from None
            time.sleep(0.1)


def _unprivileged():
    """Return a user who may reach PostgreSQL; PgBouncer does not run as root."""
    folder = Path(os.environ.get("PGHOST", ""))
    owner = folder.stat().st_uid if folder.is_dir() else 0
    return pwd.getpwuid(owner).pw_name if owner else "nobody"
