"""A fresh simulator for each test, and the real SDK pointed at it."""

import contextlib
import http.server
import json
import threading
import time

import pytest
import stripe

from stripe_simulator import Simulator

stripe.enable_telemetry = False
VERSION = "2026-10-28.endive"
OLD_VERSION = "2026-08-26.dahlia"


@pytest.fixture
def sim():
    """A running simulator whose payments are settled within `tap`."""
    with Simulator(result_time=1, reader_timeout=0.3) as simulator:
        yield simulator


@pytest.fixture
def connect(sim):
    """A function that returns a `StripeClient` for a key and an API version."""

    def make(key=None, version=VERSION, **options):
        return stripe.StripeClient(
            key or sim.account.secret_key,
            stripe_version=version,
            base_addresses={"api": sim.url},
            max_network_retries=0,
            **options,
        )

    return make


@pytest.fixture
def api(connect):
    """The default account's `client.v1`."""
    return connect().v1


@pytest.fixture
def reader(sim):
    """A reader of the default account."""
    return sim.account.add_reader("WSC513105011295", label="Till 1")


@pytest.fixture
def pay(api, reader):
    """A function that creates a PaymentIntent and sends it to the reader; returns the intent."""

    def make(amount=1200, currency="usd", config=None, device=None, **values):
        values.setdefault("allowed_payment_method_types", ["card_present"])
        intent = api.payment_intents.create({"amount": amount, "currency": currency, **values})
        params = {"payment_intent": intent.id, "process_config": config or {}}
        params["process_config"].setdefault("enable_customer_cancellation", True)
        api.terminal.readers.process_payment_intent((device or reader).id, params)
        return intent

    return make


@pytest.fixture
def inbox():
    """A webhook endpoint on this machine: `inbox.url`, `inbox.received`, `inbox.wait(count)`."""
    with contextlib.closing(Inbox()) as box:
        yield box


class Inbox:
    """Collects what is posted to it; answers `status`."""

    def __init__(self):
        self.received = []
        self.status = 200
        self._condition = threading.Condition()
        inbox = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                inbox.take(body, dict(self.headers))
                self.send_response(inbox.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                """Keep quiet."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def take(self, body, headers):
        """Keep one delivery."""
        with self._condition:
            self.received.append((body, headers))
            self._condition.notify_all()

    def wait(self, count, timeout=5):
        """Return the events as dicts when there are at least `count` of them."""
        with self._condition:
            assert self._condition.wait_for(lambda: len(self.received) >= count, timeout)
        return self.events

    @property
    def events(self):
        """All events so far, as dicts."""
        return [json.loads(body) for body, _headers in self.received]

    @property
    def types(self):
        """The types of all events so far."""
        return [event["type"] for event in self.events]

    def close(self):
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


def wait_until(condition, timeout=5):
    """Wait until a function returns something true, and return that."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError("It did not happen in time")
