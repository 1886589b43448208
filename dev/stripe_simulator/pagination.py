"""Lists and their filters (page "Pagination")."""

from .errors import invalid

DEFAULT_LIMIT = 10
MAX_LIMIT = 100
PAGES = "ending_before limit starting_after"


def page(call, objects, url):
    """Return one page of a list object.

    :param list objects: newest first, already filtered
    :param str url: the list's path
    :raise ApiError: 400, for a wrong limit or cursor
    """
    params = call.params
    limit = params.get("limit", DEFAULT_LIMIT)
    if not 1 <= limit <= MAX_LIMIT:
        edge = "at least 1" if limit < 1 else f"at most {MAX_LIMIT}"
        raise invalid(
            f"Invalid limit: the value must be {edge}.", "parameter_invalid_integer", "limit"
        )
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        raise invalid("Use only one of starting_after and ending_before.", param="starting_after")
    ids = [obj["id"] for obj in objects]
    if before:
        end = _position(ids, before, "ending_before", url)
        start = max(end - limit, 0)
        more = start > 0
    else:
        start = _position(ids, after, "starting_after", url) + 1 if after else 0
        end = start + limit
        more = end < len(objects)
    return {"object": "list", "data": objects[start:end], "has_more": more, "url": url}


def created_matches(obj, wanted):
    """Return whether an object fits the `created` filter: a time, or bounds gt, gte, lt, lte."""
    if wanted is None:
        return True
    created = obj["created"]
    if isinstance(wanted, int):
        return created == wanted
    tests = {
        "gt": created.__gt__,
        "gte": created.__ge__,
        "lt": created.__lt__,
        "lte": created.__le__,
    }
    return all(tests[name](bound) for name, bound in wanted.items())


def _position(ids, cursor, param, url):
    if cursor not in ids:
        kind = url.rpartition("/")[2].rstrip("s").replace("_", " ")
        raise invalid(f"No such {kind}: '{cursor}'", "resource_missing", param)
    return ids.index(cursor)
