"""One request to the API on its way through an endpoint."""

import dataclasses
from typing import Any


@dataclasses.dataclass
class Call:
    """What an endpoint knows of its request.

    :param dict params: with their Python types; `expand` is taken out
    """

    simulator: Any
    environment: Any
    params: dict
    version: str
    request_id: str
    idempotency_key: str | None = None

    @property
    def account(self):
        """The account that the request acts for."""
        return self.environment.account

    def emit(self, event_type, obj, previous=None):
        """Record an event that this request caused."""
        return self.environment.emit(event_type, obj, previous, call=self)
