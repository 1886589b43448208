"""The first of the README's two commands: it brings up a coffee bar that answers, and stops."""

import re
import signal
import subprocess

import pytest
import requests

from harness import commands, demo, paths
from harness.rpc import OdooClient

ADDRESSES = re.compile(r"(?m)^  (The \w+) +(http\S+?)/?(/pos\S*)?$")


@pytest.fixture
def start_demo():
    """A function that starts ``./dev/demo`` with arguments, and returns it when it answers."""
    demos = []

    def start(*arguments):
        command = [*commands.INTERRUPTIBLE, paths.ROOT / "dev" / "demo", *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        demos.append(process)
        said = ""
        for line in process.stdout:
            said += line
            if demo.READY in line:
                return process, said
        raise AssertionError(f"the demo has ended by itself: {said}")

    yield start
    for process in demos:
        # It stops its Odoo, which a kill would leave behind.
        process.terminate()
        process.wait(60)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("arguments", [[], ["--kiosk"]], ids=["till", "kiosk"])
def test_it_starts_and_stops(start_demo, arguments):
    process, said = start_demo(*arguments)
    found = {what: (server, path) for what, server, path in ADDRESSES.findall(said)}
    assert list(found) == ["The till", *(["The kiosk"] if arguments else []), "The reader"], said
    for server, path in found.values():
        assert requests.get(server + path, timeout=60).ok
    login = re.search(r"Login +(\w+) / (\w+)", said)
    name = re.search(r"Server log .*server_(\w+?)_\d+\.log", said)[1]
    cashier = OdooClient(found["The till"][0], name, *login.groups())
    registers = cashier.read("pos.config", [], ["name"])
    assert "Coffee bar" in [register["name"] for register in registers]

    process.send_signal(signal.SIGINT)
    assert "Stopping" in process.communicate(timeout=60)[0]
    with pytest.raises(requests.ConnectionError):
        requests.get(found["The till"][0], timeout=5)
