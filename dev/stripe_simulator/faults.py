"""Failures on demand: what goes wrong, with which request, and how often."""

import dataclasses
import fnmatch
import itertools
import re
import threading

from . import errors

REQUEST_KINDS = (
    "delay",
    "delay_after",
    "drop_before",
    "drop_after",
    "500_before",
    "500_after",
    "429",
    "error",
    "error_after",
    "late",
)
ALIASES = {
    "delay_before": "delay",
    "drop": "drop_before",
    "500": "500_before",
    "429_before": "429",
    "error_before": "error",
}
MEANWHILE = (400, 401, 403, 409, 429, 500, 503, "drop")
WEBHOOK_KINDS = ("drop", "double", "delay", "reorder", "forge", "unsigned")


@dataclasses.dataclass
class Fault:
    """One rule; see `Faults.add` and `Faults.add_webhook`."""

    id: int
    target: str  # "request" or "webhook"
    kind: str
    method: str = "*"
    path: str = "*"
    event: str = "*"
    times: int | None = 1
    nth: int = 1
    seconds: float = 0.0
    status: int = 400
    code: str | None = None
    type: str = "invalid_request_error"
    message: str | None = None
    decline_code: str | None = None
    params: dict | None = None
    account: str | None = None
    stored: bool | None = None
    meanwhile: int | str = 409
    hold: float = 0.0
    seen: int = 0
    hits: int = 0

    def error(self):
        """Return the `ApiError` that this fault answers with."""
        if self.kind == "429":
            return errors.rate_limited()
        if self.kind.startswith("500"):
            return errors.server_error()
        message = self.message or f"Simulated error {self.code or self.status}."
        error = errors.ApiError(
            self.status, message, self.code, type=self.type, decline_code=self.decline_code
        )
        transient = self.status in (401, 403, 409, 429) or self.status >= 500
        error.executed = self.stored if self.stored is not None else not transient
        return error

    @property
    def is_at_the_door(self):
        """Whether the request fails before its idempotency key is looked up."""
        is_error = self.kind in ("429", "500_before", "error") and not self.error().executed
        return is_error or self.kind == "drop_before"

    def as_dict(self):
        """Return the rule as plain data for the control API."""
        return {key: value for key, value in vars(self).items() if value is not None}


class Faults:
    """The rules that are in force. Thread-safe."""

    def __init__(self):
        self._lock = threading.Lock()
        self._faults = []
        self._ids = itertools.count(1)

    def add(
        self,
        method,
        path,
        kind,
        *,
        times=1,
        nth=1,
        seconds=0.0,
        status=None,
        code=None,
        type=None,
        message=None,
        decline_code=None,
        params=None,
        account=None,
        stored=None,
        meanwhile=409,
        hold=0.0,
    ):
        """Let requests to the API go wrong.

        :param str method: `GET`, `POST`, `DELETE` or `*`
        :param str path: such as `/v1/payment_intents`, where `*` and `{anything}` stand for one
            part of the path (`/v1/payment_intents/*/cancel`)
        :param str kind: `delay` (alias `delay_before`; for `seconds`, then as usual),
            `delay_after` (executed at once, answered after `seconds`), `drop_before` (connection
            closed, never executed), `drop_after` (executed, answer lost), `500_before`,
            `500_after`, `429`, `error` (answers `status`, `code`, `type`, `message`,
            `decline_code` without executing), `error_after` (executes, then answers so) or `late`
            (connection closed, executed later, see `seconds`, `meanwhile` and `hold`)
        :param int | None times: how many requests it hits; None means all from then on
        :param int nth: the first matching request that it hits, counted from 1
        :param float seconds: the length of a delay; with a drop or error: wait before it; with
            `late`: after which it is executed, 0 until `Simulator.execute_late` is called
        :param dict params: only requests with these parameters, nested as in the API
        :param str account: only requests of this account
        :param bool stored: whether a custom error is kept under the idempotency key; by default
            it is, unless its status is 401, 403, 409, 429 or 5xx
        :param int meanwhile: with `late`: what a try with the same idempotency key is answered
            until it is executed: 409 (`idempotency_key_in_use`), 400, 401, 403, 429, 500, 503, or
            `drop` (connection closed); kept under the key is none of them
        :param float hold: with `late`: the connection is closed after these seconds
        :return: the `Fault`
        """
        kind = ALIASES.get(str(kind), str(kind))
        if kind not in REQUEST_KINDS:
            raise errors.SimulatorError(
                f"Unknown kind of fault {kind!r}: use one of {', '.join(REQUEST_KINDS)}"
            )
        if meanwhile not in MEANWHILE:
            raise errors.SimulatorError(f"Stripe does not answer {meanwhile} meanwhile")
        return self._add(
            target="request",
            kind=kind,
            method=method.upper(),
            path=path,
            times=times,
            nth=nth,
            seconds=float(seconds),
            status=status or (402 if decline_code else 400),
            code=code or ("card_declined" if decline_code else None),
            type=type or ("card_error" if decline_code else "invalid_request_error"),
            message=message,
            decline_code=decline_code,
            params=params,
            account=account,
            stored=stored,
            meanwhile=meanwhile,
            hold=float(hold),
        )

    def add_webhook(self, kind, event="*", *, times=1, nth=1, seconds=0.0):
        """Let deliveries of events go wrong.

        :param str kind: `drop`, `double`, `delay` (by `seconds`), `reorder` (sent after the next
            one), `forge` (signed with a wrong secret) or `unsigned`
        :param str event: type of the events, `*` stands for anything
        :param int | None times: how many deliveries it hits; None means all from then on
        :param int nth: the first matching delivery that it hits, counted from 1
        :return: the `Fault`
        """
        if kind not in WEBHOOK_KINDS:
            raise errors.SimulatorError(
                f"Unknown kind of webhook fault {kind!r}: use one of {', '.join(WEBHOOK_KINDS)}"
            )
        return self._add(
            target="webhook", kind=kind, event=event, times=times, nth=nth, seconds=float(seconds)
        )

    def take(self, method, path, params, account=None):
        """Return the fault for a request and count it, or None."""

        def matches(fault):
            return (
                fault.target == "request"
                and fault.method in ("*", method)
                and _path_matches(fault.path, path)
                and fault.account in (None, account)
                and _contains(params, fault.params or {})
            )

        return self._take(matches)

    def take_webhook(self, event_type):
        """Return the fault for a delivery and count it, or None."""

        def matches(fault):
            return fault.target == "webhook" and fnmatch.fnmatchcase(event_type, fault.event)

        return self._take(matches)

    def all(self):
        """Return the rules that can still hit something."""
        with self._lock:
            return [fault for fault in self._faults if _is_live(fault)]

    def remove(self, fault):
        """Take one rule back."""
        with self._lock:
            self._faults = [other for other in self._faults if other is not fault]

    def clear(self):
        """Take all rules back."""
        with self._lock:
            self._faults.clear()

    def _add(self, **values):
        with self._lock:
            fault = Fault(id=next(self._ids), **values)
            self._faults.append(fault)
        return fault

    def _take(self, matches):
        with self._lock:
            for fault in self._faults:
                if not _is_live(fault) or not matches(fault):
                    continue
                fault.seen += 1
                if fault.seen >= fault.nth:
                    fault.hits += 1
                    return fault
        return None


def _is_live(fault):
    return fault.times is None or fault.hits < fault.times


def _path_matches(pattern, path):
    parts = [
        "[^/]+" if re.fullmatch(r"\*|\{.*\}", part) else re.escape(part).replace(r"\*", "[^/]*")
        for part in pattern.split("/")
    ]
    return pattern == "*" or re.fullmatch("/".join(parts), path) is not None


def _contains(params, wanted):
    for key, value in wanted.items():
        actual = params.get(key)
        if isinstance(value, dict):
            if not isinstance(actual, dict) or not _contains(actual, value):
                return False
        elif str(actual) != str(value):
            return False
    return True
