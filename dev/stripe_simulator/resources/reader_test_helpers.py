"""Test helpers of readers: https://docs.stripe.com/api/terminal/readers/present_payment_method."""

from .. import cards
from ..errors import SimulatorError, invalid
from ..routing import route
from .readers import NAME, PERMISSION

URL = "/v1/test_helpers/terminal/readers"


@route(
    "POST",
    f"{URL}/<reader_id>/present_payment_method",
    NAME,
    "test_helpers.terminal._reader_present_payment_method_params",
    PERMISSION,
)
def present_payment_method(call, reader_id):
    """Hold a test card to a simulated reader."""
    reader = call.environment.get(NAME, reader_id, "reader")
    if not reader["device_type"].startswith("simulated"):
        raise invalid("Cards can be presented to simulated readers only.", param="reader")
    params = call.params
    interac = params.get("type") == "interac_present" or "interac_present" in params
    default = cards.DEFAULT_INTERAC_CARD if interac else cards.DEFAULT_CARD
    kind = params.get("type") or ("interac_present" if interac else "card_present")
    number = (params.get(kind) or {}).get("number", default)
    try:
        cards.find_card(number)
    except SimulatorError as error:
        param = f"{kind}[number]"
        raise invalid(f"{error}.", "payment_method_invalid_parameter_testmode", param) from error
    try:
        call.environment.devices[reader_id].tap(number, params.get("amount_tip"))
    except SimulatorError as error:
        raise invalid(f"{error}.", param="reader") from error
    return reader
