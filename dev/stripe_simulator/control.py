"""The control API below `/_simulator`: the in-process API as JSON, for browsers and processes."""

import dataclasses
import json

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from .cards import CARDS
from .errors import ApiError, SimulatorError

PREFIX = "/_simulator/"
LONGEST_WAIT = 25  # seconds
_rules = []
_map = None


def control(method, path):
    """Register a function `handler(simulator, data, **ids)`; it returns what becomes JSON."""

    def register(handler):
        _rules.append(Rule(PREFIX + path, methods=[method], endpoint=handler))
        return handler

    return register


def respond(simulator, request):
    """Answer one request: 200 with JSON, 404 for an unknown path or reader, 409 with a reason."""
    global _map
    if _map is None:
        _map = Map(_rules, strict_slashes=False).bind("")
    try:
        handler, ids = _map.match(request.path, request.method)
        text = request.get_data(as_text=True)
        data = {**request.args.to_dict(), **(json.loads(text) if text.strip() else {})}
        return _json(handler(simulator, data, **ids))
    except HTTPException as error:
        return _json({"error": error.description}, error.code)
    except SimulatorError as error:
        status = 404 if str(error).startswith("No ") else 409
        return _json({"error": str(error)}, status)
    except (TypeError, ValueError, KeyError) as error:
        return _json({"error": f"{type(error).__name__}: {error}"}, 400)


def _json(value, status=200):
    return Response(json.dumps(value), status, content_type="application/json")


# --- Readers


@control("GET", "readers")
def list_readers(simulator, data):
    """All readers of all accounts: what their screens show."""
    with simulator.lock:
        return [device.screen for account in simulator.accounts for device in account.readers()]


@control("GET", "readers/<reference>/screen")
def screen(simulator, data, reference):
    """The screen; waits up to `wait` seconds for a change after the `version` given as `after`, or
    for a `state`."""
    device = simulator.reader(reference)
    wait = min(float(data.get("wait", LONGEST_WAIT)), LONGEST_WAIT)
    if "after" in data:
        simulator.wait_for_change(int(data["after"]), wait)
    if "state" in data:
        device.wait_for(data["state"], wait)
    with simulator.lock:
        return {**device.screen, "version": simulator.version}


@control("POST", "readers/<reference>/tap")
def tap(simulator, data, reference):
    """Hold a card to the reader: `card`, `tip`, `decline`."""
    return simulator.reader(reference).tap(**data)


@control("POST", "readers/<reference>/choose_tip")
def choose_tip(simulator, data, reference):
    """Choose a tip on the screen: `amount`, 0 for none."""
    return simulator.reader(reference).choose_tip(**data)


@control("POST", "readers/<reference>/insert")
def insert(simulator, data, reference):
    """Put a card into the reader: `card`, `tip`, `decline`."""
    return simulator.reader(reference).insert(**data)


@control("POST", "readers/<reference>/decline")
def decline(simulator, data, reference):
    """Hold a card that is declined: `reason`, `card`, `method`."""
    return simulator.reader(reference).decline(**data)


@control("POST", "readers/<reference>/customer_cancel")
def customer_cancel(simulator, data, reference):
    """Press the cancel button: `force`."""
    return simulator.reader(reference).customer_cancel(**data)


@control("POST", "readers/<reference>/connection_error")
def connection_error(simulator, data, reference):
    """Lose the connection while the bank is asked: `card`, `approved`."""
    return simulator.reader(reference).connection_error(**data)


@control("POST", "readers/<reference>/auto_present")
def auto_present(simulator, data, reference):
    """Let cards come by themselves: `after_seconds` (null stops it), `card`, `method`, `times`."""
    device = simulator.reader(reference)
    device.auto_present(data.pop("after_seconds"), **data)
    return device.screen


@control("POST", "readers/<reference>/offline")
def offline(simulator, data, reference):
    """Pull the network."""
    device = simulator.reader(reference)
    device.go_offline()
    return device.screen


@control("POST", "readers/<reference>/unplug")
def unplug(simulator, data, reference):
    """Pull the network without Stripe knowing: `received`."""
    device = simulator.reader(reference)
    device.unplug(**data)
    return device.screen


@control("POST", "readers/<reference>/online")
def online(simulator, data, reference):
    """Reconnect."""
    device = simulator.reader(reference)
    device.go_online()
    return device.screen


@control("POST", "readers/<reference>/occupy")
def occupy(simulator, data, reference):
    """Make the reader busy: `reason`, null ends it."""
    device = simulator.reader(reference)
    device.occupy(**data)
    return device.screen


# --- Faults


@control("GET", "faults")
def list_faults(simulator, data):
    """The rules that can still hit something."""
    return [fault.as_dict() for fault in simulator.faults.all()]


@control("POST", "faults")
def add_fault(simulator, data):
    """Add a rule: the parameters of `Faults.add`, or with `webhook` (a kind) of `add_webhook`."""
    if "webhook" in data:
        return simulator.faults.add_webhook(data.pop("webhook"), **data).as_dict()
    method, path, kind = data.pop("method", "*"), data.pop("path", "*"), data.pop("kind")
    return simulator.faults.add(method, path, kind, **data).as_dict()


@control("DELETE", "faults")
def clear_faults(simulator, data):
    """Take all rules back."""
    simulator.faults.clear()
    return []


@control("GET", "late")
def late(simulator, data):
    """The requests that are still to be carried out after a fault `late`: `account`."""
    return [dataclasses.asdict(record) for record in simulator.late.records(**data)]


@control("POST", "execute_late")
def execute_late(simulator, data):
    """Carry them out now: `account`."""
    return [dataclasses.asdict(record) for record in simulator.late.execute(**data)]


# --- The whole simulator


@control("GET", "requests")
def requests(simulator, data):
    """The log of the API's requests: `method`, `path` (with `*`)."""
    records = simulator.requests(data.get("method"), data.get("path"))
    return [dataclasses.asdict(record) for record in records]


@control("GET", "ledger")
def ledger(simulator, data):
    """The money: `account` for one account's."""
    account = data.get("account")
    return simulator.ledger(_account(simulator, account) if account else None)


@control("GET", "accounts")
def accounts(simulator, data):
    """All accounts with their keys and readers."""
    return [
        {
            "id": account.id,
            "country": account.country,
            "currency": account.currency,
            "secret_key": account.secret_key,
            "live_secret_key": account.live_secret_key,
            "publishable_key": account.publishable_key,
            "readers": [
                {"id": device.id, "serial_number": device.serial_number, "label": device.label}
                for device in account.readers()
            ],
        }
        for account in list(simulator.accounts)
    ]


@control("POST", "readers")
def add_reader(simulator, data):
    """Add a reader: the parameters of `Account.add_reader`, and `account`."""
    account = data.pop("account", None)
    account = _account(simulator, account) if account else simulator.account
    return account.add_reader(**data).screen


@control("POST", "accounts/<account_id>/refund")
def refund(simulator, data, account_id):
    """Refund a payment as in Stripe's dashboard: `intent_id`, `amount`."""
    try:
        return _account(simulator, account_id).refund(**data)
    except ApiError as error:
        raise SimulatorError(error.message) from error


@control("POST", "accounts/<account_id>/dispute")
def dispute(simulator, data, account_id):
    """Let a charge be disputed: `charge_id`."""
    _account(simulator, account_id).dispute(**data)
    return {}


@control("POST", "accounts/<account_id>/balance")
def balance(simulator, data, account_id):
    """Say whether the balance is enough for refunds: `covers_refunds`."""
    account = _account(simulator, account_id)
    if data["covers_refunds"]:
        account.top_up()
    else:
        account.covers_refunds = False
    return {}


@control("GET", "cards")
def cards(simulator, data):
    """The test cards."""
    return [dataclasses.asdict(card) | {"last4": card.last4} for card in CARDS.values()]


@control("GET", "deliveries")
def deliveries(simulator, data):
    """The log of webhook deliveries."""
    return list(simulator.webhooks.deliveries)


@control("GET", "settings")
def settings(simulator, data):
    """The times and switches that can be changed while it runs."""
    return {name: getattr(simulator, name) for name in SETTINGS}


@control("POST", "settings")
def change_settings(simulator, data):
    """Change times and switches."""
    for name in data:
        if name not in SETTINGS:
            raise SimulatorError(f"No setting {name}")
    for name, value in data.items():
        setattr(simulator, name, value)
    return settings(simulator, {})


@control("POST", "advance")
def advance(simulator, data):
    """Put the clock forward: `seconds`."""
    simulator.advance(**data)
    return {"now": simulator.account.test.now}


@control("POST", "reset")
def reset(simulator, data):
    """Start over with the same keys and nothing else."""
    simulator.reset()
    return accounts(simulator, {})


SETTINGS = (
    "latency",
    "acknowledgement_delay",
    "processing_time",
    "reader_timeout",
    "offline_after",
    "result_time",
    "balance_transaction_delay",
    "async_refund_time",
    "rate_limit",
    "cancel_beats_authorization",
)


def _account(simulator, account_id):
    for account in simulator.accounts:
        if account.id == account_id:
            return account
    raise SimulatorError(f"No account {account_id}")
