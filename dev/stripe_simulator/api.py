"""The way of a request through the simulated API, from the key to the answer."""

import json
import time
from collections import deque

from . import (
    auth,
    expansion,
    forms,
    ids,
    payments,
    resources,  # noqa: F401 (registers endpoints)
    versions,
)
from .call import Call
from .errors import ApiError, ConnectionDropped, rate_limited, rejected, server_error
from .routing import match
from .validation import checker_for, validate


class Answer:
    """Status, body and headers for the client."""

    def __init__(self, status, body, headers):
        self.status = status
        self.body = body
        self.headers = headers


class Api:
    """Everything below `/v1`."""

    def __init__(self, simulator):
        self.simulator = simulator
        self._recent = {}  # account id -> times of its last calls

    def handle(self, method, path, headers, text):
        """Answer one request.

        :param str text: query string, and form body behind it
        :raise ConnectionDropped: when a fault says so
        """
        record = self.simulator.log.start(method, path)
        request = _Request(self, record, headers, text)
        try:
            self.simulator.sleep(self.simulator.latency)
            return request.run()
        finally:
            record.finish()

    def check_rate(self, account):
        """Refuse too many calls of an account within a second.

        :raise ApiError: 429
        """
        limit = self.simulator.rate_limit
        if not limit:
            return
        now = time.monotonic()
        with self.simulator.lock:
            times = self._recent.setdefault(account.id, deque())
            while times and now - times[0] > 1:
                times.popleft()
            if len(times) >= limit:
                raise rate_limited()
            times.append(now)


class _Request:
    """One request and what is known about it so far."""

    def __init__(self, api, record, headers, text):
        self.api = api
        self.simulator = api.simulator
        self.record = record
        self.headers = headers
        self.text = text
        self.request_id = record.request_id = ids.new_request_id()
        self.key = None  # idempotency key
        self.holds_key = False
        self.environment = None
        self.version = None
        self.expand = []
        self.extra_headers = {}

    def run(self):
        try:
            status, body = self._run()
        except ApiError as error:
            status, body = error.status, self._error_body(error)
        except ConnectionDropped:
            raise
        finally:
            self._release_key()
        return self._answer(status, body)

    def _run(self):
        api_key = auth.find_key(self.simulator.keys, self.headers)
        account = auth.acting_account(api_key, self.headers.get("Stripe-Account"))
        self.environment = account.environments[api_key.environment.livemode]
        self.record.account = account.id
        self.version = versions.check(self.headers.get("Stripe-Version") or account.api_version)
        self.record.stripe_version = self.version
        raw = self.record.params = forms.decode(self.text)
        if self.record.method == "POST":
            self.key = self.record.idempotency_key = self.headers.get("Idempotency-Key")
        fault = self.simulator.faults.take(self.record.method, self.record.path, raw, account.id)
        route, path_ids = match(self.record.method, self.record.path)
        self.api.check_rate(account)
        api_key.check(route.permission, self.record.method != "GET")
        if fault and fault.is_at_the_door:
            self._before(fault)
        stored = self._take_key(raw)
        self._before(fault)
        if stored:
            status, body, original = stored
            self.record.replayed = True
            self.extra_headers["Idempotent-Replayed"] = "true"
            self.extra_headers["Original-Request"] = original
        elif fault and fault.kind == "late":
            self._put_off(route, path_ids, raw, fault)
        else:
            status, body = self._execute(route, path_ids, raw, fault)
        self._after(fault)
        return status, body

    def _take_key(self, raw):
        if not self.key:
            return None
        endpoint = f"{self.record.method} {self.record.path}"
        with self.simulator.lock:
            stored = self.environment.idempotency.begin(self.key, endpoint, raw)
        self.holds_key = stored is None
        return stored

    def _put_off(self, route, path_ids, raw, fault):
        """Leave the client without an answer and execute its request later.

        :raise ConnectionDropped: always
        """
        held, self.holds_key = self.holds_key, False
        if held:
            with self.simulator.lock:
                self.environment.idempotency.put_off(self.key, fault.meanwhile)

        def carry_out():
            self.holds_key = held
            try:
                return self._execute(route, path_ids, raw, None)[0]
            except ApiError as error:
                return error.status
            finally:
                self._release_key()

        if self.record.method != "GET":
            self.simulator.late.put_off(self.record, carry_out, fault.seconds)
        self.simulator.sleep(fault.hold)
        raise ConnectionDropped

    def _execute(self, route, path_ids, raw, fault):
        try:
            call = self._call(route, raw)
            if route.locked:
                with self.simulator.lock:
                    payments.expire(self.environment)
                    status, body = self._perform(route, call, path_ids)
            else:
                status, body = self._perform(route, call, path_ids)
        except ApiError as error:
            if error.executed:
                self._keep(error.status, self._error_body(error), fault)
                self._after(fault)
            raise
        self._keep(status, body, fault)
        return status, body

    def _call(self, route, raw):
        check = checker_for(route.params, versions.parameter_changes(self.version))
        params = validate(check, raw)
        self.expand = params.pop("expand", [])
        for name in sorted(params):
            if route.takes is not None and name not in route.takes:
                raise rejected(f"The simulator does nothing with the parameter {name}.", param=name)
        expansion.check_paths(route.returns, route.is_list, self.expand)
        return Call(
            self.simulator, self.environment, params, self.version, self.request_id, self.key
        )

    def _perform(self, route, call, path_ids):
        result = route.handler(call, **path_ids)
        with self.simulator.lock:
            result = self.simulator.copy(result)
            expansion.expand(self.environment, result, self.expand)
            versions.adapt(result, self.version, self.simulator.charges_of(self.environment))
            if self.record.method != "GET":
                self.simulator.notify()
        return 200, result

    def _before(self, fault):
        if not fault:
            return
        self.record.fault = fault.kind
        if fault.kind in ("delay_after", "late"):
            return
        self.simulator.sleep(fault.seconds)
        if fault.kind == "drop_before":
            raise ConnectionDropped
        if fault.kind in ("500_before", "429", "error"):
            error = fault.error()
            if error.executed:
                self._keep(error.status, self._error_body(error), None)
            raise error

    def _after(self, fault):
        if not fault:
            return
        if fault.kind == "delay_after":
            self.simulator.sleep(fault.seconds)
        if fault.kind == "drop_after":
            raise ConnectionDropped
        if fault.kind == "500_after":
            raise server_error()
        if fault.kind == "error_after":
            raise fault.error()

    def _keep(self, status, body, fault):
        """Keep the answer under the idempotency key; a failure on the way out is kept as such."""
        if not self.holds_key:
            return
        if fault and fault.kind in ("500_after", "error_after"):
            error = fault.error()
            status, body = error.status, self._error_body(error)
        with self.simulator.lock:
            self.environment.idempotency.finish(self.key, status, body, self.request_id)
        self.holds_key = False

    def _release_key(self):
        if self.holds_key:
            with self.simulator.lock:
                self.environment.idempotency.release(self.key)

    def _error_body(self, error):
        livemode = bool(self.environment and self.environment.livemode)
        body = self.simulator.copy(error.body(self.request_id, livemode))
        if self.version:
            charges = self.simulator.charges_of(self.environment)
            versions.adapt(body, self.version, charges)
        return body

    def _answer(self, status, body):
        self.record.status = status
        error = body.get("error") if status >= 400 else None
        headers = {"Request-Id": self.request_id, **self.extra_headers}
        if self.version:
            headers["Stripe-Version"] = self.version
        if self.key:
            headers["Idempotency-Key"] = self.key
        if error:
            self.record.error_code = error.get("code")
            self.record.error_type = error["type"]
            if status < 500:
                transient = status == 409 or error.get("code") == "lock_timeout"
                headers["Stripe-Should-Retry"] = "true" if transient else "false"
            if error.get("code") == "rate_limit":
                headers["Stripe-Rate-Limited-Reason"] = "global-rate"
        return Answer(status, json.dumps(body, indent=2).encode(), headers)
