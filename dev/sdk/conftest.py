"""The simulator beside, with its own SDK, and our gateway on the SDK under test."""

import json
import os
import subprocess
import sys

import pytest
import requests

from harness import paths
from stripe_terminal.gateway import Gateway

SERIAL = "WSC513105011295"


class Beside:
    """The simulator in a process of its own, told by its control API what people do."""

    def __init__(self):
        command = [sys.executable, "-m", "stripe_simulator", "--country", "CA", "--reader", SERIAL]
        command += ["--latency", "0", "--acknowledgement-delay", "0", "--processing-time", "0"]
        # It knows parameters and answers from the newest SDK, whichever is under test here.
        environment = {**os.environ, "PYTHONPATH": str(paths.DEV)}
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=environment
        )
        self.url = self._process.stdout.readline().partition(": ")[2].strip()
        (account,) = self.control("GET", "accounts")
        self.key, self.live_key = account["secret_key"], account["live_secret_key"]
        (reader,) = account["readers"]
        self.reader = reader["id"]

    def control(self, method, path, /, **data):
        """Do something at the simulator; returns what it answers."""
        answer = requests.request(method, f"{self.url}/_simulator/{path}", json=data, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def tap(self, **data):
        """Hold a card to the reader."""
        return self.control("POST", f"readers/{self.reader}/tap", **data)

    def requests(self, path):
        """Return the log of the requests to a path, oldest first."""
        return self.control("GET", "requests", path=path)

    def stop(self):
        """End the process."""
        self._process.terminate()
        self._process.wait(10)
        self._process.stdout.close()


class Called:
    """A gateway that notes which of its methods answered, and looks at each answer."""

    def __init__(self, gateway):
        self._gateway = gateway
        self.names = set()

    def __getattr__(self, name):
        method = getattr(self._gateway, name)

        def call(*arguments, **keywords):
            reply = method(*arguments, **keywords)
            self.names.add(name)
            if reply is not None:
                assert json.loads(json.dumps(reply.data)) == reply.data
                assert type(reply.data) is dict
                assert reply.request_id.startswith("req_")
            return reply

        return call


@pytest.fixture(scope="session")
def beside():
    """The simulator of the run."""
    simulator = Beside()
    yield simulator
    simulator.stop()


@pytest.fixture(scope="session")
def gateway(beside):
    """The gateway of the run."""
    return Called(Gateway(beside.key, beside.url))


@pytest.fixture(autouse=True)
def no_faults_left(beside):
    """Take the simulator's faults back after each test."""
    yield
    beside.control("DELETE", "faults")
