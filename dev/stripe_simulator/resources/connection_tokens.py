"""Connection tokens: https://docs.stripe.com/api/terminal/connection_tokens."""

from ..ids import random_text
from ..routing import route


@route(
    "POST",
    "/v1/terminal/connection_tokens",
    "terminal.connection_token",
    "terminal._connection_token_create_params",
    "terminal_connection_token",
)
def create(call):
    """Return a secret with which a Terminal SDK would connect to a reader."""
    location = call.params.get("location")
    if location:
        call.environment.get("terminal.location", location, "location", 400)
    mode = "live" if call.environment.livemode else "test"
    token = {
        "object": "terminal.connection_token",
        "secret": f"pst_{mode}_simulator{random_text(24)}",
    }
    if location:
        token["location"] = location
    call.simulator.js_sdk.add_token(token["secret"], call.environment, location)
    return token
