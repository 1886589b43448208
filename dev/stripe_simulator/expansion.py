"""Expanding ids into objects (page "Expanding responses"), as far as the SDK's types allow it."""

import functools

from . import sdk_types
from .errors import rejected

MAX_DEPTH = 4
# As many refunds come with a charge.
EMBEDDED_REFUNDS = 10


def check_paths(object_name, is_list, paths):
    """Refuse paths that lead nowhere.

    :param str object_name: what the endpoint answers, or what its list holds
    :raise ApiError: 400
    """
    for path in paths:
        parts = path.split(".")
        if len(parts) > MAX_DEPTH:
            raise rejected(
                f"You cannot expand more than {MAX_DEPTH} levels of a property: {path}",
                param="expand",
            )
        if is_list:
            start, parts = parts[0], parts[1:]
            if start != "data":
                raise _cannot(path)
        if not _leads_somewhere(object_name, tuple(parts)):
            raise _cannot(path)


def expand(environment, obj, paths):
    """Replace ids by copies of their objects.

    :param dict obj: a copy, which is changed in place
    :param list paths: checked before
    """
    for path in paths:
        parts = path.split(".")
        if obj["object"] == "list":
            for item in obj["data"]:
                _expand(environment, item, parts[1:])
        else:
            _expand(environment, obj, parts)


def _expand(environment, holder, parts):
    name, rest = parts[0], parts[1:]
    value = holder.get(name)
    if name == "refunds" and holder.get("object") == "charge" and not value:
        value = holder[name] = _refunds_of(environment, holder["id"])
    elif isinstance(value, str):
        found = environment.find_any(value)
        if found is None:
            return
        value = holder[name] = environment.simulator.copy(found)
    if rest and isinstance(value, dict):
        if value.get("object") == "list":
            for item in value["data"]:
                _expand(environment, item, rest[1:] if rest[0] == "data" else rest)
        else:
            _expand(environment, value, rest)


def _refunds_of(environment, charge_id):
    refunds = [
        environment.simulator.copy(refund)
        for refund in environment.all("refund")
        if refund["charge"] == charge_id
    ]
    url = f"/v1/charges/{charge_id}/refunds"
    return {
        "object": "list",
        "data": refunds[:EMBEDDED_REFUNDS],
        "has_more": len(refunds) > EMBEDDED_REFUNDS,
        "url": url,
    }


@functools.lru_cache(maxsize=1000)
def _leads_somewhere(object_name, parts):
    cls = sdk_types.resource_class(object_name)
    expanded = False
    for part in parts:
        hint = sdk_types.resource_fields(cls).get(part) if cls else None
        if hint is None:
            return expanded and part == "data"
        nested = sdk_types.nested_class(hint)
        target = sdk_types.expandable_class(cls, hint) or sdk_types.listed_class(cls, hint)
        expanded = target is not None
        cls = target or nested
    return expanded


def _cannot(path):
    return rejected(f"This property cannot be expanded ({path}).", param="expand")
