"""Refunds of charges (pages "Refund and cancel payments", "Refund transactions" of Terminal)."""

from . import card_facts, cards, money
from .balance import add_refund_failure_transaction, add_refund_transaction
from .errors import ApiError, invalid
from .metadata import merge


def find_charge(environment, charge_id=None, intent_id=None):
    """Return the charge that a refund is about.

    :raise ApiError: 400, when none or both ids are given, or nothing was charged
    """
    if charge_id and intent_id:
        raise invalid(
            "You may only specify one of these parameters: charge, payment_intent.", param="charge"
        )
    if not charge_id and not intent_id:
        raise invalid(
            "One of the following params should be provided: charge, payment_intent.",
            "parameter_missing",
            "charge",
        )
    if charge_id:
        return environment.get("charge", charge_id, "charge", 400)
    intent = environment.get("payment_intent", intent_id, "payment_intent", 400)
    charge = environment.find("charge", intent["latest_charge"])
    if charge is None or charge["status"] != "succeeded":
        raise invalid(
            f"This PaymentIntent ({intent_id}) does not have a successful charge to refund.",
            "payment_intent_unexpected_state",
            "payment_intent",
        )
    return charge


def refundable(charge):
    """Return how much of a charge can still be refunded, in minor units."""
    released = charge["amount"] - charge["amount_captured"] if charge["captured"] else 0
    return charge["amount_captured"] - (charge["amount_refunded"] - released)


def check_amount(charge, amount):
    """Return the amount of a refund in minor units; None asks for all that is left.

    :raise ApiError: 400, `charge_disputed`, `charge_already_refunded`, or for more than
        what is left
    """
    if charge["status"] != "succeeded":
        raise invalid(f"Charge {charge['id']} failed: nothing to refund.", param="charge")
    if not charge["captured"]:
        raise invalid(
            f"Charge {charge['id']} is not captured: cancel its PaymentIntent instead.",
            "charge_not_refundable",
            "charge",
        )
    if charge["disputed"]:
        raise invalid(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            "charge_disputed",
        )
    left = refundable(charge)
    if left <= 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise invalid(message, "charge_already_refunded")
    if amount is None:
        return left
    if amount < 1:
        raise invalid(
            "Invalid amount: the value must be at least 1.", "parameter_invalid_integer", "amount"
        )
    if amount > left:
        raise invalid(
            f"Refund amount ({money.shown(amount, charge['currency'])}) is greater than unrefunded "
            f"amount on charge ({money.shown(left, charge['currency'])})",
            param="amount",
        )
    return amount


def card_of(charge):
    """Return the test card that a charge was paid with."""
    details = charge["payment_method_details"]
    fingerprint = details[details["type"]]["fingerprint"]
    return next(card for card in cards.CARDS.values() if card.fingerprint == fingerprint)


def is_interac(charge):
    """Return whether the owner of the card must be present for a refund."""
    return charge["payment_method_details"]["type"] == "interac_present"


def check_in_person(charge):
    """Refuse to refund a charge on the reader unless its card has to be present for that.

    :raise ApiError: 400
    """
    if not is_interac(charge):
        raise invalid(
            "The charge to be refunded and the PaymentMethod provided for the refund must be "
            "interac_present type",
            "charge_not_refundable",
            "charge",
        )


def create(environment, charge, amount, reason=None, metadata=None, call=None):
    """Refund a charge and return the Refund.

    :param int amount: in minor units, already checked
    """
    refund = environment.new("refund")
    del refund["livemode"]
    refund.update(
        amount=amount,
        balance_transaction=None,
        charge=charge["id"],
        currency=charge["currency"],
        customer=None,
        customer_account=None,
        destination_details=card_facts.refund_details(charge),
        metadata=merge({}, metadata),
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        reason=reason,
        receipt_number=None,
        source_transfer_reversal=None,
        status="succeeded",
        transfer_reversal=None,
    )
    environment.add(refund)
    transaction = add_refund_transaction(environment, refund)
    refund["balance_transaction"] = transaction["id"]
    _change_refunded(charge, amount)
    behaviour = card_of(charge).refund
    if behaviour == "pending":
        refund.update(status="pending", pending_reason="processing")
    elif not environment.account.covers_refunds:
        refund.update(status="pending", pending_reason="insufficient_funds")
    environment.emit("charge.refunded", charge, call=call)
    environment.emit("refund.created", refund, call=call)
    if behaviour:
        simulator = environment.simulator
        if behaviour == "fail":
            simulator.later(simulator.async_refund_time, _fail, environment, refund, charge)
        else:
            simulator.later(simulator.async_refund_time, _succeed, environment, refund)
    return refund


def settle_pending(environment):
    """Make the refunds that waited for the account's balance."""
    for refund in environment.all("refund"):
        if refund.get("pending_reason") == "insufficient_funds":
            _succeed(environment, refund)


def refund(environment, details, presented):
    """Refund a charge to the card that was presented; `details` gets the id of the `refund`.

    :param dict details: `charge`, `amount` and `metadata`, as of a reader's action
    :param Presented presented: the card
    :return: dict of the error, or None
    """
    charge = environment.find("charge", details["charge"])
    if card_of(charge).number != presented.card.number:
        return {
            "type": "invalid_request_error",
            "code": "invalid_card_type",
            "message": "The card is not the one that was charged.",
        }
    if presented.decline:
        return {"type": "card_error", **cards.decline_error(presented.decline)}
    try:
        amount = check_amount(charge, details["amount"])
    except ApiError as error:
        return {"type": error.type, "code": error.code, "message": error.message}
    refund = create(environment, charge, amount, metadata=details.get("metadata"))
    details["refund"] = refund["id"]
    return None


def _change_refunded(charge, amount):
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] >= charge["amount"]


def _succeed(environment, refund):
    refund["status"] = "succeeded"
    refund.pop("pending_reason", None)
    environment.emit("refund.updated", refund, {"status": "pending"})
    environment.emit("charge.refund.updated", refund, {"status": "pending"})


def _fail(environment, refund, charge):
    transaction = add_refund_failure_transaction(environment, refund)
    refund.update(
        status="failed",
        failure_reason="expired_or_canceled_card",
        failure_balance_transaction=transaction["id"],
    )
    _change_refunded(charge, -refund["amount"])
    environment.emit("refund.updated", refund, {"status": "succeeded"})
    environment.emit("refund.failed", refund)
    environment.emit("charge.refund.updated", refund, {"status": "succeeded"})
