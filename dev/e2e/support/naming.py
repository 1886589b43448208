"""Names that are not taken yet."""

import itertools
import re

_numbers = itertools.count(1)


def unique(word):
    """Return ``word`` with a number that no other name of this run has."""
    return f"{word}{next(_numbers)}"


def file_name(text):
    """Return ``text`` with only what may stand in a file's name."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", text).strip("_")
