"""Webhook endpoints: https://docs.stripe.com/api/webhook_endpoints."""

from urllib.parse import urlsplit

from ..errors import invalid
from ..ids import random_text
from ..metadata import merge
from ..pagination import page
from ..routing import route

URL = "/v1/webhook_endpoints"
NAME = "webhook_endpoint"
PERMISSION = "webhook"
MAX_ENDPOINTS = 16


@route("POST", URL, NAME, "_webhook_endpoint_create_params", PERMISSION)
def create(call):
    """Register an address for events; only this answer carries the signing secret."""
    params = call.params
    if len(call.environment.objects[NAME]) >= MAX_ENDPOINTS:
        raise invalid(f"You have reached the maximum of {MAX_ENDPOINTS} webhook endpoints.")
    endpoint = call.environment.new(NAME)
    endpoint.update(
        api_version=params.get("api_version"),
        application=None,
        description=params.get("description") or None,
        enabled_events=params["enabled_events"],
        metadata=merge({}, params.get("metadata")),
        status="enabled",
        url=_checked_url(params["url"], call.environment.livemode),
    )
    call.environment.add(endpoint)
    secret = "whsec_simulator" + random_text(24)
    call.simulator.webhooks.secrets[endpoint["id"]] = secret
    return {**endpoint, "secret": secret}


@route("GET", URL, NAME, "_webhook_endpoint_list_params", PERMISSION)
def list_all(call):
    """List the webhook endpoints."""
    return page(call, call.environment.all(NAME), URL)


@route("GET", f"{URL}/<endpoint_id>", NAME, "_webhook_endpoint_retrieve_params", PERMISSION)
def retrieve(call, endpoint_id):
    """Return a webhook endpoint."""
    return call.environment.get(NAME, endpoint_id, "webhook_endpoint")


@route("POST", f"{URL}/<endpoint_id>", NAME, "_webhook_endpoint_update_params", PERMISSION)
def update(call, endpoint_id):
    """Change a webhook endpoint; its API version stays what it is."""
    endpoint = call.environment.get(NAME, endpoint_id, "webhook_endpoint")
    params = call.params
    if "url" in params:
        endpoint["url"] = _checked_url(params["url"], call.environment.livemode)
    if "enabled_events" in params:
        endpoint["enabled_events"] = params["enabled_events"]
    if "disabled" in params:
        endpoint["status"] = "disabled" if params["disabled"] else "enabled"
    if "description" in params:
        endpoint["description"] = params["description"] or None
    if "metadata" in params:
        endpoint["metadata"] = merge(endpoint["metadata"], params["metadata"])
    return endpoint


@route("DELETE", f"{URL}/<endpoint_id>", NAME, "_webhook_endpoint_delete_params", PERMISSION)
def delete(call, endpoint_id):
    """Delete a webhook endpoint."""
    call.environment.get(NAME, endpoint_id, "webhook_endpoint")
    del call.environment.objects[NAME][endpoint_id]
    return {"id": endpoint_id, "object": NAME, "deleted": True}


def _checked_url(url, livemode):
    parts = urlsplit(url)
    allowed = ("https",) if livemode else ("http", "https")
    if parts.scheme not in allowed or not parts.hostname:
        raise invalid(f"Invalid URL: {url}", "url_invalid", "url")
    return url
