"""API versions: which are known, and what differs between them (page "Versioning", changelog)."""

import functools
import typing

from . import sdk_types
from .errors import rejected

# Where a rule changed. A version's date decides, its name does not.
LATEST_CHARGE = "2022-11-15"
CAPTURE_AUTOMATIC_ASYNC = "2024-04-10"
ALLOWED_TYPES = "2026-09-30"

NAME = "allowed_payment_method_types"
OLD_NAME = "payment_method_types"


@functools.lru_cache(maxsize=1)
def known_versions():
    """Return all versions that the installed SDK knows, oldest first."""
    cls = sdk_types.params_class("_webhook_endpoint_create_params")
    hint, _required = sdk_types.param_fields(cls)["api_version"]
    values = []
    for member in sdk_types.members(hint):
        values += [value for value in typing.get_args(member) if isinstance(value, str)]
    return tuple(sorted(values))


def check(version):
    """Return the version of a request.

    :raise ApiError: 400, when there is no such version
    """
    if version not in known_versions():
        raise rejected(f"Invalid Stripe API version: {version}")
    return version


def parameter_changes(version):
    """Return how a version calls parameters that the SDK's version calls differently."""
    return () if version[:10] >= ALLOWED_TYPES else ((NAME, OLD_NAME),)


def default_capture_method(version):
    """Return the `capture_method` of a PaymentIntent that was created without one."""
    return "automatic_async" if version[:10] >= CAPTURE_AUTOMATIC_ASYNC else "automatic"


def adapt(value, version, charges_of=None):
    """Change an answer in place to the shape that a version gives.

    :param charges_of: function from an intent's id to the list of its charges, newest first
    """
    if version[:10] >= ALLOWED_TYPES:
        return value
    if isinstance(value, list):
        for item in value:
            adapt(item, version, charges_of)
    elif isinstance(value, dict):
        for item in list(value.values()):
            adapt(item, version, charges_of)
        if value.get("object") == "payment_intent":
            _adapt_intent(value, version, charges_of)
    return value


def _adapt_intent(intent, version, charges_of):
    intent.pop(NAME, None)
    if version[:10] < LATEST_CHARGE and charges_of:
        intent.pop("latest_charge", None)
        intent["charges"] = charges_of(intent["id"])
