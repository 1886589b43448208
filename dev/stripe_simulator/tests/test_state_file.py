"""Keeping everything between two runs, and the command line."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
import stripe

from stripe_simulator import Simulator

from .conftest import VERSION, wait_until

SERIAL = "WSC513105011295"


@pytest.fixture
def run(tmp_path):
    """A function that returns a simulator with the same state file each time."""

    def make(**settings):
        return Simulator(state_file=tmp_path / "state.json", **settings)

    return make


def client(sim):
    return stripe.StripeClient(
        sim.account.secret_key, stripe_version=VERSION, base_addresses={"api": sim.url}
    ).v1


def pay(api, reader, **options):
    intent = api.payment_intents.create(
        {"amount": 1200, "currency": "usd", "allowed_payment_method_types": ["card_present"]},
        options,
    )
    api.terminal.readers.process_payment_intent(reader.id, {"payment_intent": intent.id})
    return intent


def test_all_is_still_there(run, inbox):
    with run(country="CA", name="Bar") as sim:
        other = sim.add_account(country="DE", platform=sim.account)
        restricted = sim.account.add_restricted_key(["payment_intent_read"])
        sim.account.expire_key(sim.account.live_secret_key)
        reader = sim.account.add_reader(SERIAL, label="Till")
        api = client(sim)
        hook = api.webhook_endpoints.create({"url": inbox.url, "enabled_events": ["*"]})
        first = pay(api, reader, idempotency_key="k")
        reader.tap()
        second = pay(api, reader)
        keys, ledger = sim.account.secret_key, sim.ledger()
    with run() as sim:
        assert (sim.account.secret_key, sim.account.country, sim.account.name) == (
            keys,
            "CA",
            "Bar",
        )
        assert [account.id for account in sim.account.connected] == [other.id]
        assert sim.keys[restricted].permissions == {"payment_intent_read"}
        assert sim.keys[sim.account.live_secret_key].expired
        assert sim.ledger() == ledger
        api = client(sim)
        assert api.payment_intents.retrieve(first.id).status == "succeeded"
        params = {"amount": 1200, "currency": "usd"}
        again = api.payment_intents.create(
            {**params, "allowed_payment_method_types": ["card_present"]}, {"idempotency_key": "k"}
        )
        assert again.id == first.id
        reader = sim.reader(SERIAL)
        assert reader.screen["payment_intent"] == second.id
        count = len(inbox.received)
        reader.tap()
        inbox.wait(count + 3)
        body, headers = inbox.received[-1]
        assert stripe.Webhook.construct_event(body, headers["Stripe-Signature"], hook.secret)
        assert api.payment_intents.retrieve(second.id).status == "succeeded"


def test_payment_that_was_being_authorized_is_settled(run):
    with run(processing_time=60) as sim:
        sim.account.offer_tips(usd={"percentages": [10, 15, 20]})
        reader = sim.account.add_reader(SERIAL)
        intent = pay(client(sim), reader)
        reader.insert("5555555555554444", tip=100)
    with run() as sim:
        assert client(sim).payment_intents.retrieve(intent.id).amount_received == 1300
        assert sim.reader(SERIAL).screen["state"] == "approved"


def test_the_file_is_written_while_it_runs(run, tmp_path):
    path = tmp_path / "state.json"
    with run() as sim:
        reader = sim.account.add_reader(SERIAL)
        intent = pay(client(sim), reader)
        wait_until(lambda: path.exists() and intent.id in path.read_text())
        reader.tap()
        wait_until(lambda: "succeeded" in path.read_text())


def test_file_of_another_format_is_left_aside(run, tmp_path):
    (tmp_path / "state.json").write_text(json.dumps({"format": 0}))
    with run() as sim:
        assert sim.account.readers() == []


@pytest.fixture
def command(tmp_path):
    """A function that starts the command line and returns (process, lines it printed)."""
    processes = []

    def start(*arguments):
        folder = Path(__file__).parents[2]
        process = subprocess.Popen(
            [sys.executable, "-m", "stripe_simulator", *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(folder)},
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        lines = []
        for line in process.stdout:
            lines.append(line.strip())
            if line.startswith("Ready"):
                break
        return process, lines

    yield start
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close()


def test_command_line(command, tmp_path):
    arguments = [
        "--reader",
        f"{SERIAL}=Till 1",
        "--country",
        "BE",
        "--state-file",
        str(tmp_path / "state.json"),
    ]
    process, lines = command(*arguments)
    url = re.search(r"http://127\.0\.0\.1:\d+", lines[0]).group()
    assert f"Reader Till 1: {url}/reader/{SERIAL}" in lines
    account = requests.get(f"{url}/_simulator/accounts", timeout=5).json()[0]
    assert (account["country"], account["currency"]) == ("BE", "eur")
    assert f"Secret key: {account['secret_key']}" in lines
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0
    _process, again = command(*arguments)
    assert f"Secret key: {account['secret_key']}" in again
    assert len([line for line in again if line.startswith("Reader")]) == 1
