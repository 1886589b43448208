"""Events: https://docs.stripe.com/api/events."""

import fnmatch

from ..errors import invalid
from ..pagination import created_matches, page
from ..routing import route

URL = "/v1/events"
NAME = "event"


@route("GET", URL, NAME, "_event_list_params", NAME)
def list_all(call):
    """List the events, filtered by type, types, created and delivery_success."""
    params = call.params
    if "type" in params and "types" in params:
        raise invalid("Use only one of type and types.", param="type")
    wanted = params.get("types") or [params.get("type", "*")]
    success = params.get("delivery_success")
    events = [
        event
        for event in call.environment.all(NAME)
        if any(fnmatch.fnmatchcase(event["type"], pattern) for pattern in wanted)
        and created_matches(event, params.get("created"))
        and success in (None, event["pending_webhooks"] == 0)
    ]
    return page(call, events, URL)


@route("GET", f"{URL}/<event_id>", NAME, "_event_retrieve_params", NAME)
def retrieve(call, event_id):
    """Return an event."""
    return call.environment.get(NAME, event_id, "id")
