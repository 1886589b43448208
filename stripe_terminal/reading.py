"""From Stripe's objects, as plain data, to the values that the journal keeps.

See https://docs.stripe.com/api/payment_intents/object, https://docs.stripe.com/api/charges/object
and https://docs.stripe.com/api/terminal/readers/object.
"""

from datetime import datetime, timezone

from .errors import PROBLEMS
from .settlement import NO_ACTION

# What a slip shows of a card, by the names of the journal's fields.
CARD_FACTS = (
    "card_brand",
    "card_last4",
    "card_network",
    "card_read_method",
    "auth_code",
    "emv_receipt",
)
CARD_KINDS = ("card_present", "interac_present")


def intent_values(intent):
    """Return the journal's values for a PaymentIntent with `latest_charge` expanded.

    :param dict intent: a PaymentIntent; amounts in minor units
    """
    values = {
        "payment_intent": intent["id"],
        "intent_status": intent["status"],
        "intent_amount": intent["amount"],
        "amount_received": intent.get("amount_received") or 0,
        "amount_capturable": intent.get("amount_capturable") or 0,
        "reader_tip_minor": _tip(intent),
        "livemode": bool(intent.get("livemode")),
    }
    error = intent.get("last_payment_error")
    if error and intent["status"] == "requires_payment_method":
        values["failure_code"] = error_code(error)
    charge = intent.get("latest_charge")
    if isinstance(charge, dict) and intent["status"] in ("succeeded", "requires_capture"):
        values.update(charge_values(charge))
    elif isinstance(charge, dict) and charge.get("status") == "failed" and "failure_code" in values:
        facts = charge_values(charge)
        values["declined_charge"] = {
            **{name: facts[name] for name in CARD_FACTS},
            "amount": charge["amount"],
            "created": charge["created"],
            "failure_code": values["failure_code"],
        }
    return values


def error_code(error):
    """Return the code of a PaymentIntent's `last_payment_error` that has a sentence.

    Only what Stripe calls a card error is a decline: its own trouble is none of the card's.
    """
    for code in (error.get("decline_code"), error.get("code")):
        if code in PROBLEMS and code != "api_error":
            return code
    if error.get("type", "card_error") == "card_error":
        return "card_declined"
    return "invalid_request" if error["type"] == "invalid_request_error" else "stripe_error"


def action_code(action):
    """Return the code of a reader's failed action that has a sentence."""
    code = action.get("failure_code")
    if code == "api_error":
        return "stripe_error"
    return code if code in PROBLEMS else "reader_error"


def failure_mark(intent, action_code=None):
    """Return what tells one failure of a PaymentIntent from the next, or None without a failure.

    :param dict intent: a PaymentIntent
    :param str | None action_code: of the reader's failed action
    :return: list of that code, the charge that failed and its code
    """
    error = intent.get("last_payment_error") or {}
    if not error and not action_code:
        return None
    charge = error.get("charge") or intent.get("latest_charge") or None
    charge = charge["id"] if isinstance(charge, dict) else charge
    return [action_code, charge, error.get("decline_code") or error.get("code")]


def _tip(intent):
    """Return the part of a PaymentIntent's amount that the customer gave as a tip on the reader."""
    return ((intent.get("amount_details") or {}).get("tip") or {}).get("amount") or 0


def charge_values(charge):
    """Return the journal's card facts of a Charge, for receipts and for `pos.payment`.

    :param dict charge: a Charge
    """
    details = charge.get("payment_method_details") or {}
    card = next((details[kind] for kind in CARD_KINDS if details.get(kind)), {})
    receipt = card.get("receipt") or {}
    capture_before = card.get("capture_before")
    return {
        "charge": charge["id"],
        "card_brand": card.get("brand"),
        "card_last4": card.get("last4"),
        "card_funding": card.get("funding"),
        "card_network": card.get("network"),
        "card_read_method": card.get("read_method"),
        "auth_code": receipt.get("authorization_code"),
        "emv_receipt": receipt or False,
        "overcapture_supported": bool(card.get("overcapture_supported")),
        "incremental_supported": bool(card.get("incremental_authorization_supported")),
        "capture_before": (
            datetime.fromtimestamp(capture_before, timezone.utc).replace(tzinfo=None)
            if capture_before
            else False
        ),
    }


def action_values(reader, intent_id):
    """Return what the reader does for one PaymentIntent, and that intent when it came along.

    :param dict reader: a Reader, its action's PaymentIntent expanded if possible
    :param str intent_id: `pi_…`
    :return: tuple of the journal's values and the PaymentIntent's data or None
    """
    action = reader.get("action") or {}
    intent = (action.get("process_payment_intent") or {}).get("payment_intent")
    expanded = intent if isinstance(intent, dict) else None
    if not intent or (expanded["id"] if expanded else intent) != intent_id:
        return {"reader_action": NO_ACTION}, None
    values = {"reader_action": action["status"]}
    if action["status"] == "failed":
        values["failure_code"] = action_code(action)
    return values, expanded
