"""Compares what a session has recorded with what Stripe has taken, as one pure function.

Three lists are laid side by side: the session's payments in Odoo, the journal's rows, which tie
a payment to its PaymentIntent, and the PaymentIntents as Stripe lists them. Amounts are integers
in minor units. A refund is a payment of a negative amount, and its Refund stands where the
PaymentIntent of a payment does.
"""

from typing import NamedTuple

from .settlement import OPEN_STATES, PAID

# Kinds of differences
NOT_RECORDED = "not_recorded"
NOT_TAKEN = "not_taken"
OTHER_AMOUNT = "other_amount"
STILL_OPEN = "still_open"
KINDS = (NOT_RECORDED, NOT_TAKEN, OTHER_AMOUNT, STILL_OPEN)

# Statuses of a PaymentIntent in which the customer's money is taken or reserved
TAKEN = ("succeeded", "requires_capture")


class Recorded(NamedTuple):
    """A payment of a finished order in Odoo; `amount` is None when it fits no minor unit."""

    line_uuid: str
    order_uuid: str
    amount: int | None
    currency: str
    intent: str | None = None


class Row(NamedTuple):
    """A row of the journal.

    `recorded` tells whether any session has its payment, `held` that it is authorized and may
    still get a tip, `taken_back` that it was given back as a payment that no order showed.
    """

    line_uuid: str
    order_uuid: str
    amount: int
    currency: str
    intent: str | None
    state: str
    wanted: str | None = None
    recorded: bool = False
    held: bool = False
    taken_back: bool = False

    @property
    def is_open(self):
        """Whether Stripe can still change this payment, or is asked to."""
        return bool(self.wanted) or (self.state in OPEN_STATES and not self.held)


class Intent(NamedTuple):
    """A PaymentIntent as Stripe says; `refunded` is the part of `received` that went back.

    Of a Refund, `received` is what went back, below zero.
    """

    id: str
    status: str
    received: int
    refunded: int
    currency: str
    line_uuid: str
    order: str
    card: str = ""
    created: int = 0


class Difference(NamedTuple):
    """What does not agree: the kind, and whatever is known of each of the three sides."""

    kind: str
    recorded: Recorded | None = None
    row: Row | None = None
    intent: Intent | None = None

    @property
    def key(self):
        """A name for this very difference, the same in each comparison."""
        if self.recorded or self.row:
            return f"{self.kind}:{(self.recorded or self.row).line_uuid}"
        return f"{self.kind}:{self.intent.id}"


class Comparison(NamedTuple):
    """The differences, and the count and sum of the payments that agree."""

    differences: list
    count: int
    amount: int


def compare(payments, rows, intents):
    """Lay the three sides side by side.

    :param list payments: the session's payments with Stripe, as `Recorded`
    :param list rows: the journal's rows of the session and of these payments, as `Row`
    :param dict intents: all PaymentIntents of the session and of these rows, as `Intent` by id
    :rtype: Comparison
    """
    row_of = {row.line_uuid: row for row in rows}
    differences, agreed = [], []
    for payment in payments:
        row = row_of.get(payment.line_uuid)
        intent = row and intents.get(row.intent)
        kind = _kind(payment, row, intent)
        if kind:
            differences.append(Difference(kind, payment, row, intent))
        else:
            agreed.append(payment)
    compared = {payment.line_uuid for payment in payments}
    told = {row.intent for row in rows if row.line_uuid in compared or row.recorded}
    for row in rows:
        if row.line_uuid in compared:
            continue
        intent = intents.get(row.intent)
        if row.is_open:
            differences.append(Difference(STILL_OPEN, None, row, intent))
            told.add(row.intent)
        elif row.state == PAID and not row.recorded and not intent:
            # Paid at an account that can no longer be asked: the journal is all there is.
            differences.append(Difference(NOT_RECORDED, None, row))
    own_row = {row.intent: row for row in rows}
    differences += [
        Difference(NOT_RECORDED, None, own_row.get(intent.id), intent)
        for intent in intents.values()
        if intent.id not in told and intent.status in TAKEN and _is_kept(intent)
    ]
    return Comparison(differences, len(agreed), sum(payment.amount for payment in agreed))


def _kind(payment, row, intent):
    """Return how a recorded payment differs from what Stripe took for it, or None."""
    if not row:
        return NOT_TAKEN
    if row.is_open:
        return STILL_OPEN
    is_its_intent = payment.intent in (None, row.intent) and payment.order_uuid == row.order_uuid
    taken = TAKEN if row.held else ("succeeded",)
    if not intent or intent.status not in taken or not is_its_intent or row.taken_back:
        return NOT_TAKEN
    if (payment.amount, payment.currency) != (intent.received, intent.currency):
        return OTHER_AMOUNT
    return None


def _is_kept(intent):
    return intent.status == "requires_capture" or intent.received != intent.refunded
