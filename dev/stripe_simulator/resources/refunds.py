"""Refunds: https://docs.stripe.com/api/refunds."""

from .. import refunding
from ..errors import invalid
from ..pagination import created_matches, page
from ..routing import route

URL = "/v1/refunds"
NAME = "refund"
PERMISSION = "charge"


@route(
    "POST",
    URL,
    NAME,
    "_refund_create_params",
    PERMISSION,
    takes="amount charge metadata payment_intent reason",
)
def create(call):
    """Refund a charge, wholly or in part; Interac payments are refunded on the reader only."""
    params = call.params
    charge = refunding.find_charge(
        call.environment, params.get("charge"), params.get("payment_intent")
    )
    if refunding.is_interac(charge):
        raise invalid(
            "An interac_present charge is refunded in person: use the reader's refund_payment.",
            "charge_not_refundable",
            "charge",
        )
    amount = refunding.check_amount(charge, params.get("amount"))
    return refunding.create(
        call.environment, charge, amount, params.get("reason"), params.get("metadata"), call
    )


@route("GET", URL, NAME, "_refund_list_params", PERMISSION)
def list_all(call):
    """List the refunds, filtered by charge, payment_intent and created."""
    params = call.params
    refunds = [
        refund
        for refund in call.environment.all(NAME)
        if params.get("charge") in (None, refund["charge"])
        and params.get("payment_intent") in (None, refund["payment_intent"])
        and created_matches(refund, params.get("created"))
    ]
    return page(call, refunds, URL)


@route("GET", f"{URL}/<refund_id>", NAME, "_refund_retrieve_params", PERMISSION)
def retrieve(call, refund_id):
    """Return a refund."""
    return call.environment.get(NAME, refund_id, "id")
