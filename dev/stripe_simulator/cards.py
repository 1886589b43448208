"""Test cards and test amounts (page "Test Stripe Terminal"), and why banks decline."""

import dataclasses
import hashlib

from .errors import SimulatorError


@dataclasses.dataclass(frozen=True)
class Card:
    """A card that can be held to a reader.

    :param str | None decline: the code that it is always declined with
    :param str | None refund: `fail` or `pending`, for cards whose refunds do not succeed at once
    :param str cvm: how the owner is verified when the card is inserted
    """

    number: str
    brand: str
    funding: str = "credit"
    country: str = "US"
    network: str | None = None
    interac: bool = False
    decline: str | None = None
    refund: str | None = None
    cvm: str = "signature"

    @property
    def last4(self):
        """The last four digits."""
        return self.number[-4:]

    @property
    def is_single_message(self):
        """Whether authorization and capture are one step (Interac, eftpos)."""
        return self.interac or self.network == "eftpos_au"

    @property
    def method_type(self):
        """`card_present` or `interac_present`."""
        return "interac_present" if self.interac else "card_present"

    @property
    def fingerprint(self):
        """The same text for the same number."""
        return hashlib.sha256(self.number.encode()).hexdigest()[:16]


def _card(number, brand, *args, **values):
    return number, Card(number, brand, *args, **values)


CARDS = dict(
    [
        _card("4242424242424242", "visa"),
        _card("4000056655665556", "visa", "debit"),
        _card("4000058400000048", "visa", "debit"),
        _card("5555555555554444", "mastercard"),
        _card("5200828282828210", "mastercard", "debit"),
        _card("5105105105105100", "mastercard", "prepaid"),
        _card("378282246310005", "amex"),
        _card("371449635398431", "amex"),
        _card("6011111111111117", "discover"),
        _card("6011000990139424", "discover"),
        _card("3056930009020004", "diners"),
        _card("36227206271667", "diners"),
        _card("3566002020360505", "jcb", country="JP"),
        _card("6200000000000005", "unionpay", country="CN"),
        _card("4001007020000002", "visa", cvm="offline_pin"),
        _card("4000008260000075", "visa", country="GB", cvm="offline_pin"),
        _card("4001000360000005", "visa", country="AU", cvm="online_pin"),
        _card("4000002760000008", "visa", country="DE", cvm="online_pin"),
        _card("4506445006931933", "interac", "debit", "CA", "interac", True, cvm="online_pin"),
        _card("6280000360000978", "eftpos_au", "debit", "AU", "eftpos_au", cvm="online_pin"),
        _card("4000050360000001", "visa", "debit", "AU", "eftpos_au", cvm="online_pin"),
        _card("5555050360000080", "mastercard", "debit", "AU", "eftpos_au", cvm="online_pin"),
        _card("4000000000000002", "visa", decline="generic_decline"),
        _card("4000000000009995", "visa", decline="insufficient_funds"),
        _card("4000000000009987", "visa", decline="lost_card"),
        _card("4000000000009979", "visa", decline="stolen_card"),
        _card("4000000000000069", "visa", decline="expired_card"),
        _card("4000000000000119", "visa", decline="processing_error"),
        _card("4000000000005126", "visa", refund="fail"),
        _card("4000000000007726", "visa", refund="pending"),
    ]
)
DEFAULT_CARD = "4242424242424242"
DEFAULT_INTERAC_CARD = "4506445006931933"

# The last two digits of an amount in test mode. All others are approved.
AMOUNT_DECLINES = {
    1: "call_issuer",
    2: "offline_pin_required",
    3: "online_or_offline_pin_required",
    5: "generic_decline",
    55: "incorrect_pin",
    65: "withdrawal_count_limit_exceeded",
    75: "pin_try_exceeded",
}
# These are error codes of their own; all other reasons are the `decline_code` of `card_declined`.
OWN_CODES = frozenset(["expired_card", "processing_error", "incorrect_number", "incorrect_cvc"])
MESSAGES = {
    "expired_card": "Your card has expired.",
    "incorrect_pin": "Your card was declined because the PIN is wrong.",
    "insufficient_funds": "Your card has insufficient funds.",
    "offline_pin_required": "Your card was declined because it needs a PIN.",
    "online_or_offline_pin_required": "Your card was declined because it needs a PIN.",
    "pin_try_exceeded": "Your card was declined because the PIN was wrong too often.",
    "processing_error": "An error occurred while your card was processed.",
    "withdrawal_count_limit_exceeded": "Your card was declined because its limit is reached.",
}
RETRY_ADVICE = frozenset(["processing_error", "incorrect_pin", "offline_pin_required"])


def find_card(number):
    """Return the test card with a number, written with or without spaces.

    :raise SimulatorError: when there is no such test card
    """
    digits = "".join(str(number).split())
    if digits not in CARDS:
        raise SimulatorError(f"{digits} is not a test card of Stripe Terminal")
    return CARDS[digits]


def decline_for(card, amount, livemode):
    """Return why a bank declines, or None.

    :param int amount: in minor units, with the tip
    """
    return card.decline or (None if livemode else AMOUNT_DECLINES.get(amount % 100))


def decline_error(reason):
    """Return `code`, `decline_code`, `message` and `advice_code` of a decline."""
    own = reason in OWN_CODES
    return {
        "advice_code": "try_again_later" if reason in RETRY_ADVICE else "do_not_try_again",
        "code": reason if own else "card_declined",
        "decline_code": None if own else reason,
        "message": MESSAGES.get(reason, "Your card was declined."),
    }
