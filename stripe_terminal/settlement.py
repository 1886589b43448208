"""The state machine of a card payment, as one pure function.

`settle` looks at what the journal holds and at what Stripe said last, and answers with the
journal's next state and the one thing to do next at Stripe, if any. It never guesses: a state
other than `unknown` is only reached by something that Stripe said.
See https://docs.stripe.com/payments/paymentintents/lifecycle and
https://docs.stripe.com/terminal/payments/collect-card-payment?terminal-sdk-platform=server-driven
"""

from typing import NamedTuple

# Journal states
NEW = "new"
COLLECTING = "collecting"
AUTHORIZED = "authorized"
PAID = "paid"
DECLINED = "declined"
CANCELED = "canceled"
UNKNOWN = "unknown"
STATES = (NEW, COLLECTING, AUTHORIZED, PAID, DECLINED, CANCELED, UNKNOWN)
# The reader may be showing these.
RUNNING_STATES = (NEW, COLLECTING)
# Stripe has taken the money, or will not give the card free.
PAID_STATES = (PAID, AUTHORIZED)
# Reading Stripe again can still change these.
OPEN_STATES = (NEW, COLLECTING, AUTHORIZED, UNKNOWN)

# What is wanted: the card collected, the payment taken back before or after it is paid; None: only
# to know.
COLLECT = "collect"
CANCEL = "cancel"
REFUND_ALL = "refund"
WANTS = (None, COLLECT, CANCEL, REFUND_ALL)

# PaymentIntent statuses
INTENT_OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
INTENT_STATUSES = (*INTENT_OPEN, "processing", "requires_capture", "succeeded", "canceled")

# The reader's action for this intent. NO_ACTION: the reader has none, or another payment's.
NO_ACTION = "none"
UNREAD = "unread"
ACTIONS = (NO_ACTION, UNREAD, "in_progress", "succeeded", "failed")

# What to do next at Stripe
CREATE = "create_intent"
FIND = "find_intent"
UPDATE = "update_intent"
SEND = "process_intent"
COLLECT_BY_BROWSER_SDK = "collect_by_browser_sdk"
READ = "read"
CANCEL_ACTION = "cancel_action"
CANCEL_INTENT = "cancel_intent"
INCREMENT = "increment_authorization"
CAPTURE = "capture_intent"
REFUND_INTENT = "refund_intent"
VERBS = (
    CREATE,
    FIND,
    UPDATE,
    SEND,
    COLLECT_BY_BROWSER_SDK,
    READ,
    CANCEL_ACTION,
    CANCEL_INTENT,
    INCREMENT,
    CAPTURE,
    REFUND_INTENT,
)


class Facts(NamedTuple):
    """What is known of a payment at Stripe.

    :param intent: status of the PaymentIntent; None while no intent is known
    :param action: what the reader does for this intent, one of ACTIONS
    :param requested: an intent was asked for, so one may exist even if none is known
    :param reachable: Stripe answered the last question
    :param amount_differs: the intent's amount is not the line's
    :param refunded: it was refunded
    :param failed: Stripe failed on the request for an intent, and its key would replay that
    :param browser_sdk: a till's browser collects the card, so that `action` is what that till does
    :param forced: a person has seen it approved and let the customer go
    :param hold: an authorized payment waits for a tip before it is captured
    :param increment: more has to be authorized, for the tip, before it is captured
    :param canceling: a cancel was asked for that may still be carried out
    """

    intent: str | None = None
    action: str = NO_ACTION
    requested: bool = False
    reachable: bool = True
    amount_differs: bool = False
    refunded: bool = False
    failed: bool = False
    browser_sdk: bool = False
    forced: bool = False
    hold: bool = False
    increment: bool = False
    canceling: bool = False


class Settlement(NamedTuple):
    """The journal's next state, and the next verb or None when there is nothing to do now."""

    state: str
    verb: str | None = None


def settle(state, wanted, facts):
    """Decide the next state and verb of a payment.

    :param str state: the journal's state, one of STATES
    :param str | None wanted: one of WANTS
    :param Facts facts: what Stripe said last
    :return: Settlement
    """
    if state == PAID or facts.intent == "succeeded":
        due = wanted == REFUND_ALL and facts.reachable and not facts.refunded
        return Settlement(PAID, REFUND_INTENT if due else None)
    if facts.intent == "canceled":
        # The intent can no longer be paid; the reader's screen may still ask for a card.
        lingering = facts.reachable and facts.action == "in_progress" and not facts.browser_sdk
        return Settlement(CANCELED, CANCEL_ACTION if lingering else None)
    if not facts.reachable:
        return Settlement(state if state in (AUTHORIZED, CANCELED) else UNKNOWN)
    if facts.intent is None:
        return _settle_without_intent(state, wanted, facts)
    if facts.intent == "requires_capture":
        return Settlement(AUTHORIZED, _verb_when_authorized(wanted, facts))
    if facts.intent == "processing":
        return Settlement(COLLECTING)
    if facts.browser_sdk:
        return _settle_browser_sdk(state, wanted, facts)
    return _settle_open_intent(state, wanted, facts)


def _verb_when_authorized(wanted, facts):
    if wanted == REFUND_ALL or (wanted == CANCEL and not facts.forced):
        return CANCEL_INTENT
    if facts.hold:
        return None
    return INCREMENT if facts.increment else CAPTURE


def _settle_without_intent(state, wanted, facts):
    if facts.requested:
        # The same idempotency key tells which intent it was, but for a failure.
        verb = FIND if facts.failed else CREATE
        is_at_rest = wanted is None and state in (CANCELED, DECLINED)
        return Settlement(state if state == UNKNOWN or is_at_rest else NEW, verb)
    if wanted == CANCEL or state == CANCELED:
        return Settlement(CANCELED)
    if wanted == COLLECT:
        return Settlement(NEW, CREATE)
    return Settlement(DECLINED)


def _settle_open_intent(state, wanted, facts):
    if facts.action == UNREAD:
        return Settlement(state, READ)
    if facts.action == "succeeded":
        # The reader is ahead of the intent: neither may be believed alone.
        return Settlement(UNKNOWN)
    if facts.action == "in_progress":
        must_stop = wanted == CANCEL or (wanted == COLLECT and facts.amount_differs)
        return Settlement(COLLECTING, CANCEL_ACTION if must_stop or facts.canceling else None)
    if wanted == CANCEL or facts.canceling:
        # No card may be presented for what is about to be canceled.
        return Settlement(state, CANCEL_INTENT)
    if wanted == COLLECT:
        return Settlement(NEW, UPDATE if facts.amount_differs else SEND)
    return Settlement(DECLINED)


def _settle_browser_sdk(state, wanted, facts):
    # Whether a till still collects is its own word, so it decides nothing: a wish that needs the
    # collecting to be over is met by canceling the intent, after which no card can pay it.
    if facts.action == UNREAD:
        return Settlement(state, READ)
    if wanted == CANCEL or facts.canceling or facts.action == "succeeded":
        # What the till takes for paid is paid, or never will be.
        return Settlement(state, CANCEL_INTENT)
    if facts.action == "in_progress":
        must_stop = wanted == COLLECT and facts.amount_differs
        return Settlement(COLLECTING, CANCEL_INTENT if must_stop else None)
    if facts.intent != "requires_payment_method":
        # The till is gone, and the bank may be about to answer.
        return Settlement(COLLECTING)
    if wanted == COLLECT:
        return Settlement(NEW, UPDATE if facts.amount_differs else COLLECT_BY_BROWSER_SDK)
    return Settlement(DECLINED)
