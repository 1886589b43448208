"""The HTTP server: kept-alive connections, many clients, speed, stopping."""

import http.client
import json
import threading
import time
from urllib.parse import urlsplit

import pytest
import requests

from stripe_simulator import Simulator, SimulatorError


def connection_to(sim):
    parts = urlsplit(sim.url)
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)


def test_connections_are_kept(sim):
    connection = connection_to(sim)
    headers = {"Authorization": f"Bearer {sim.account.secret_key}"}
    ports = set()
    for _ in range(3):
        connection.request("GET", "/v1/account", headers=headers)
        answer = connection.getresponse()
        assert answer.version == 11
        assert json.loads(answer.read())["id"] == sim.account.id
        ports.add(connection.sock.getsockname()[1])
    assert len(ports) == 1
    connection.close()


def test_errors_keep_the_connection(sim):
    connection = connection_to(sim)
    connection.request("POST", "/v1/account", body="a=1")
    assert connection.getresponse().read()
    port = connection.sock.getsockname()[1]
    connection.request("GET", "/nothing")
    assert connection.getresponse().read()
    assert connection.sock.getsockname()[1] == port
    connection.close()


def test_http_1_0_and_malformed_requests(sim):
    parts = urlsplit(sim.url)
    connection = connection_to(sim)
    connection.connect()
    connection.sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
    text = b""
    while chunk := connection.sock.recv(65536):
        text += chunk
    assert b"200 OK" in text
    connection.close()
    other = http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)
    other.connect()
    other.sock.sendall(b"nonsense\r\n\r\n")
    assert b"400" in other.sock.recv(65536)
    other.close()
    assert requests.get(sim.url, timeout=5).status_code == 200


def test_many_clients_at_once(sim, connect):
    readers = [sim.account.add_reader(f"WSC{number}") for number in range(8)]
    problems = []

    def shop(reader):
        try:
            api = connect().v1
            for _ in range(5):
                intent = api.payment_intents.create(
                    {
                        "amount": 1000,
                        "currency": "usd",
                        "allowed_payment_method_types": ["card_present"],
                    }
                )
                api.terminal.readers.process_payment_intent(
                    reader.id, {"payment_intent": intent.id}
                )
                reader.tap()
                assert api.payment_intents.retrieve(intent.id).status == "succeeded"
        except Exception as error:  # noqa: BLE001 (reported below)
            problems.append(error)

    threads = [threading.Thread(target=shop, args=(reader,)) for reader in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert sim.ledger()["currencies"]["usd"]["captured"] == 8 * 5 * 1000


def test_delays_hold_nobody_else_up(sim, connect):
    sim.latency = 0.3
    started = time.monotonic()
    threads = [threading.Thread(target=connect().v1.accounts.retrieve_current) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - started < 1.5


def test_start_and_stop():
    simulator = Simulator()
    with pytest.raises(SimulatorError):
        simulator.url  # noqa: B018 (raises)
    simulator.stop()
    with simulator:
        port = urlsplit(simulator.url).port
        with pytest.raises(SimulatorError):
            simulator.start()
        assert requests.get(simulator.url, timeout=5).status_code == 200
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{port}/", timeout=5)
    simulator.start()
    assert requests.get(simulator.url, timeout=5).status_code == 200
    simulator.stop()


def test_stopping_closes_kept_connections():
    simulator = Simulator().start()
    connection = connection_to(simulator)
    connection.request("GET", "/")
    connection.getresponse().read()
    simulator.stop()
    with pytest.raises((http.client.HTTPException, OSError)):
        connection.request("GET", "/")
        connection.getresponse()
    connection.close()


def test_fixed_port_is_free_again():
    with Simulator() as first:
        port = urlsplit(first.url).port
    with Simulator(port=port) as second:
        assert second.url.endswith(f":{port}")


def test_webhooks_go_on_after_a_restart(sim, api, inbox, connect):
    api.webhook_endpoints.create({"url": inbox.url, "enabled_events": ["*"]})
    for count in (1, 2):
        connect().v1.payment_intents.create({"amount": 100, "currency": "usd"})
        inbox.wait(count)
        sim.stop()
        sim.start()
