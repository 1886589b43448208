"""Whether what Stripe has is the payment that Odoo's own pos_stripe has recorded.

All that Odoo knows of such a payment can be written by cashiers. So each fact is compared with
what Stripe says, and one that differs is a refusal.
"""

from typing import NamedTuple

from .listing import LINE_UUID
from .reading import CARD_KINDS

# Metadata with which our own PaymentIntents name their database.
DATABASE = "odoo_database"
# How far the payment's time in Odoo may be from the charge's, in seconds: tills sell offline.
MAX_DISTANCE = 24 * 60 * 60

# What is checked, in the order in which a person reads it.
TERMINAL = "terminal"
SUCCEEDED = "succeeded"
AMOUNT = "amount"
DATE = "date"
METADATA = "metadata"
UNCLAIMED = "unclaimed"
CHECKS = (TERMINAL, SUCCEEDED, AMOUNT, DATE, METADATA, UNCLAIMED)


class Recorded(NamedTuple):
    """What Odoo has recorded of a payment.

    :param int amount: minor units
    :param str currency: ISO code
    :param float paid_at: seconds since the epoch
    :param str line_uuid: of the `pos.payment`
    :param str database: its name
    """

    amount: int
    currency: str
    paid_at: float
    line_uuid: str
    database: str


def failed_checks(recorded, intent, is_claimed):
    """Return those of `CHECKS` that a PaymentIntent does not pass; none when it may be adopted.

    :param Recorded recorded: what Odoo knows
    :param dict intent: a PaymentIntent with `latest_charge` expanded
    :param bool is_claimed: another row of the journal has it already
    """
    charge = intent.get("latest_charge")
    if not isinstance(charge, dict):
        return [SUCCEEDED]
    details = charge.get("payment_method_details") or {}
    passed = {
        TERMINAL: details.get("type") in CARD_KINDS,
        SUCCEEDED: (intent["status"], charge["status"]) == ("succeeded", "succeeded")
        and bool(charge.get("captured")),
        AMOUNT: (charge.get("amount_captured"), charge["currency"].upper())
        == (recorded.amount, recorded.currency),
        DATE: abs(charge["created"] - recorded.paid_at) <= MAX_DISTANCE,
        METADATA: all(_is_ours(part.get("metadata"), recorded) for part in (intent, charge)),
        UNCLAIMED: not is_claimed,
    }
    return [check for check in CHECKS if not passed[check]]


def _is_ours(metadata, recorded):
    """Tell whether metadata says nothing, as of pos_stripe, or names this very payment."""
    return not metadata or (metadata.get(LINE_UUID), metadata.get(DATABASE)) == (
        recorded.line_uuid,
        recorded.database,
    )
