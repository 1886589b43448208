"""``dev/test``: run the chosen parts, one after the other, and add up."""

import contextlib
import sys
import threading
import time

from . import python_env
from .console import Problem, clear_ending, say
from .parts import Count

PARTS = ("lint", "unit", "odoo", "hoot", "tours")
# Not among those that run without being named: it takes too long.
LONG_PARTS = ("core",)
# An option such as -k says nothing to the others.
PYTEST_PARTS = ("unit", "odoo", "tours")

USAGE = """\
usage: dev/test [part …] [argument …]

Without a part all of them run:
  lint    pre-commit with ruff, pylint-odoo, prettier and eslint
  unit    plain Python tests
  odoo    Odoo's Python tests (tests/) through pytest-odoo
  hoot    JavaScript unit tests (static/tests/) in Chromium
  tours   a real server and a real browser (dev/e2e/)

Only where it is named:
  core    Odoo's own tests of the Point of Sale, with the addon and without it

Arguments after the parts go to pytest (dev/test tours -k reload), to pre-commit
(dev/test lint ruff), name hoot suites (dev/test hoot @pos_payment_stripe/app) or are tags of
Odoo's tests (dev/test core /pos_hr)."""


def main(arguments):
    """Run ``dev/test`` with ``arguments`` and end the process with its exit code."""
    if {"-h", "--help"} & set(arguments):
        print(USAGE)
        return
    with clear_ending("dev/test"):
        python_env.ensure()
        python_env.enter()
        sys.exit(_run(*split(arguments)))


def split(arguments):
    """Return the parts that ``arguments`` begin with, and what follows them."""
    chosen = []
    while arguments and arguments[0] in PARTS + LONG_PARTS:
        chosen.append(arguments[0])
        arguments = arguments[1:]
    return chosen, arguments


def _run(chosen, extra):
    if not chosen:
        threading.Thread(target=_prepare_ahead, daemon=True).start()
    total, empty = Count(), []
    for part in chosen or PARTS:
        count = _run_part(part, extra if chosen or part in PYTEST_PARTS else [])
        total += count
        if count == Count():
            empty.append(part)
    for part in empty:
        say(f"The part “{part}” ran no test, which is a failure.")
    print(f"{total.passed} passed, {total.failed} failed", flush=True)
    return 1 if total.failed or empty else 0


def _prepare_ahead():
    """Make the databases beside the first parts, which need none; a later part says what fails."""
    from .parts import hoot, odoo_tests, tours

    with contextlib.suppress(Problem):
        odoo_tests.prepare()
        hoot.prepare()
        tours.prepare()


def _run_part(part, extra):
    from .parts import core, hoot, lint, odoo_tests, tours, unit

    run = {
        "lint": lint.run,
        "unit": unit.run,
        "odoo": odoo_tests.run,
        "hoot": hoot.run,
        "tours": tours.run,
        "core": core.run,
    }[part]
    say(f"── {part} " + "─" * (70 - len(part)))
    started = time.monotonic()
    try:
        count = run(list(extra))
    except Problem as problem:
        print(f"{part}: {problem}", flush=True)
        count = Count(failed=1)
    seconds = time.monotonic() - started
    say(f"{part}: {count.passed} good, {count.failed} bad, in {seconds:.0f} s")
    return count
