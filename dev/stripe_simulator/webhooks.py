"""Sending events to webhook endpoints (page "Receive Stripe events in your webhook endpoint")."""

import collections
import fnmatch
import hashlib
import hmac
import http.client
import ipaddress
import json
import logging
import queue
import threading
import time
from urllib.parse import urlsplit

from . import versions

_logger = logging.getLogger(__name__)
TIMEOUT = 20  # seconds
FORGED_SECRET = "whsec_somebody_elses_secret"


def is_loopback(url):
    """Return whether an address is on this machine; nothing else is ever contacted."""
    host = (urlsplit(url).hostname or "").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def signature(secret, payload, timestamp):
    """Return the `Stripe-Signature` of a payload (page "Resolve signature verification errors")."""
    signed = f"{timestamp}.".encode() + payload
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


class Webhooks:
    """Deliveries of events, one thread for each endpoint so that they keep their order."""

    def __init__(self, simulator, retry_delays=()):
        """Make it.

        :param retry_delays: seconds before each further attempt after one that failed
        """
        self.simulator = simulator
        self.retry_delays = tuple(retry_delays)
        self.secrets = {}  # endpoint id -> signing secret
        self.deliveries = collections.deque(maxlen=10_000)
        self._queues = {}  # endpoint id -> jobs for its thread
        self._held = {}  # endpoint id -> job that waits for the next one
        self._jobs = set()  # all that is on its way
        self._condition = threading.Condition()
        self._stopped = False

    def deliver(self, environment, event):
        """Send an event to all endpoints that listen to it; returns at once."""
        for endpoint in environment.objects["webhook_endpoint"].values():
            if endpoint["status"] == "enabled" and _listens(endpoint, event["type"]):
                event["pending_webhooks"] += 1
                self._send(environment, endpoint, event)

    def resend(self, event_id):
        """Send an event once more to the endpoints that listen to it."""
        with self.simulator.lock:
            for environment in self.simulator.environments():
                event = environment.find("event", event_id)
                if event:
                    self.deliver(environment, event)
                    return event
        return None

    def forge(self, environment, event_type, obj):
        """Send an event that never happened, signed with a wrong secret."""
        event = environment.new("event")
        event.update(
            api_version=environment.account.api_version,
            data={"object": obj},
            pending_webhooks=0,
            request={"id": None, "idempotency_key": None},
            type=event_type,
        )
        with self.simulator.lock:
            for endpoint in environment.objects["webhook_endpoint"].values():
                if _listens(endpoint, event_type):
                    self._enqueue(_Job(environment, endpoint, event, forged=True))
        return event

    def wait_until_idle(self, timeout=10):
        """Wait until nothing is on its way, delayed deliveries included; False when time is up."""
        with self._condition:
            return self._condition.wait_for(lambda: not self._jobs, timeout)

    def clear(self):
        """Forget the endpoints' secrets, the log and held deliveries."""
        self.secrets.clear()
        self.deliveries.clear()
        with self._condition:
            self._held.clear()
            self._jobs.clear()
            self._condition.notify_all()

    def stop(self):
        """Send nothing any more."""
        with self._condition:
            self._stopped = True
            for jobs in self._queues.values():
                jobs.put(None)
            self._queues.clear()
            self._jobs.clear()
            self._condition.notify_all()

    def restart(self):
        """Send again after `stop`."""
        with self._condition:
            self._stopped = False

    def _send(self, environment, endpoint, event):
        fault = self.simulator.faults.take_webhook(event["type"])
        kind = fault.kind if fault else None
        job = _Job(
            environment,
            endpoint,
            event,
            fault=kind,
            forged=kind == "forge",
            unsigned=kind == "unsigned",
        )
        if kind == "drop":
            self._note(job, None, "dropped")
            return
        if kind == "reorder":
            with self._condition:
                self._held[endpoint["id"]] = job
            return
        if kind == "delay":
            self._later(fault.seconds, job)
            return
        self._enqueue(job)
        if kind == "double":
            self._enqueue(_Job(environment, endpoint, event, fault=kind))
        with self._condition:
            held = self._held.pop(endpoint["id"], None)
        if held:
            self._enqueue(held)

    def _later(self, seconds, job):
        with self._condition:
            self._jobs.add(job)
        self.simulator.scheduler.after(seconds, self._enqueue, job)

    def _enqueue(self, job):
        endpoint_id = job.endpoint["id"]
        with self._condition:
            if self._stopped:
                return
            self._jobs.add(job)
            jobs = self._queues.get(endpoint_id)
            if jobs is None:
                jobs = self._queues[endpoint_id] = queue.SimpleQueue()
                name = f"stripe-webhook-{endpoint_id[-4:]}"
                threading.Thread(target=self._work, args=(jobs,), name=name, daemon=True).start()
        jobs.put(job)

    def _work(self, jobs):
        while True:
            job = jobs.get()
            if job is None:
                return
            again = None
            try:
                again = self._attempt(job)
            except Exception:
                _logger.exception("A delivery of the Stripe simulator failed")
            if again is not None:
                self._later(again, job)
                continue
            with self._condition:
                self._jobs.discard(job)
                self._condition.notify_all()

    def _attempt(self, job):
        """Send a job once; return after how many seconds to try again, or None."""
        url = job.endpoint["url"]
        if not is_loopback(url):
            self._note(job, None, "not a loopback address: never contacted")
            return None
        status = error = None
        try:
            status = _post(url, *self._message(job))
        except (OSError, http.client.HTTPException) as problem:
            error = str(problem) or type(problem).__name__
        self._note(job, status, error)
        if status is not None and 200 <= status < 300:
            if not job.forged:
                with self.simulator.lock:
                    job.event["pending_webhooks"] = max(job.event["pending_webhooks"] - 1, 0)
            return None
        job.attempt += 1
        return dict(enumerate(self.retry_delays, 2)).get(job.attempt)

    def _message(self, job):
        environment, endpoint = job.environment, job.endpoint
        with self.simulator.lock:
            event = self.simulator.copy(job.event)
            version = endpoint["api_version"] or environment.account.api_version
            event["api_version"] = version
            versions.adapt(event, version, self.simulator.charges_of(environment))
            secret = self.secrets.get(endpoint["id"], "")
        payload = json.dumps(event, indent=2).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Accept": "*/*; q=0.5, application/xml",
        }
        if not job.unsigned:
            secret = FORGED_SECRET if job.forged else secret
            headers["Stripe-Signature"] = signature(secret, payload, int(time.time()))
        return payload, headers

    def _note(self, job, status, error):
        self.deliveries.append(
            {
                "event": job.event["id"],
                "type": job.event["type"],
                "endpoint": job.endpoint["id"],
                "url": job.endpoint["url"],
                "attempt": job.attempt,
                "status": status,
                "error": error,
                "fault": job.fault,
                "time": time.time(),
            }
        )


class _Job:
    """One event on its way to one endpoint."""

    def __init__(self, environment, endpoint, event, fault=None, forged=False, unsigned=False):
        self.environment = environment
        self.endpoint = endpoint
        self.event = event
        self.fault = fault
        self.forged = forged
        self.unsigned = unsigned
        self.attempt = 1


def _listens(endpoint, event_type):
    return any(fnmatch.fnmatchcase(event_type, name) for name in endpoint["enabled_events"])


def _post(url, payload, headers):
    """Send one request without proxies and without following redirects."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    connection_class = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    host = parts.hostname
    if host == "localhost" or host.endswith(".localhost"):
        host = "127.0.0.1"
    connection = connection_class(host, parts.port, timeout=TIMEOUT)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, payload, {**headers, "Host": parts.netloc})
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()
