"""Metadata of objects (page "Metadata"): merging, removing keys, limits."""

from .errors import invalid

MAX_KEYS = 50
MAX_KEY_LENGTH = 40
MAX_VALUE_LENGTH = 500


def merge(current, change):
    """Return metadata after an update.

    :param dict current: as stored
    :param dict | str change: keys to set, an empty value removes the key, "" removes all
    :raise ApiError: 400, when a limit is passed
    """
    if change == "":
        return {}
    result = {**current, **(change or {})}
    result = {key: value for key, value in result.items() if value != ""}
    if len(result) > MAX_KEYS:
        raise invalid(f"Metadata can have up to {MAX_KEYS} keys.", param="metadata")
    for key, value in result.items():
        if len(key) > MAX_KEY_LENGTH:
            raise invalid(
                f"Metadata keys can have up to {MAX_KEY_LENGTH} characters: '{key}'.",
                param="metadata",
            )
        if len(value) > MAX_VALUE_LENGTH:
            raise invalid(
                f"Metadata values can have up to {MAX_VALUE_LENGTH} characters: '{key}'.",
                param=f"metadata[{key}]",
            )
    return result
