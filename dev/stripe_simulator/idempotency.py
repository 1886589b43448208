"""Idempotency keys (page "Idempotent requests"): the first executed answer is given again."""

import json
import time

from .errors import (
    ApiError,
    ConnectionDropped,
    key_in_use,
    rate_limited,
    rejected,
    server_error,
)

KEPT = 24 * 3600  # seconds
MAX_LENGTH = 255  # characters


class IdempotencyStore:
    """Keys of one account in one mode. Callers hold the simulator's lock."""

    def __init__(self):
        self.entries = {}

    def begin(self, key, endpoint, params):
        """Take a key for a request that is about to run.

        :param str endpoint: method and path
        :param dict params: as decoded from the form
        :return: the stored answer `(status, body, request_id)`, or None when the request shall run
        :raise ApiError: 400 for a key that belongs to another request, 409 for one in use, or what
            `put_off` was told
        """
        if len(key) > MAX_LENGTH:
            raise rejected(f"An idempotency key can have up to {MAX_LENGTH} characters.")
        entry = self._live_entry(key)
        fingerprint = json.dumps([endpoint, params], sort_keys=True)
        if entry is None:
            self.entries[key] = {
                "endpoint": endpoint,
                "fingerprint": fingerprint,
                "started": time.time(),
                "answer": None,
            }
            return None
        if entry["fingerprint"] != fingerprint:
            raise _mismatch(key, entry["endpoint"], endpoint)
        if entry["answer"] is None:
            raise _still_at_work(key, entry.get("meanwhile", 409))
        return entry["answer"]

    def put_off(self, key, meanwhile):
        """Answer tries with a key whose request is executed later with a status of its own."""
        self.entries[key]["meanwhile"] = meanwhile

    def finish(self, key, status, body, request_id):
        """Keep the answer of an executed request."""
        self.entries[key]["answer"] = (status, body, request_id)

    def release(self, key):
        """Forget a key whose request was not executed."""
        entry = self.entries.get(key)
        if entry and entry["answer"] is None:
            del self.entries[key]

    def _live_entry(self, key):
        entry = self.entries.get(key)
        if entry and time.time() - entry["started"] > KEPT:
            del self.entries[key]
            return None
        return entry


def _still_at_work(key, status):
    if status == 409:
        return key_in_use(key)
    if status == "drop":
        return ConnectionDropped()
    if status == 429:
        return rate_limited()
    if status >= 500:
        return server_error(status)
    return ApiError(status, f"Simulated error {status}.", executed=False)


def _mismatch(key, first, now):
    what = "parameters" if first == now else f"endpoint ({now}, first used for {first})"
    return ApiError(
        400,
        f"The idempotency key '{key}' was first used with other {what}. "
        "Use another key for another request.",
        type="idempotency_error",
        executed=False,
    )
