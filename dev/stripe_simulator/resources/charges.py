"""Charges: https://docs.stripe.com/api/charges."""

from ..pagination import PAGES, created_matches, page
from ..routing import route

URL = "/v1/charges"
NAME = "charge"


@route("GET", URL, NAME, "_charge_list_params", NAME, takes=f"created payment_intent {PAGES}")
def list_all(call):
    """List the charges, filtered by payment_intent and created."""
    params = call.params
    charges = [
        charge
        for charge in call.environment.all(NAME)
        if params.get("payment_intent") in (None, charge["payment_intent"])
        and created_matches(charge, params.get("created"))
    ]
    return page(call, charges, URL)


@route("GET", f"{URL}/<charge_id>", NAME, "_charge_retrieve_params", NAME)
def retrieve(call, charge_id):
    """Return a charge."""
    return call.environment.get(NAME, charge_id, "id")
