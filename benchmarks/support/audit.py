"""Stripe's money against what Odoo knows of it."""

import time

from .shop import OURS

LINE = "pos_payment_line_uuid"
PATIENCE = 20  # seconds until what is under way is settled


def wrong_payments(server, side, since):
    """Count the payments of which Odoo knows something else than Stripe.

    Ours: the state, PaymentIntent or amount of a journal row differs, a line has two live
    PaymentIntents, or a row is never settled. Core keeps no journal: a card that is authorized and
    never captured.

    :param since: seconds since the epoch; payments before are not looked at
    """
    deadline = time.monotonic() + PATIENCE
    while (wrong := _wrong(server, side, since)) and time.monotonic() < deadline:
        time.sleep(1)
    return wrong


def _wrong(server, side, since):
    since = int(since)  # Stripe's and Odoo's times have no fractions
    ledger = server.far_end.get("ledger")["intents"]
    intents = [intent for intent in ledger if intent["created"] >= since]
    if side != OURS:
        return sum(intent["status"] == "requires_capture" for intent in intents)
    at_stripe = {}
    wrong = 0
    for intent in intents:
        uuid = intent["metadata"][LINE]
        wrong += uuid in at_stripe and intent["status"] != "canceled"
        at_stripe[uuid] = (
            intent["status"] == "succeeded",
            intent["id"],
            intent["amount_received"],
        )
    rows = server.sql(
        "SELECT line_uuid, state, payment_intent, amount_received, wanted, lease_owner"
        " FROM pos_stripe_payment WHERE create_date >= to_timestamp(%s) AT TIME ZONE 'UTC'",
        since,
    )
    for uuid, state, intent, received, wanted, owner in rows:
        settled = state in ("paid", "declined", "canceled") and not wanted and not owner
        known = (state == "paid", intent, received or 0)
        wrong += not settled or known != at_stripe.pop(uuid, (False, None, 0))
    return wrong + len(at_stripe)
