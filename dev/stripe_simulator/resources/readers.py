"""Terminal readers: https://docs.stripe.com/api/terminal/readers."""

import uuid

from .. import money, refunding
from ..device import add_device
from ..errors import invalid
from ..ids import random_text
from ..metadata import merge
from ..pagination import page
from ..routing import route

URL = "/v1/terminal/readers"
NAME = "terminal.reader"
PERMISSION = "terminal_reader"
# Registration codes of simulated readers; any other code gives a reader like the one in the shop.
SIMULATED_CODES = {
    "simulated-wpe": "simulated_wisepos_e",
    "simulated-s700": "simulated_stripe_s700",
    "simulated-s710": "simulated_stripe_s710",
}
SERIAL_STARTS = {"bbpos_wisepos_e": "WSC5", "stripe_s700": "STRM", "stripe_s710": "STRN"}
SOFTWARE = "2.42.0.0"


def new_reader(environment, device_type, location, label=None, serial_number=None, metadata=None):
    """Return a reader's object; not stored yet."""
    reader = environment.new(NAME, created=False)
    if serial_number is None:
        if device_type.startswith("simulated"):
            serial_number = str(uuid.uuid4())
        else:
            serial_number = SERIAL_STARTS.get(device_type, "SIM") + random_text(11).upper()
    reader.update(
        action=None,
        device_sw_version=SOFTWARE,
        device_type=device_type,
        ip_address="0.0.0.0",
        label=label or serial_number,
        last_seen_at=environment.now * 1000,
        location=location,
        metadata=merge({}, metadata),
        serial_number=serial_number,
        status="online",
    )
    return reader


@route("POST", URL, NAME, "terminal._reader_create_params", PERMISSION)
def create(call):
    """Register a reader by the code that it shows; `simulated-wpe` and the like need no reader."""
    params = dict(call.params)
    code = params.pop("registration_code")
    location = params.pop("location", None)
    if not location:
        raise invalid("Missing required param: location.", "parameter_missing", "location")
    call.environment.get("terminal.location", location, "location", 400)
    if code in SIMULATED_CODES and call.environment.livemode:
        raise invalid("Simulated readers exist in test mode only.", param="registration_code")
    if code not in SIMULATED_CODES:
        used = call.environment.used_codes
        if code in used or not call.simulator.accepts_registration_code(code):
            message = "The registration code is wrong, was used or has expired."
            raise invalid(message, param="registration_code")
        used.add(code)
    device_type = SIMULATED_CODES.get(code, "bbpos_wisepos_e")
    reader = new_reader(call.environment, device_type, location, **params)
    return add_device(call.environment, reader).object


@route("GET", URL, NAME, "terminal._reader_list_params", PERMISSION)
def list_all(call):
    """List the readers, filtered by device_type, location, serial_number and status."""
    wanted = {
        name: call.params[name]
        for name in ("device_type", "location", "serial_number", "status")
        if name in call.params
    }
    readers = [
        reader
        for reader in call.environment.all(NAME)
        if all(reader[name] == value for name, value in wanted.items())
    ]
    return page(call, readers, URL)


@route("GET", f"{URL}/<reader_id>", NAME, "terminal._reader_retrieve_params", PERMISSION)
def retrieve(call, reader_id):
    """Return a reader with its latest action."""
    return call.environment.get(NAME, reader_id, "reader")


@route("POST", f"{URL}/<reader_id>", NAME, "terminal._reader_update_params", PERMISSION)
def update(call, reader_id):
    """Change a reader's label or metadata."""
    reader = call.environment.get(NAME, reader_id, "reader")
    if "label" in call.params:
        reader["label"] = call.params["label"] or reader["serial_number"]
    if "metadata" in call.params:
        reader["metadata"] = merge(reader["metadata"], call.params["metadata"])
    return reader


@route("DELETE", f"{URL}/<reader_id>", NAME, "terminal._reader_delete_params", PERMISSION)
def delete(call, reader_id):
    """Take a reader off the account."""
    reader = call.environment.get(NAME, reader_id, "reader")
    del call.environment.objects[NAME][reader_id]
    del call.environment.devices[reader_id]
    call.simulator.notify()
    return {
        "id": reader_id,
        "object": NAME,
        "deleted": True,
        "device_type": reader["device_type"],
        "serial_number": reader["serial_number"],
    }


@route(
    "POST",
    f"{URL}/<reader_id>/process_payment_intent",
    NAME,
    "terminal._reader_process_payment_intent_params",
    PERMISSION,
    locked=False,
)
def process_payment_intent(call, reader_id):
    """Let the reader collect a card for a PaymentIntent; answers when the reader acknowledged."""
    device = _device(call, reader_id)
    intent_id = call.params["payment_intent"]

    def check():
        intent = call.environment.get("payment_intent", intent_id, "payment_intent", 400)
        _check_processable(call, device, intent)

    def begin():
        details = {"payment_intent": intent_id}
        if "process_config" in call.params:
            details["process_config"] = call.params["process_config"]
        device.begin_action(_action("process_payment_intent", details))

    device.command(begin, check)
    return device.object


@route(
    "POST",
    f"{URL}/<reader_id>/refund_payment",
    NAME,
    "terminal._reader_refund_payment_params",
    PERMISSION,
    locked=False,
    takes="amount charge metadata payment_intent refund_payment_config",
)
def refund_payment(call, reader_id):
    """Let the reader collect the card that a payment is refunded to (Interac needs this)."""
    device = _device(call, reader_id)
    params = dict(call.params)
    config = params.pop("refund_payment_config", None)

    def check():
        charge = refunding.find_charge(
            call.environment, params.get("charge"), params.get("payment_intent")
        )
        refunding.check_in_person(charge)
        refunding.check_amount(charge, params.get("amount"))

    def begin():
        charge = refunding.find_charge(
            call.environment, params.get("charge"), params.get("payment_intent")
        )
        details = {
            **params,
            "amount": refunding.check_amount(charge, params.get("amount")),
            "charge": charge["id"],
            "payment_intent": charge["payment_intent"],
        }
        if config is not None:
            details["refund_payment_config"] = config
        device.begin_action(_action("refund_payment", details))

    device.command(begin, check)
    return device.object


@route(
    "POST",
    f"{URL}/<reader_id>/set_reader_display",
    NAME,
    "terminal._reader_set_reader_display_params",
    PERMISSION,
    locked=False,
)
def set_reader_display(call, reader_id):
    """Show a cart on the reader; replaces a payment that has not begun."""
    device = _device(call, reader_id)
    params = call.params
    if "cart" not in params:
        raise invalid("Missing required param: cart.", "parameter_missing", "cart")
    _check_cart(params["cart"])
    details = {"cart": {"tax": None, **params["cart"]}, "type": params["type"]}
    device.command(lambda: device.begin_action(_action("set_reader_display", details)))
    return device.object


@route(
    "POST",
    f"{URL}/<reader_id>/cancel_action",
    NAME,
    "terminal._reader_cancel_action_params",
    PERMISSION,
    locked=False,
)
def cancel_action(call, reader_id):
    """Take the action from the reader; refused while a payment is being authorized."""
    device = _device(call, reader_id)
    device.command(device.reset)
    return device.object


def _device(call, reader_id):
    with call.simulator.lock:
        call.environment.get(NAME, reader_id, "reader")
        return call.environment.devices[reader_id]


def _action(kind, details):
    return {
        "api_error": None,
        "failure_code": None,
        "failure_message": None,
        kind: details,
        "status": "in_progress",
        "type": kind,
    }


def _check_processable(call, device, intent):
    if intent["status"] != "requires_payment_method":
        raise invalid(
            "The PaymentIntent must be in the requires_payment_method state to be processed on a "
            f"reader, it is {intent['status']}.",
            "intent_invalid_state",
            payment_intent=call.simulator.copy(intent),
        )
    if not {"card_present", "interac_present"} & set(intent["payment_method_types"]):
        raise invalid(
            "The PaymentIntent does not accept card_present.",
            "payment_intent_invalid_parameter",
            "payment_intent",
        )
    location = call.environment.find("terminal.location", device.object["location"])
    if not location or location["address"]["country"] != call.account.country:
        raise invalid(
            "The reader has no location in the country of the account.",
            "terminal_reader_invalid_location_for_payment",
        )


def _check_cart(cart):
    money.check_currency(cart["currency"], "cart[currency]")
    for position, item in enumerate(cart["line_items"]):
        if item["quantity"] < 1:
            param = f"cart[line_items][{position}][quantity]"
            message = f"Invalid {param}: the value must be at least 1."
            raise invalid(message, "parameter_invalid_integer", param)
