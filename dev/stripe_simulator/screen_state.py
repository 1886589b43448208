"""What a reader's screen shows, derived from the device and its action."""

import time

from . import money

SHOWN_CARDS = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "American Express",
    "discover": "Discover",
    "diners": "Diners Club",
    "jcb": "JCB",
    "unionpay": "UnionPay",
    "interac": "Interac",
    "eftpos_au": "eftpos",
}


def screen_of(device):
    """Return the screen as plain data; under the simulator's lock."""
    screen = {
        "reader": device.id,
        "serial_number": device.serial_number,
        "label": device.label,
        "device_type": device.object["device_type"],
        "livemode": device.environment.livemode,
        "network": device.network,
        "occupied": device.occupied,
        "auto_present": device.automatic,
        "can_cancel": device.may_customer_cancel,
        "state": "idle",
        "kind": None,
        "amount": None,
        "tip": None,
        "tips": None,
        "currency": None,
        "decimals": None,
        "payment_intent": None,
        "code": None,
        "message": None,
        "brand": None,
        "last4": None,
        "cart": None,
    }
    result = device.result
    if result and time.time() - result["at"] < device.simulator.result_time:
        screen.update(result["subject"])
        screen.update(
            state=result["state"],
            code=result["code"],
            message=result["message"],
            brand=SHOWN_CARDS.get(result["brand"]),
            last4=result["last4"],
        )
    elif device.phase == "waiting":
        asks_for_tip = device.tipping and device.chosen_tip is None
        screen.update(device.subject, state="tip" if asks_for_tip else "amount")
        screen["tips"] = device.tipping["choices"] if asks_for_tip else None
    elif device.phase == "authorizing":
        screen.update(device.subject, state="processing")
    elif device.action and device.action["type"] == "set_reader_display":
        cart = device.action["set_reader_display"]["cart"]
        screen.update(
            state="cart",
            cart=device.simulator.copy(cart),
            amount=cart["total"],
            currency=cart["currency"],
            decimals=money.decimals(cart["currency"]),
        )
    if screen["state"] in ("amount", "processing") and device.chosen_tip:
        screen.update(tip=device.chosen_tip, amount=screen["amount"] + device.chosen_tip)
    return screen


def subject_of(device, action):
    """Return what an action pays or refunds, as members of the screen."""
    if not action:
        return {}
    details = action.get(action["type"]) or {}
    if action["type"] == "process_payment_intent":
        intent = device.environment.find("payment_intent", details["payment_intent"])
        tip = ((intent["amount_details"] or {}).get("tip") or {}).get("amount")
        subject = {"kind": "payment", "payment_intent": intent["id"], "tip": tip}
        amount, currency = intent["amount"], intent["currency"]
    elif action["type"] == "refund_payment":
        charge = device.environment.find("charge", details["charge"])
        subject = {"kind": "refund", "payment_intent": charge["payment_intent"]}
        amount, currency = details["amount"], charge["currency"]
    else:
        return {}
    return {**subject, "amount": amount, "currency": currency, "decimals": money.decimals(currency)}
