"""The handle of :mod:`benchmarks.support.stripe_end`, the process that plays Stripe."""

import json
import socket
import subprocess
import sys

import certifi
import requests

from harness import paths, ports

FOLDER = paths.RUN / "benchmarks"


class FarEnd:
    """Stripe, at the end of a wire; a context manager.

    :ivar str url: of the simulator, for the control API
    :ivar str secret_key: of the simulated account
    """

    def __init__(self):
        self._process = None
        self._http = requests.Session()
        self._silence = socket.socket()

    def __enter__(self):
        FOLDER.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.support.stripe_end", str(FOLDER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        facts = json.loads(self._process.stdout.readline())
        self.url, self.secret_key = facts["url"], facts["secret_key"]
        self.api_port, self.script_port = facts["api_port"], facts["script_port"]
        self._write_bundle(facts["authority"])
        self._silence.bind(("127.0.0.1", 0))
        self._silence.listen(512)
        self.lead_to(self.api_port)
        return self

    def __exit__(self, *exc_info):
        self._silence.close()
        self._process.stdin.close()
        self._process.wait(10)

    @property
    def pid(self):
        """The process that plays Stripe."""
        return self._process.pid

    @property
    def variables(self):
        """The environment of a server that shall take this for Stripe."""
        return {
            "STRIPE_WIRE_PORT_FILE": str(FOLDER / "port"),
            "STRIPE_WIRE_LOG": str(FOLDER / "calls.jsonl"),
            "REQUESTS_CA_BUNDLE": str(FOLDER / "bundle.pem"),
        }

    @property
    def silent_port(self):
        """A port that accepts connections and never answers."""
        return self._silence.getsockname()[1]

    @property
    def closed_port(self):
        """A port that refuses connections."""
        return ports.free()

    def lead_to(self, port):
        """Lead servers that ask for Stripe to a port of this machine."""
        (FOLDER / "port").write_text(str(port))

    def _write_bundle(self, authority):
        """Write all authorities that a client trusts, and ours: reading them takes its time."""
        with open(certifi.where()) as known, open(authority) as ours:
            (FOLDER / "bundle.pem").write_text(known.read() + ours.read())

    def post(self, path, **data):
        """Call the simulator's control API."""
        answer = self._http.post(f"{self.url}/_simulator/{path}", json=data, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def get(self, path, **data):
        """Ask the simulator's control API."""
        answer = self._http.get(f"{self.url}/_simulator/{path}", params=data, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def calls(self, since):
        """Return the calls that arrived at Stripe since a time in seconds since the epoch."""
        return self.get("calls", since=since)

    @staticmethod
    def client_calls(since):
        """Return the calls that servers made since a time, as they saw them."""
        lines = (FOLDER / "calls.jsonl").read_text().splitlines()
        notes = [json.loads(line) for line in lines]
        return [note for note in notes if note["began"] >= since]

    def add_readers(self, serial_numbers):
        """Register readers."""
        for number in serial_numbers:
            self.post("readers", serial_number=number, label=number)
