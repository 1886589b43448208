"""The control API and the pages."""

import re
import threading
import time

import pytest
import requests

from stripe_simulator.pages import FOLDER


@pytest.fixture
def control(sim):
    """A function that calls the control API and returns its JSON."""

    def call(method, path, status=200, /, **data):
        answer = requests.request(
            method, f"{sim.url}/_simulator/{path}", json=data or None, timeout=10
        )
        assert answer.status_code == status, answer.text
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        return answer.json()

    return call


@pytest.fixture
def at(reader):
    """The reader's place in the control API, by its serial number."""
    return f"readers/{reader.serial_number}"


def test_paying(control, at, pay, api):
    intent = pay()
    assert control("GET", f"{at}/screen")["state"] == "amount"
    assert control("POST", f"{at}/tap", card="5555555555554444")["state"] == "approved"
    assert control("GET", "ledger")["currencies"]["usd"]["captured"] == 1200
    assert api.payment_intents.retrieve(intent.id).status == "succeeded"


def test_reader_by_its_id(control, reader, pay):
    pay()
    assert control("POST", f"readers/{reader.id}/insert")["state"] == "approved"


def test_other_ends(control, at, pay):
    pay()
    assert control("POST", f"{at}/decline", reason="lost_card")["code"] == "lost_card"
    pay()
    assert control("POST", f"{at}/customer_cancel")["state"] == "cancelled"
    pay()
    assert control("POST", f"{at}/connection_error", approved=False)["state"] == "declined"


def test_network(control, at, sim):
    assert control("POST", f"{at}/offline")["network"] == "offline"
    assert control("POST", f"{at}/unplug", received=True)["network"] == "silent"
    assert control("POST", f"{at}/online")["network"] == "online"
    assert control("POST", f"{at}/occupy", reason="updating")["occupied"] == "updating"
    assert control("POST", f"{at}/occupy", reason=None)["occupied"] is None


def test_auto_present(control, at, pay, reader):
    answer = control("POST", f"{at}/auto_present", after_seconds=0.05, card="4242424242424242")
    assert answer["auto_present"]["after"] == 0.05
    pay()
    deadline = time.monotonic() + 3
    while reader.screen["state"] != "approved" and time.monotonic() < deadline:
        time.sleep(0.01)
    assert reader.screen["state"] == "approved"
    assert control("POST", f"{at}/auto_present", after_seconds=None)["auto_present"] is None


def test_refusals(control, at):
    assert "does not wait" in control("POST", f"{at}/tap", 409)["error"]
    assert "No reader" in control("POST", "readers/nothing/tap", 404)["error"]
    control("GET", "teapots", 404)
    control("POST", f"{at}/tap", 400, colour="red")
    control("POST", f"{at}/auto_present", 400)
    control("POST", "faults", 409, kind="flood")
    control("POST", "settings", 404, colour="red")


def test_faults(control, sim, api):
    made = control("POST", "faults", method="GET", path="/v1/account", kind="500", times=2)
    assert (made["kind"], made["times"]) == ("500_before", 2)
    control("POST", "faults", webhook="drop", event="charge.*")
    assert [rule["target"] for rule in control("GET", "faults")] == ["request", "webhook"]
    assert control("DELETE", "faults") == []
    assert api.accounts.retrieve_current().id


def test_requests(control, api):
    api.payment_intents.create({"amount": 100, "currency": "usd"}, {"idempotency_key": "k"})
    api.payment_intents.list()
    records = control("GET", "requests?method=post&path=/v1/payment*")
    assert len(records) == 1
    record = records[0]
    assert (record["method"], record["path"], record["status"]) == (
        "POST",
        "/v1/payment_intents",
        200,
    )
    assert record["params"] == {"amount": "100", "currency": "usd"}
    assert record["idempotency_key"] == "k"
    assert record["request_id"].startswith("req_")
    assert len(control("GET", "requests")) == 2


def test_settings(control, sim):
    assert control("POST", "settings", latency=0.01, processing_time=2)["processing_time"] == 2
    assert sim.latency == 0.01
    assert control("GET", "settings")["latency"] == 0.01


def test_accounts_readers_cards_and_deliveries(control, sim):
    other = sim.add_account(country="CA")
    control("POST", "readers", serial_number="WSC-CA", account=other.id)
    control("POST", "readers", 404, serial_number="X", account="acct_no")
    accounts = control("GET", "accounts")
    assert [account["secret_key"] for account in accounts] == [
        sim.account.secret_key,
        other.secret_key,
    ]
    assert accounts[1]["readers"][0]["serial_number"] == "WSC-CA"
    assert [screen["serial_number"] for screen in control("GET", "readers")] == ["WSC-CA"]
    assert "4242424242424242" in [card["number"] for card in control("GET", "cards")]
    assert control("GET", "deliveries") == []
    assert control("GET", f"ledger?account={other.id}") == {"currencies": {}, "intents": []}


def test_reset(control, sim, api, pay):
    pay()
    sim.faults.add("GET", "/v1/account", "500_before")
    key = sim.account.secret_key
    control("POST", "reset")
    assert sim.account.secret_key == key
    assert sim.ledger()["intents"] == []
    assert sim.requests() == []
    assert api.terminal.readers.list().data == []
    assert api.accounts.retrieve_current().id == sim.account.id


def test_screen_waits_for_a_change(control, at, sim, pay, api):
    before = control("GET", f"{at}/screen")
    started = time.monotonic()
    assert control("GET", f"{at}/screen?after={before['version']}&wait=0.1") == before
    assert time.monotonic() - started >= 0.1
    later = threading.Timer(0.1, pay)
    later.start()
    version, state = before["version"], "idle"
    while state != "amount":
        screen = control("GET", f"{at}/screen?after={version}&wait=5")
        version, state = screen["version"], screen["state"]
    later.join()


def test_browsers_may_use_it_from_other_pages(sim, at):
    answer = requests.options(
        f"{sim.url}/_simulator/{at}/tap",
        headers={"Origin": "http://till.example", "Access-Control-Request-Method": "POST"},
        timeout=5,
    )
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize(
    "path, kind",
    [
        ("/", "text/html"),
        ("/reader/WSC513105011295", "text/html"),
        ("/screen/reader.js", "javascript"),
        ("/screen/page.css", "text/css"),
        ("/favicon.ico", "image/svg"),
    ],
)
def test_pages(sim, path, kind):
    answer = requests.get(sim.url + path, timeout=5)
    assert answer.status_code == 200
    assert kind in answer.headers["Content-Type"]


@pytest.mark.parametrize("path", ["/screen/../server.py", "/screen/nothing", "/somewhere"])
def test_no_other_files(sim, path):
    assert requests.get(sim.url + path, timeout=5).status_code == 404
    assert requests.post(sim.url + path, timeout=5).status_code == 405


def test_pages_use_nothing_from_elsewhere():
    for page in FOLDER.iterdir():
        text = page.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|//[a-z]+\.[a-z]", text), page.name
        for used in re.findall(r'(?:src|href)="([^"]+)"', text):
            assert used == "/" or (FOLDER / used.removeprefix("/screen/")).is_file(), used


def test_screen_waits_for_a_state(control, at, pay, reader):
    threading.Timer(0.1, pay).start()
    assert control("GET", f"{at}/screen?state=amount&wait=5")["amount"] == 1200
    assert "not idle" in control("GET", f"{at}/screen?state=idle&wait=0.05", 409)["error"]
