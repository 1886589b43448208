"""`/_simulator/js_sdk/…`: what the double of Stripe's SDK for JavaScript asks, and nobody else.

Errors are answers too (200 with `error`), because the SDK returns them and a browser would write
other statuses to its console.
"""

from .control import LONGEST_WAIT, control
from .js_sdk import SdkError


def sdk(path):
    """Register a function `handler(sdk, **data)` below `js_sdk/`."""

    def register(handler):
        @control("POST", f"js_sdk/{path}")
        def respond(simulator, data):
            try:
                return handler(simulator.js_sdk, **data)
            except SdkError as error:
                return {"error": error.body}
            except KeyError:
                # The simulator was started anew since.
                return {"error": {"code": "no_established_connection", "message": "Unknown"}}

        return handler

    return register


@sdk("begin")
def begin(sdk, token):
    """Exchange a connection token for a session."""
    return {"session": sdk.begin(token)}


@sdk("discover")
def discover(sdk, **data):
    """The readers: `session`, `location`, `simulated`."""
    return {"readers": sdk.discover(**data)}


@sdk("connect")
def connect(sdk, **data):
    """Connect: `session`, `reader`, `fail_if_in_use`."""
    return {"connection": sdk.connect(**data)}


@sdk("disconnect")
def disconnect(sdk, connection):
    """End a connection."""
    sdk.disconnect(connection)
    return {}


@sdk("watch")
def watch(sdk, connection):
    """Whether a connection is open; waits for its end."""
    return {"connected": sdk.is_connected(connection, LONGEST_WAIT)}


@sdk("collect")
def collect(sdk, **data):
    """Ask for a card: `connection`, `client_secret`, `can_cancel`, `config`."""
    sdk.collect(**data)
    return {}


@sdk("collect_refund")
def collect_refund(sdk, **data):
    """Ask for the card of a refund: `connection`, `charge`, `amount`, `currency`, `can_cancel`."""
    sdk.collect_refund(**data)
    return {}


@sdk("collected")
def collected(sdk, connection):
    """What a card was collected for, when one was read."""
    return {"collected": sdk.collected(connection, LONGEST_WAIT)}


@sdk("cancel_collect")
def cancel_collect(sdk, connection):
    """Ask for no card any more."""
    sdk.cancel_collect(connection)
    return {}


@sdk("clear_display")
def clear_display(sdk, connection):
    """Forget a card that was read."""
    sdk.clear_display(connection)
    return {}


@sdk("process_refund")
def process_refund(sdk, connection):
    """Refund to the card."""
    return {"refund": sdk.process_refund(connection)}


@sdk("process")
def process(sdk, **data):
    """Charge the card: `connection`, `intent`."""
    return {"payment_intent": sdk.process(**data)}


@control("POST", "readers/<reference>/disconnect")
def interrupt(simulator, data, reference):
    """Break the connection between a reader and the browser that uses the SDK."""
    device = simulator.reader(reference)
    simulator.js_sdk.interrupt(device)
    return device.screen
