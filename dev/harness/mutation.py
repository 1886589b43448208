"""pytest plugin: takes a rule out of the code while Python loads it; the file stays as it is.

Loaded with ``-p harness.mutation`` and told by the variable `TOLD` what to replace. The code that
was compiled before is neither read nor written. Tests that look through the sources read them
without the rule, too.
"""

import json
import linecache
import os
from importlib.machinery import SourceFileLoader
from pathlib import Path

# JSON of what to replace: ``path`` of the file, ``text`` and its ``replacement``.
TOLD = "RULE_TAKEN_OUT"
# pytest's exit code when no test has loaded the file.
NEVER_LOADED = 70

_loaded = []


def replaced(source, text, replacement):
    """Return a file's source with a text replaced.

    :raise ValueError: it does not occur exactly once
    """
    if source.count(text) != 1:
        raise ValueError(f"It occurs {source.count(text)} times and not once: {text}")
    return source.replace(text, replacement)


def _take_out(path, text, replacement):
    """Have Python load and read the file at ``path``, under any name, with ``text`` replaced."""
    get_code, read_text = SourceFileLoader.get_code, Path.read_text

    def get_other_code(loader, name):
        if os.path.realpath(loader.path) != path:
            return get_code(loader, name)
        _loaded.append(name)
        source = replaced(loader.get_data(loader.path).decode(), text, replacement)
        # For `inspect`, which then does not look at the file.
        lines = source.splitlines(keepends=True)
        linecache.cache[loader.path] = (len(source), None, lines, loader.path)
        return compile(source, loader.path, "exec", dont_inherit=True)

    def read_other_text(file, *args, **kwargs):
        source = read_text(file, *args, **kwargs)
        is_other = os.path.realpath(file) == path
        return replaced(source, text, replacement) if is_other else source

    SourceFileLoader.get_code, Path.read_text = get_other_code, read_other_text


if TOLD in os.environ:
    _take_out(**json.loads(os.environ[TOLD]))


def pytest_sessionfinish(session):
    """End with an exit code of its own where the rule was there all the time."""
    if not _loaded:
        session.exitstatus = NEVER_LOADED
