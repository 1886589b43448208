"""From Stripe's charges, refunds and reader actions to what the journal keeps of refunds.

See https://docs.stripe.com/api/charges/object and https://docs.stripe.com/api/refunds/object.
"""

from .listing import LINE_UUID
from .reading import CARD_KINDS, action_code, charge_values
from .refunding import MADE
from .settlement import NO_ACTION

# The metadata that tells the tries of one refund line apart.
ATTEMPT = "pos_refund_attempt"
# Of a card's EMV data these belong to the card, the others to the payment.
CARD_EMV = ("account_type", "application_preferred_name", "dedicated_file_name")


def charge_of(data):
    """Return the Charge of an answer: the Charge itself, or a PaymentIntent's expanded one.

    :param dict data: either of them
    :return: dict, or None where nothing was ever charged
    """
    charge = data if data["object"] == "charge" else data.get("latest_charge")
    return charge if isinstance(charge, dict) else None


def is_in_person(charge):
    """Tell whether the network refunds only to a card that is present (Interac)."""
    return (charge.get("payment_method_details") or {}).get("type") == "interac_present"


def refunds_of(charge):
    """Return a charge's refunds as the journal keeps them, newest first.

    :param dict charge: a Charge with `refunds` expanded; Stripe gives the last ten
    """
    return [
        {
            "id": refund["id"],
            "amount": refund["amount"],
            "status": refund["status"],
            "created": refund["created"],
            "line_uuid": (refund.get("metadata") or {}).get(LINE_UUID),
            "attempt": (refund.get("metadata") or {}).get(ATTEMPT),
        }
        for refund in (charge.get("refunds") or {}).get("data") or []
    ]


def refunded_of(charge):
    """Return how much of a charge was refunded, in minor units.

    What a partial capture released is no refund, so the refunds themselves count where they are
    all there.
    """
    refunds = charge.get("refunds") or {}
    if "data" not in refunds or refunds.get("has_more"):
        return charge.get("amount_refunded") or 0
    return sum(refund["amount"] for refund in refunds["data"] if refund["status"] in MADE)


def find_refund(charge, line_uuid, attempt):
    """Return the Refund that one try of a refund line has asked for, or None."""
    for refund in (charge.get("refunds") or {}).get("data") or []:
        metadata = refund.get("metadata") or {}
        if (metadata.get(LINE_UUID), metadata.get(ATTEMPT)) == (line_uuid, str(attempt)):
            return refund
    return None


def find_unnamed_refund(charge, known, amounts):
    """Return the oldest Refund that may be a till's browser's, or None.

    Stripe's SDK for browsers gives a refund no metadata, so only its time and amount tell.

    :param dict charge: a Charge with `refunds` expanded
    :param known: ids of refunds that are certainly something else
    :param amounts: minor units that the browser may have refunded
    """
    for refund in reversed((charge.get("refunds") or {}).get("data") or []):
        is_named = LINE_UUID in (refund.get("metadata") or {})
        if not is_named and refund["id"] not in known and refund["amount"] in amounts:
            return refund
    return None


def refund_values(refund):
    """Return the journal's values for a Refund.

    :param dict refund: a Refund
    """
    values = {
        "refund": refund["id"],
        "refund_status": refund["status"],
        "pending_reason": refund["status"] == "pending" and refund.get("pending_reason"),
    }
    reason = refund.get("failure_reason")
    if reason:
        values["failure_code"] = f"refund_{reason}"
    return values


def card_values(charge, refund):
    """Return the journal's card facts of a refund: the card that was charged gets the money.

    :param dict charge: the Charge that is refunded
    :param dict | None refund: the Refund; one that was made in person tells of its own reading
    """
    values = charge_values(charge)
    details = (refund or {}).get("payment_method_details") or {}
    presented = next((details[kind] for kind in CARD_KINDS if details.get(kind)), None)
    receipt = (presented or {}).get("receipt") or {
        key: value for key, value in (values["emv_receipt"] or {}).items() if key in CARD_EMV
    }
    return {
        **values,
        "card_read_method": (presented or {}).get("read_method"),
        "auth_code": (presented and receipt.get("authorization_code")) or False,
        "emv_receipt": receipt or False,
    }


def refund_action_values(reader, line_uuid, attempt):
    """Return what the reader does for one refund, and the id of the Refund once it is made.

    :param dict reader: a Reader
    :return: tuple of the journal's values and `re_…` or None
    """
    action = reader.get("action") or {}
    details = action.get("refund_payment") or {}
    metadata = details.get("metadata") or {}
    if (metadata.get(LINE_UUID), metadata.get(ATTEMPT)) != (line_uuid, str(attempt)):
        return {"reader_action": NO_ACTION}, None
    values = {"reader_action": action["status"]}
    if action["status"] == "failed":
        code = action_code(action)
        values["failure_code"] = "refund_wrong_card" if code == "invalid_card_type" else code
    return values, details.get("refund")
