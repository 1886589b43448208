"""Charges: https://docs.stripe.com/api/charges."""

from ..pagination import created_matches, page
from ..routing import route

URL = "/v1/charges"
NAME = "charge"


@route("GET", URL, NAME, "_charge_list_params", NAME)
def list_all(call):
    """List the charges, filtered by payment_intent, customer and created."""
    params = call.params
    charges = [
        charge
        for charge in call.environment.all(NAME)
        if params.get("payment_intent") in (None, charge["payment_intent"])
        and params.get("customer") in (None, charge["customer"])
        and created_matches(charge, params.get("created"))
    ]
    return page(call, charges, URL)


@route("GET", f"{URL}/<charge_id>", NAME, "_charge_retrieve_params", NAME)
def retrieve(call, charge_id):
    """Return a charge."""
    return call.environment.get(NAME, charge_id, "id")
