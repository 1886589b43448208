"""The first of the README's two commands: it brings up a coffee bar that answers, and stops."""

import re
import signal
import subprocess

import pytest
import requests

from harness import paths
from harness.rpc import OdooClient

ADDRESSES = re.compile(r"(?m)^  (The \w+) +(http\S+?)/?(/pos\S*)?$")


@pytest.fixture
def start_demo():
    """A function that starts ``./dev/demo`` with arguments, and returns it when it answers."""
    demos = []

    def start(*arguments):
        # What runs in the background of a shell ignores Ctrl-C, and so would all that it starts.
        listening = ["env", "--default-signal=INT"]
        demo = subprocess.Popen(
            [*listening, paths.ROOT / "dev" / "demo", *arguments], stdout=subprocess.PIPE, text=True
        )
        demos.append(demo)
        said = ""
        for line in demo.stdout:
            said += line
            if "Ctrl-C stops everything" in line:
                return demo, said
        raise AssertionError(f"the demo has ended by itself: {said}")

    yield start
    for demo in demos:
        # It stops its Odoo, which a kill would leave behind.
        demo.terminate()
        demo.wait(60)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("arguments", [[], ["--kiosk"]], ids=["till", "kiosk"])
def test_it_starts_and_stops(start_demo, arguments):
    demo, said = start_demo(*arguments)
    found = {what: (server, path) for what, server, path in ADDRESSES.findall(said)}
    assert list(found) == ["The till", *(["The kiosk"] if arguments else []), "The reader"], said
    for server, path in found.values():
        assert requests.get(server + path, timeout=60).ok
    login = re.search(r"Login +(\w+) / (\w+)", said)
    name = re.search(r"Server log .*server_(\w+?)_\d+\.log", said)[1]
    cashier = OdooClient(found["The till"][0], name, *login.groups())
    registers = cashier.read("pos.config", [], ["name"])
    assert "Coffee bar" in [register["name"] for register in registers]

    demo.send_signal(signal.SIGINT)
    assert "Stopping" in demo.communicate(timeout=60)[0]
    with pytest.raises(requests.ConnectionError):
        requests.get(found["The till"][0], timeout=5)
