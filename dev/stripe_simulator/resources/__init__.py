"""The API's endpoints, one file per resource; importing this package registers them all."""

from . import (
    accounts,
    balance_transactions,
    charges,
    configurations,
    connection_tokens,
    events,
    locations,
    payment_intents,
    reader_test_helpers,
    readers,
    refunds,
    webhook_endpoints,
)

__all__ = [
    "accounts",
    "balance_transactions",
    "charges",
    "configurations",
    "connection_tokens",
    "events",
    "locations",
    "payment_intents",
    "reader_test_helpers",
    "readers",
    "refunds",
    "webhook_endpoints",
]
