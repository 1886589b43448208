"""The state machine of a card refund, and how much may be refunded, as pure functions.

A refund is one row of the journal, like a payment, and keeps the same promises: it is asked for
with one idempotency key until Stripe has answered, and it is made only if Stripe says so. Unlike
a PaymentIntent, a refund cannot be taken back once Stripe has made it.
See https://docs.stripe.com/api/refunds/object and
https://docs.stripe.com/terminal/features/refunds?terminal-sdk-platform=server-driven
"""

from typing import NamedTuple

from .settlement import (
    CANCEL,
    CANCEL_ACTION,
    CANCELED,
    COLLECT,
    COLLECT_BY_BROWSER_SDK,
    COLLECTING,
    DECLINED,
    NEW,
    NO_ACTION,
    PAID,
    READ,
    SEND,
    UNKNOWN,
    UNREAD,
    Settlement,
)

# Kinds of journal rows
PAYMENT = "payment"
REFUND = "refund"

# Refund statuses: the money is or will be on its way, or it stayed with the shop.
MADE = ("succeeded", "pending", "requires_action")
FAILED = ("failed", "canceled")
UNSETTLED = ("pending", "requires_action")
STATUSES = (*MADE, *FAILED)
# Why a pending refund is pending although nothing is missing for it; others wait for the shop.
ON_ITS_WAY = ("processing", "charge_pending")

# What to do next at Stripe, besides what a payment does with a reader
READ_CHARGE = "read_charge"
CREATE_REFUND = "create_refund"
VERBS = (READ_CHARGE, CREATE_REFUND, SEND, COLLECT_BY_BROWSER_SDK, READ, CANCEL_ACTION)


class RefundFacts(NamedTuple):
    """What is known of a refund at Stripe.

    :param refund: its status; None while no refund is known
    :param requested: it was asked for, so it may exist even if none is known
    :param in_flight: that request had no answer and is so young that it may still arrive
    :param read: the charge and its refunds were read since
    :param enough: what is left of the charge covers the amount
    :param on_reader: the card has to be presented to the reader
    :param action: what the reader does for this refund, one of `settlement.ACTIONS`
    :param reachable: Stripe answered the last question
    :param uncaptured: what is refunded is authorized, and captured in a moment
    :param browser_sdk: a till's browser asks for the card, so that `action` is what that till does;
        `requested` and `in_flight` tell that it may have refunded
    """

    refund: str | None = None
    requested: bool = False
    in_flight: bool = False
    read: bool = False
    enough: bool = True
    on_reader: bool = False
    action: str = NO_ACTION
    reachable: bool = True
    uncaptured: bool = False
    browser_sdk: bool = False

    @property
    def is_collected_by_browser_sdk(self):
        """Whether a page of a till asks for the card, or refunds."""
        return self.browser_sdk and self.on_reader and self.action == "in_progress"


def settle_refund(state, wanted, facts):
    """Decide the next state and verb of a refund.

    :param str state: the journal's state, one of `settlement.STATES`
    :param str | None wanted: `COLLECT` to have it made, `CANCEL`, or None only to know
    :param RefundFacts facts: what Stripe said last
    :rtype: Settlement
    """
    if facts.refund:
        return _settle_known(state, facts)
    if facts.is_collected_by_browser_sdk and not facts.requested:
        # The page asks before it refunds, so its right to do so is taken back here.
        return Settlement(CANCELED if wanted == CANCEL else COLLECTING)
    if facts.requested and facts.reachable and facts.on_reader and not facts.browser_sdk:
        if facts.action == UNREAD:
            return Settlement(state, READ)
        if facts.action == "in_progress":
            return Settlement(COLLECTING, CANCEL_ACTION if wanted == CANCEL else None)
    if not facts.requested and wanted != COLLECT:
        # Stripe never heard of it.
        return Settlement(CANCELED if wanted == CANCEL or state == CANCELED else DECLINED)
    if not facts.reachable:
        return Settlement(UNKNOWN)
    if not facts.read:
        keeps_state = state == UNKNOWN or facts.is_collected_by_browser_sdk
        return Settlement(state if keeps_state else NEW, READ_CHARGE)
    return _settle_unmade(wanted, facts)


def _settle_known(state, facts):
    if facts.refund in MADE:
        return Settlement(PAID)
    if facts.refund in FAILED:
        return Settlement(DECLINED)
    # A status that Stripe did not have when this was written.
    return Settlement(state if state == PAID else UNKNOWN)


def _settle_unmade(wanted, facts):
    """The charge was read just now, and Stripe has no such refund."""
    if facts.browser_sdk and facts.on_reader:
        return _settle_unmade_browser_sdk(wanted, facts)
    if facts.action == "succeeded":
        # The reader is ahead of the charge: neither may be believed alone.
        return Settlement(UNKNOWN)
    if wanted == COLLECT:
        if facts.uncaptured:
            return Settlement(NEW)
        if not facts.enough and not facts.in_flight:
            return Settlement(DECLINED)
        return Settlement(NEW, SEND if facts.on_reader else CREATE_REFUND)
    if facts.in_flight:
        # What is on its way may still be carried out: nobody can say yet.
        return Settlement(UNKNOWN)
    return Settlement(CANCELED if wanted == CANCEL else DECLINED)


def _settle_unmade_browser_sdk(wanted, facts):
    # What a page says of its own doing decides nothing: only time tells that nothing will come.
    if facts.requested and facts.in_flight:
        return Settlement(COLLECTING if facts.action == "in_progress" else UNKNOWN)
    if wanted == COLLECT:
        if facts.uncaptured:
            return Settlement(NEW)
        return Settlement(NEW, COLLECT_BY_BROWSER_SDK) if facts.enough else Settlement(DECLINED)
    return Settlement(CANCELED if wanted == CANCEL else DECLINED)


def left(captured, refunded, running):
    """Return how much of a charge may still be refunded, in minor units.

    :param int captured: what was taken
    :param int refunded: what Stripe says that was refunded
    :param running: amounts of the refunds that were asked for and that Stripe has not told of
    """
    return max(captured - refunded - sum(running), 0)


def distribute(amount, rests):
    """Spread a refund over payments, each up to what is left of it.

    :param int amount: minor units
    :param rests: what is left of each payment, in the order in which they are used
    :return: the part of each payment; together less than `amount` where more is not left
    """
    parts = []
    for rest in rests:
        part = max(min(amount, rest), 0)
        amount -= part
        parts.append(part)
    return parts
