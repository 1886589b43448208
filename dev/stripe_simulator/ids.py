"""Identifiers and secrets that look like Stripe's."""

import secrets
import string

ALPHABET = string.ascii_letters + string.digits
PREFIXES = {
    "account": "acct_1",
    "balance_transaction": "txn_3",
    "charge": "ch_3",
    "event": "evt_3",
    "payment_intent": "pi_3",
    "payment_method": "pm_1",
    "refund": "re_3",
    "terminal.configuration": "tmc_",
    "terminal.location": "tml_",
    "terminal.reader": "tmr_",
    "webhook_endpoint": "we_1",
}
LENGTHS = {
    "account": 15,
    "terminal.configuration": 14,
    "terminal.location": 14,
    "terminal.reader": 14,
}


def random_text(length):
    """Return `length` random letters and digits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_id(object_name):
    """Return a new id for an object of the API."""
    return PREFIXES[object_name] + random_text(LENGTHS.get(object_name, 23))


def new_request_id():
    """Return an id for the `Request-Id` header."""
    return "req_" + random_text(14)


def new_key(kind, livemode):
    """Return an API key that nobody can take for a real one.

    :param str kind: `sk`, `rk` or `pk`
    """
    mode = "live" if livemode else "test"
    return f"{kind}_{mode}_simulator{random_text(24)}"


def new_client_secret(intent_id):
    """Return the `client_secret` of a PaymentIntent."""
    return f"{intent_id}_secret_{random_text(25)}"
