"""Form encoding with nested keys, as Stripe's API reads it: `a[b]=1`, `a[0]=x`, `a[]=x`."""

import re
from urllib.parse import parse_qsl

from .errors import rejected

KEY = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
PART = re.compile(r"\[([^\[\]]*)\]")


def decode(text):
    """Return the nested dict of a query string or form body; every leaf is a string.

    Lists stay dicts with the keys "0", "1", …: only the parameter's type tells them apart.

    :raise ApiError: 400, when a key is not well formed
    """
    tree = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        match = KEY.match(key)
        if not match:
            raise rejected(f"Invalid parameter name: {key}", param=key)
        path = [match.group(1), *PART.findall(match.group(2))]
        _put(tree, path, value, key)
    return tree


def _put(tree, path, value, key):
    node = tree
    for part in path[:-1]:
        part = part or str(len(node))
        node = node.setdefault(part, {})
        if not isinstance(node, dict):
            raise rejected(f"Invalid parameter: {key} is both a value and an object", param=key)
    last = path[-1] or str(len(node))
    if isinstance(node.get(last), dict):
        raise rejected(f"Invalid parameter: {key} is both a value and an object", param=key)
    node[last] = value
