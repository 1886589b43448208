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
WENT_BACK = "went_back"
KINDS = (NOT_RECORDED, NOT_TAKEN, OTHER_AMOUNT, STILL_OPEN, WENT_BACK)

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
    still get a tip, `taken_back` that it was refunded as a payment that no order showed,
    `recorded_as` how else its order says that it was paid. `amount` and `intent` of a refund are
    those of its Refund, and `payment` is the PaymentIntent that was refunded.
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
    recorded_as: str = ""
    payment: str | None = None

    @property
    def is_open(self):
        """Whether Stripe can still change this payment, or is asked to."""
        return bool(self.wanted) or (self.state in OPEN_STATES and not self.held)


class Intent(NamedTuple):
    """A PaymentIntent as Stripe says; `refunded` is the part of `received` that was refunded.

    Of a Refund, `received` is its amount, below zero, and `payment` the PaymentIntent, or the
    Charge where there is none, that it came from.
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
    payment: str = ""


class Difference(NamedTuple):
    """What does not agree: the kind, and whatever is known of each of the three sides.

    Of a refund, `amount` is how much (minor units), `row` the payment that it came from, and
    `intent` the Refund, where it is known.
    """

    kind: str
    recorded: Recorded | None = None
    row: Row | None = None
    intent: Intent | None = None
    amount: int = 0

    @property
    def key(self):
        """A name for this very difference, the same in each comparison."""
        if self.kind == WENT_BACK:
            return refund_key(self.intent.id if self.intent else f"{self.row.intent}:{self.amount}")
        if self.recorded or self.row:
            return f"{self.kind}:{(self.recorded or self.row).line_uuid}"
        return f"{self.kind}:{self.intent.id}"


class Comparison(NamedTuple):
    """The differences, and the count and sum of the payments that agree."""

    differences: list
    count: int
    amount: int


def refund_key(refund):
    """Return the key of the difference that a refund outside the Point of Sale is."""
    return f"{WENT_BACK}:{refund}"


def compare(payments, rows, intents, others=()):
    """Lay the three sides side by side.

    :param list payments: the session's payments with Stripe, as `Recorded`
    :param list rows: the journal's rows of the session and of these payments, as `Row`
    :param dict intents: all PaymentIntents of the session and of these rows, and all Refunds of
        these and of the register's earlier payments, as `Intent` by id
    :param others: rows of other sessions that these Refunds belong to, or were made for
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
    told |= _explained(rows, others, intents)
    origins = {row.intent: row for row in (*rows, *others) if row.intent}
    own_row = {row.intent: row for row in rows}
    for intent in intents.values():
        if intent.id in told or intent.status not in TAKEN or not _is_kept(intent):
            continue
        row, origin = own_row.get(intent.id), origins.get(intent.payment)
        if row or not (origin or intent.payment in intents):
            differences.append(Difference(NOT_RECORDED, None, row, intent))
        elif origin and _shows_all(origin):
            differences.append(Difference(WENT_BACK, None, origin, intent, -intent.received))
    differences += _unlisted(rows, others, intents)
    return Comparison(differences, len(agreed), sum(payment.amount for payment in agreed))


def _explained(rows, others, intents):
    """Return the ids of the Refunds that rows of the journal have asked for, in any session."""
    explained = {row.intent for row in others}
    waiting = [row for row in (*rows, *others) if row.payment and not row.intent and row.is_open]
    for intent in sorted(intents.values(), key=lambda intent: intent.created):
        row = next((row for row in waiting if intent.payment and _may_be(row, intent)), None)
        if row:
            # One Refund is its own, and a second one is not.
            waiting.remove(row)
            explained.add(intent.id)
    return explained


def _may_be(row, refund):
    """Tell whether a Refund is what an unanswered row asked for; a browser's bears no name."""
    if refund.line_uuid:
        return refund.line_uuid == row.line_uuid
    return (refund.payment, refund.received) == (row.payment, row.amount)


def _shows_all(row):
    """Tell whether the order of a payment says that the shop has all of its money."""
    return row.recorded and not row.taken_back


def _unlisted(rows, others, intents):
    """Return what was refunded of payments by Refunds that are not among those that were listed."""
    differences = []
    for row in rows:
        intent = intents.get(row.intent)
        if row.payment or not intent or not _shows_all(row) or intent.status != "succeeded":
            continue
        listed = {
            refund.id: -refund.received
            for refund in intents.values()
            if refund.payment and refund.payment == row.intent
        }
        ours = {
            refund.intent or refund.line_uuid: -refund.amount
            for refund in (*rows, *others)
            if refund.payment == row.intent and (refund.state == PAID or refund.is_open)
        }
        known = sum({**ours, **listed}.values())
        if intent.refunded > known:
            differences.append(Difference(WENT_BACK, None, row, None, intent.refunded - known))
    return differences


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
