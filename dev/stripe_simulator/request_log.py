"""The log of the requests that reached the simulated API."""

import collections
import dataclasses
import fnmatch
import time


@dataclasses.dataclass
class RequestRecord:
    """One request; `status` is None while it runs and when its answer was dropped."""

    method: str
    path: str
    params: dict = dataclasses.field(default_factory=dict)
    account: str | None = None
    idempotency_key: str | None = None
    stripe_version: str | None = None
    request_id: str | None = None
    status: int | None = None
    error_code: str | None = None
    error_type: str | None = None
    replayed: bool = False
    fault: str | None = None
    time: float = 0.0  # seconds since the epoch
    duration: float | None = None  # seconds
    late: int | None = None  # status of an answer that came too late for its client

    def finish(self):
        """Note that the request is over."""
        self.duration = time.time() - self.time


class RequestLog:
    """The last requests, oldest first. Thread-safe."""

    def __init__(self, size=20_000):
        self._records = collections.deque(maxlen=size)

    def start(self, method, path):
        """Return the record of a request that just arrived."""
        record = RequestRecord(method, path, time=time.time())
        self._records.append(record)
        return record

    def select(self, method=None, path=None):
        """Return the records of a method and of a path; `*` in the path stands for anything."""
        return [
            record
            for record in list(self._records)
            if (method is None or record.method == method.upper())
            and (path is None or fnmatch.fnmatchcase(record.path, path))
        ]

    def clear(self):
        """Forget all records."""
        self._records.clear()
