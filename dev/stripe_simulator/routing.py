"""The table of the API's endpoints."""

import dataclasses
from collections.abc import Callable

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from .errors import ApiError

_routes = []
_map = None


@dataclasses.dataclass(frozen=True)
class Route:
    """One endpoint.

    :param str returns: `object` of the answer, or of the items of a list
    :param str params: place of the SDK's parameter class, see `sdk_types.params_class`
    :param str | None permission: what a restricted key needs, without `_read` or `_write`
    :param bool locked: whether the handler runs under the simulator's lock; those that wait for a
        reader take it themselves
    :param frozenset | None takes: the parameters that mean something here; None means all
    """

    method: str
    path: str
    handler: Callable
    returns: str
    params: str
    permission: str | None
    locked: bool
    takes: frozenset | None

    @property
    def is_list(self):
        """Whether the endpoint answers with a list."""
        return self.params.endswith("_list_params")


def route(method, path, returns, params, permission=None, locked=True, takes=None):
    """Register a function `handler(call, **ids)` as an endpoint; it returns an object or a list.

    :param str | None takes: the parameters that it heeds, separated by spaces; others are refused
    """
    takes = None if takes is None else frozenset(takes.split())

    def register(handler):
        _routes.append(Route(method, path, handler, returns, params, permission, locked, takes))
        return handler

    return register


def match(method, path):
    """Return `(route, ids)` of a request.

    :raise ApiError: 404, when there is no such endpoint
    """
    global _map
    if _map is None:
        rules = [Rule(item.path, methods=[item.method], endpoint=item) for item in _routes]
        _map = Map(rules, strict_slashes=False, merge_slashes=False).bind("")
    try:
        return _map.match(path, method)
    except HTTPException:
        raise ApiError(
            404,
            f"Unrecognized request URL ({method}: {path}). "
            "The endpoint does not exist, or the simulator does not have it.",
            executed=False,
        ) from None
