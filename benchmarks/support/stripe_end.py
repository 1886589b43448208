"""Stripe's end of the network: ``python -m benchmarks.support.stripe_end``, a process of its own.

The simulator behind a :class:`~benchmarks.support.wire.Wire`, Stripe's script host with a stand-in
for the script that core's addon loads, and further routes of the simulator's control API for what
customers do. Prints one line of JSON with its ports and goes on until its input ends.
"""

import http.server
import itertools
import json
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from stripe_simulator import Simulator, cards, payments
from stripe_simulator.control import control

from .wire import Certificates, Wire

HOSTS = ("api.stripe.com", "js.stripe.com")
SCRIPT = Path(__file__).with_name("terminal_script.js")
WEBHOOK_LANES = 16
_wires = []


@control("POST", "wire")
def set_wire(simulator, data):
    """Set the way to Stripe: `round_trip` seconds, `hang_up` closes all connections.

    Returns how many connections to the API were opened so far.
    """
    for wire in _wires:
        if "round_trip" in data:
            wire.round_trip = float(data["round_trip"])
        if data.get("hang_up"):
            wire.hang_up()
    return {"connections": _wires[0].connections}


@control("POST", "readers/<reference>/customer")
def customer(simulator, data, reference):
    """Have the next customer tap: `acknowledgement` of the reader, then `tap` seconds."""
    device = simulator.reader(reference)
    device.acknowledgement_delay = float(data["acknowledgement"])
    device.auto_present(float(data["tap"]), times=1)
    return {}


@control("POST", "readers/<reference>/tap_now")
def tap_now(simulator, data, reference):
    """Tap a card; returns when it was approved, in seconds since the epoch."""
    approved = time.time()
    simulator.reader(reference).tap()
    return {"approved": approved}


@control("POST", "intents/<intent_id>/authorize")
def authorize(simulator, data, intent_id):
    """Have a card read for an intent as Stripe's script in the browser does."""
    environment = simulator.account.environments[False]
    with simulator.lock:
        intent = environment.get("payment_intent", intent_id)
        payments.begin_authorization(environment, intent)
        reader = next(iter(environment.devices.values())).object
        approved = time.time()
        problem = payments.finish_authorization(
            environment, intent, payments.Presented(cards.find_card(cards.DEFAULT_CARD)), reader
        )
    return {"approved": approved, "problem": problem}


@control("GET", "calls")
def calls(simulator, data):
    """The calls to the API since `since` (seconds since the epoch), without their parameters."""
    since = float(data.get("since", 0))
    return [
        {
            "time": record.time,
            "method": record.method,
            "path": record.path,
            "request": record.request_id,
            "status": record.status,
            "duration": record.duration,
        }
        for record in simulator.requests()
        if record.time >= since
    ]


@control("POST", "webhooks")
def webhooks(simulator, data):
    """Send events to another server (`base_url`); send none, or send them again (`enabled`)."""
    environment = simulator.account.environments[False]
    with simulator.lock:
        for endpoint in environment.objects["webhook_endpoint"].values():
            if "base_url" in data:
                endpoint["url"] = data["base_url"] + urlsplit(endpoint["url"]).path
            if "enabled" in data:
                endpoint["status"] = "enabled" if data["enabled"] else "disabled"
    return {}


def deliver_side_by_side(deliveries):
    """Let events be delivered on several threads, as Stripe does, which keeps no order."""
    numbers, enqueue = itertools.count(), deliveries._enqueue

    def spread(job):
        lane = f"{job.endpoint['id']}-{next(numbers) % WEBHOOK_LANES}"
        deliveries.secrets[lane] = deliveries.secrets[job.endpoint["id"]]
        job.endpoint = {**job.endpoint, "id": lane}
        enqueue(job)

    deliveries._enqueue = spread


class ScriptHandler(http.server.BaseHTTPRequestHandler):
    """Stripe's script host."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = SCRIPT.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=60")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        """Say nothing."""


def main(folder):
    """Serve until the input ends.

    :param folder: for the certificates
    """
    simulator = Simulator(country="BE")
    deliver_side_by_side(simulator.webhooks)
    certificates = Certificates(Path(folder), HOSTS)
    scripts = http.server.ThreadingHTTPServer(("127.0.0.1", 0), ScriptHandler)
    threading.Thread(target=scripts.serve_forever, daemon=True).start()
    with simulator:
        api_port = int(simulator.url.rsplit(":", 1)[1])
        _wires.extend(Wire(port, certificates) for port in (api_port, scripts.server_port))
        for wire in _wires:
            wire.start()
        facts = {
            "url": simulator.url,
            "api_port": _wires[0].port,
            "script_port": _wires[1].port,
            "secret_key": simulator.account.secret_key,
            "authority": str(certificates.authority),
        }
        print(json.dumps(facts), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
