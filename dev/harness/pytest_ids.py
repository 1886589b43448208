"""The tests that a table names by pytest's ids."""

import ast
import functools
import re

from . import paths

# Tests that a loop adds to a class: what is broken, how, and when.
CELL = re.compile(r"test_\w+?__\w+$")


def is_there(test):
    """Tell whether this clone has a test, such as ``tests/test_payment.py::TestPayment::test_it``.

    :raise FileNotFoundError: there is no such file
    """
    file, _colons, name = test.partition("::")
    owner, _colons, cell = name.partition("::")
    if CELL.match(cell):
        return f"add_cells({owner}, " in (paths.ROOT / file).read_text()
    return name in _functions(file)


@functools.cache
def _functions(file):
    """Return the names of a file's functions and its methods, these as ``Class::method``."""
    found = set()
    for node in ast.parse((paths.ROOT / file).read_text()).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {
                f"{node.name}::{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)
            }
    return found
