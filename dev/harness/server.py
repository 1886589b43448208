"""A running Odoo server: started, stopped, killed and started again."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import psutil

from . import odoo_config, paths, ports, template
from .commands import ending_with_us, last_line
from .console import Problem
from .proxy import Proxy

ACTIVATED = paths.DEV / "harness" / "activated.py"


class OdooServer:
    """One Odoo server on loopback for one database.

    With ``workers=0`` one threaded process serves everything, the websocket included. With
    ``workers`` of 1 or more Odoo forks that many HTTP workers beside an event process for
    websockets, and a proxy in this process puts both behind one address.

    :param odoo: the :class:`~harness.odoo_source.Odoo` to run
    :param database: the database's name
    :param port: the TCP port, or None for a free one
    :param workers: the number of HTTP worker processes, 0 for threads
    :param variables: environment variables for the server, such as ``STRIPE_API_BASE``
    :param options: further Odoo options, such as ``log_handler``
    :param within: the command that runs it, such as ``unshare`` with its options
    :param backlog: how many connections may wait for a worker where systemd listens on Odoo's
        behalf (its ``Backlog=``), or None where Odoo listens itself
    """

    def __init__(
        self,
        odoo,
        database,
        *,
        port=None,
        workers=0,
        variables=None,
        options=None,
        within=(),
        backlog=None,
    ):
        self.odoo = odoo
        self.database = database
        self.port = port or ports.free()
        self.workers = workers
        self.variables = dict(variables or {})
        self.options = dict(options or {})
        self.within = within
        self.backlog = backlog
        self.log_file = paths.LOGS / f"server_{database}_{self.port}.log"
        self.process = None
        self._ports = {"http_port": self.port}
        self._proxy = None
        if workers:
            self._ports = {"http_port": ports.free(), "gevent_port": ports.free()}

    @property
    def url(self):
        """The server's address, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ports(self):
        """The server's own ports: ``http_port``, and ``gevent_port`` where there are workers."""
        return dict(self._ports)

    def start(self, timeout=60):
        """Start the server and wait until it answers.

        :param timeout: seconds to wait
        :raises Problem: the server ends or does not answer in time
        """
        if self.workers and not self._proxy:
            self._proxy = Proxy(self.port, self._ports["http_port"], self._ports["gevent_port"])
            self._proxy.start()
        options = {**self._ports, "workers": self.workers, **self.options}
        name = f"{self.database}_{self.port}"
        configuration = odoo_config.write(self.odoo, self.database, file_name=name, **options)
        paths.LOGS.mkdir(parents=True, exist_ok=True)
        program = [*template.command(self.odoo), "-c", str(configuration)]
        with self.log_file.open("ab") as log, self._listening() as sockets:
            for number in sockets:
                program = [sys.executable, str(ACTIVATED), str(number), *program]
            self.process = subprocess.Popen(
                [*ending_with_us(), *self.within, *program],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**template.environment(self.odoo), **self.variables},
                pass_fds=sockets,
                # Ctrl-C reaches us alone; we then stop the server ourselves.
                start_new_session=True,
            )
        self._wait_until_it_answers(timeout)

    @contextlib.contextmanager
    def _listening(self):
        """Yield the numbers of the sockets that are opened on Odoo's behalf, if any are."""
        if not self.backlog:
            yield ()
            return
        address = ("127.0.0.1", self._ports["http_port"])
        with socket.create_server(address, backlog=self.backlog) as listening:
            # As with `NonBlocking=true`: a worker must not wait for what another one has taken.
            listening.setblocking(False)
            yield (listening.fileno(),)

    def _wait_until_it_answers(self, timeout):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Problem(
                    f"Odoo did not start: {last_line(self.log_file)} (log: {self.log_file})"
                )
            if self._answers(timeout):
                return
            time.sleep(0.1)
        self.kill()
        raise Problem(f"Odoo does not answer after {timeout} s (log: {self.log_file})")

    def _answers(self, timeout):
        # The login page, unlike /web/health, loads the database's registry.
        try:
            with urllib.request.urlopen(f"{self.url}/web/login", timeout=timeout) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self, timeout=20):
        """Stop the server as a service manager would; kills it after ``timeout`` seconds."""
        if not self.process:
            return
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout)
        self.kill()

    def kill(self):
        """End the server and its workers at once (``kill -9``), as a power cut would."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def restart(self):
        """Stop the server if it runs and start it again on the same port."""
        self.stop()
        self.start()

    def close(self):
        """Stop the server for good, its proxy included."""
        self.stop()
        if self._proxy:
            self._proxy.stop()
            self._proxy = None

    def workers_running(self):
        """Return the process ids of the HTTP and event workers (none when threaded)."""
        return [child.pid for child in psutil.Process(self.process.pid).children(recursive=True)]
