"""Money: authorizing, capturing and cancelling PaymentIntents (page "Payment Intents API").

All functions are called under the simulator's lock; amounts are integers in minor units.
"""

import dataclasses

from . import card_facts, cards, money
from .balance import add_charge_transaction
from .errors import ApiError, invalid, lock_timeout

CANCELABLE = (
    "requires_payment_method",
    "requires_capture",
    "requires_confirmation",
    "requires_action",
    "processing",
)
MOST_INCREMENTS = 10
READ_METHODS = {"tap": "contactless_emv", "insert": "contact_emv"}


@dataclasses.dataclass
class Presented:
    """A card as it was held to, or put into, a reader.

    :param str read_method: `contactless_emv` or `contact_emv`
    :param int | None tip: chosen on the reader; None where it did not ask
    :param str | None decline: let the bank decline with this code, whatever card and amount say
    :param bool answer_lost: the reader loses its connection while the bank is asked
    """

    card: cards.Card
    read_method: str = "contactless_emv"
    tip: int | None = None
    decline: str | None = None
    answer_lost: bool = False


def unexpected_state(environment, intent, message):
    """Return the error for a PaymentIntent that is in the wrong state; it carries the intent."""
    return invalid(
        message,
        "payment_intent_unexpected_state",
        payment_intent=environment.simulator.copy(intent),
    )


def check_not_authorizing(environment, intent):
    """Refuse to touch an intent while the bank is asked about it.

    :raise ApiError: 429, `lock_timeout`
    """
    if intent["id"] in environment.authorizing:
        raise lock_timeout()


def begin_authorization(environment, intent):
    """Note that a card was read and the bank is being asked."""
    environment.authorizing.add(intent["id"])
    intent["status"] = "requires_confirmation"


def finish_authorization(environment, intent, presented, reader):
    """Settle what the bank answered.

    :param dict reader: the reader's object
    :return: None when approved, else the error for `last_payment_error` and the reader's action
    """
    environment.authorizing.discard(intent["id"])
    problem = _unfit(intent, presented.card)
    if problem:
        if intent["status"] == "requires_confirmation":
            intent["status"] = "requires_payment_method"
        return problem
    amount = intent["amount"] + (presented.tip or 0)
    reason = presented.decline or cards.decline_for(presented.card, amount, environment.livemode)
    method = card_facts.payment_method(environment, presented.card, presented.read_method)
    if reason:
        return _decline(environment, intent, presented, reader, method, reason)
    if presented.tip is not None:
        intent["amount"] = amount
        intent["amount_details"] = {**(intent["amount_details"] or {}), "tip": {}}
        intent["amount_details"]["tip"]["amount"] = presented.tip
    _approve(environment, intent, presented, reader, method)
    return None


def capture(environment, intent, amount=None, call=None):
    """Capture an authorized payment; what is not captured is released.

    :param int | None amount: None means all; more than that where the charge supports overcapture
    :raise ApiError: 400, `payment_intent_unexpected_state` or `amount_too_large`
    """
    check_not_authorizing(environment, intent)
    if intent["status"] != "requires_capture":
        raise unexpected_state(
            environment,
            intent,
            f"This PaymentIntent could not be captured because it has a status of "
            f"{intent['status']}. Only a PaymentIntent with one of the following statuses may be "
            "captured: requires_capture.",
        )
    capturable = intent["amount_capturable"]
    amount = capturable if amount is None else amount
    if amount < 1:
        raise invalid(
            "Invalid amount_to_capture: the value must be at least 1.",
            "parameter_invalid_integer",
            "amount_to_capture",
        )
    charge = environment.get("charge", intent["latest_charge"])
    if amount > _most_capturable(environment, charge, capturable):
        raise invalid(
            f"{money.shown(amount, intent['currency'])} is more than the capturable "
            f"{money.shown(capturable, intent['currency'])}.",
            "amount_too_large",
            "amount_to_capture",
        )
    if amount > capturable:
        intent["amount"] = charge["amount"] = amount
    charge["amount_refunded"] = charge["amount"] - amount
    _settle(environment, intent, charge, amount)
    environment.emit("charge.captured", charge, call=call)
    environment.emit("payment_intent.succeeded", intent, call=call)


def _most_capturable(environment, charge, capturable):
    """Return the most that may be captured of a charge."""
    details = charge["payment_method_details"].get("card_present") or {}
    if not details.get("overcapture_supported"):
        return capturable
    limit = environment.account.overcapture_limit
    return money.MAXIMUM if limit is None else capturable * (100 + limit) // 100


def increment(environment, intent, amount, call=None):
    """Authorize more for an authorized payment (page "Incremental authorizations").

    :param int amount: the new total
    :raise ApiError: 400, or 402 when the bank declines
    """
    check_not_authorizing(environment, intent)
    if intent["status"] != "requires_capture":
        raise unexpected_state(
            environment,
            intent,
            "Only a PaymentIntent with a status of requires_capture can be incremented, this one "
            f"has a status of {intent['status']}.",
        )
    charge = environment.get("charge", intent["latest_charge"])
    details = charge["payment_method_details"].get("card_present") or {}
    done = environment.increments.get(intent["id"], 0)
    if not details.get("incremental_authorization_supported") or done >= MOST_INCREMENTS:
        raise invalid("The authorization of this PaymentIntent cannot be incremented.")
    if amount <= intent["amount"]:
        raise invalid(
            f"The amount must be more than {money.shown(intent['amount'], intent['currency'])}.",
            param="amount",
        )
    environment.increments[intent["id"]] = done + 1
    reason = None if environment.livemode else cards.AMOUNT_DECLINES.get(amount % 100)
    if reason:
        error = cards.decline_error(reason)
        raise ApiError(
            402,
            error["message"],
            error["code"],
            type="card_error",
            decline_code=error["decline_code"],
        )
    intent.update(amount=amount, amount_capturable=amount)
    charge["amount"] = details["amount_authorized"] = amount
    environment.emit("payment_intent.amount_capturable_updated", intent, call=call)


def expire(environment):
    """Cancel the payments whose time to be captured has passed."""
    for intent in environment.all("payment_intent"):
        if intent["status"] != "requires_capture":
            continue
        charge = environment.get("charge", intent["latest_charge"])
        details = charge["payment_method_details"].get("card_present") or {}
        if details.get("capture_before") and details["capture_before"] <= environment.now:
            cancel(environment, intent, "automatic")


def cancel(environment, intent, reason=None, call=None):
    """Cancel a PaymentIntent; an authorization is released.

    :raise ApiError: 400, `payment_intent_unexpected_state`, with the intent as it is
    """
    if not environment.simulator.cancel_beats_authorization:
        check_not_authorizing(environment, intent)
    if intent["status"] not in CANCELABLE:
        raise unexpected_state(
            environment,
            intent,
            "You cannot cancel this PaymentIntent because it has a status of "
            f"{intent['status']}. Only a PaymentIntent with one of the following statuses may be "
            f"canceled: {', '.join(CANCELABLE)}.",
        )
    released = intent["status"] == "requires_capture"
    intent.update(
        status="canceled",
        amount_capturable=0,
        canceled_at=environment.now,
        cancellation_reason=reason,
    )
    if released:
        charge = environment.get("charge", intent["latest_charge"])
        charge.update(amount_refunded=charge["amount"], refunded=True)
        environment.emit("charge.refunded", charge, call=call)
    environment.emit("payment_intent.canceled", intent, call=call)


def is_manual(intent, card):
    """Return whether a payment with this card waits for its capture."""
    options = (intent["payment_method_options"] or {}).get("card_present") or {}
    method = options.get("capture_method") or intent["capture_method"]
    if method == "manual_preferred":
        return not card.is_single_message
    return method == "manual"


def _may_increment(intent):
    options = (intent["payment_method_options"] or {}).get("card_present") or {}
    return bool(options.get("request_incremental_authorization_support"))


def _unfit(intent, card):
    """Return why an intent cannot be paid with a card at all, or None."""
    code = message = None
    if intent["status"] != "requires_confirmation":
        code = "payment_intent_unexpected_state"
        message = f"The PaymentIntent has a status of {intent['status']}."
    elif card.method_type not in intent["payment_method_types"]:
        code = "payment_intent_incompatible_payment_method"
        message = f"The PaymentIntent does not accept {card.method_type}."
    elif card.is_single_message and is_manual(intent, card):
        code = "payment_intent_incompatible_payment_method"
        message = f"A {card.network} payment cannot be captured later."
    if code is None:
        return None
    return {"type": "invalid_request_error", "code": code, "message": message}


def _new_charge(environment, intent, presented, reader, method, approved, manual):
    amount = intent["amount"] if approved else intent["amount"] + (presented.tip or 0)
    charge = environment.new("charge")
    charge.update(
        amount=amount,
        amount_captured=0,
        amount_refunded=0,
        application=None,
        application_fee=None,
        application_fee_amount=None,
        balance_transaction=None,
        billing_details=card_facts.billing_details(),
        calculated_statement_descriptor=environment.account.descriptor,
        captured=False,
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        failure_balance_transaction=None,
        failure_code=None,
        failure_message=None,
        fraud_details={},
        metadata=dict(intent["metadata"]),
        on_behalf_of=None,
        outcome=_outcome(None),
        paid=approved,
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details=card_facts.charge_details(
            environment,
            charge["id"],
            presented.card,
            presented.read_method,
            reader,
            amount,
            approved,
            manual,
            _may_increment(intent),
        ),
        radar_options={},
        receipt_email=intent["receipt_email"],
        receipt_number=None,
        receipt_url=None,
        refunded=False,
        review=None,
        shipping=None,
        source=None,
        source_transfer=None,
        statement_descriptor=intent["statement_descriptor"],
        statement_descriptor_suffix=intent["statement_descriptor_suffix"],
        status="succeeded" if approved else "failed",
        transfer_data=None,
        transfer_group=None,
    )
    intent["latest_charge"] = charge["id"]
    return environment.add(charge)


def _outcome(reason):
    declined = reason is not None
    return {
        "advice_code": cards.decline_error(reason)["advice_code"] if declined else None,
        "network_advice_code": None,
        "network_decline_code": "05" if declined else None,
        "network_status": "declined_by_network" if declined else "approved_by_network",
        "reason": reason,
        "risk_level": "not_assessed",
        "seller_message": "The bank declined." if declined else "Payment complete.",
        "type": "issuer_declined" if declined else "authorized",
    }


def _approve(environment, intent, presented, reader, method):
    manual = is_manual(intent, presented.card)
    charge = _new_charge(environment, intent, presented, reader, method, True, manual)
    intent.update(last_payment_error=None, payment_method=method["id"])
    if manual:
        intent.update(status="requires_capture", amount_capturable=intent["amount"])
    else:
        _settle(environment, intent, charge, intent["amount"])
    environment.emit("charge.succeeded", charge)
    done = "amount_capturable_updated" if manual else "succeeded"
    environment.emit(f"payment_intent.{done}", intent)


def _settle(environment, intent, charge, amount):
    charge.update(captured=True, amount_captured=amount)
    intent.update(status="succeeded", amount_received=amount, amount_capturable=0)
    details = charge["payment_method_details"].get("card_present")
    if details:
        details.pop("capture_before", None)
    add_charge_transaction(environment, charge)


def _decline(environment, intent, presented, reader, method, reason):
    charge = _new_charge(environment, intent, presented, reader, method, False, False)
    error = cards.decline_error(reason)
    charge.update(
        failure_code=error["code"],
        failure_message=error["message"],
        outcome=_outcome(reason),
    )
    problem = {
        "type": "card_error",
        "charge": charge["id"],
        "doc_url": f"https://docs.stripe.com/error-codes/{error['code'].replace('_', '-')}",
        "payment_method": environment.simulator.copy(method),
        "payment_method_type": method["type"],
        **{key: value for key, value in error.items() if value is not None},
    }
    intent.update(status="requires_payment_method", payment_method=None, last_payment_error=problem)
    environment.emit("charge.failed", charge)
    environment.emit("payment_intent.payment_failed", intent)
    return problem
