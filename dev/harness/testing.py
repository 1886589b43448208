"""``dev/test``: run the chosen parts, one after the other, and add up."""

import contextlib
import functools
import sys
import threading
import time

from . import python_env
from .console import Problem, clear_ending, say
from .parts import Count, Step

PARTS = ("lint", "unit", "sdk", "odoo", "hoot", "tours")
# Not among those that run without being named: they take too long.
LONG_PARTS = ("core", "commands", "rules", "released")
# Chooses among the others, so that it stands alone.
QUICK = "quick"
# An option such as -k says nothing to the others.
PYTEST_PARTS = ("unit", "odoo", "tours")

USAGE = """\
usage: dev/test [part …] [argument …]
       dev/test quick [path …]

Without a part all of them run:
  lint    pre-commit with ruff, pylint-odoo, prettier and eslint
  unit    plain Python tests
  sdk     Stripe's API through each major of its Python package
  odoo    Odoo's Python tests (tests/) through pytest-odoo
  hoot    JavaScript unit tests (static/tests/) in Chromium
  tours   a real server and a real browser (dev/e2e/)

Only where it is named:
  core    Odoo's own tests of the Point of Sale, with the addon and without it
  commands
          each command that a page of this repository gives
  rules   takes each rule about money out of the code in turn, and sees that its test fails
  released
          the Python tests of the last release against today's addon

For a first answer within three minutes:
  quick   lint of what has changed since the branch main (or of the files named), all plain Python
          tests, the Odoo tests that are likely to notice, and hoot if a page has changed; it
          says what it runs, and how it chooses is said in dev/harness/parts/quick.py

Arguments after the parts go to pytest (dev/test tours -k reload), to pre-commit
(dev/test lint ruff), name hoot suites (dev/test hoot @pos_payment_stripe/unit), are tags of
Odoo's tests (dev/test core /pos_hr), words of commands (dev/test commands dev/demo), of rules
(dev/test rules adoption) or of files (dev/test released refund)."""


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
    if arguments[:1] == [QUICK]:
        return [QUICK], arguments[1:]
    chosen = []
    # What follows a long part is its own, even where a short part has the same name.
    while arguments and arguments[0] in PARTS + LONG_PARTS and not {*chosen} & {*LONG_PARTS}:
        chosen.append(arguments[0])
        arguments = arguments[1:]
    return chosen, arguments


def _run(chosen, extra):
    steps = _quick_steps(extra) if chosen == [QUICK] else _steps(chosen, extra)
    if not chosen or chosen == [QUICK]:
        threading.Thread(target=_prepare_ahead, args=[steps], daemon=True).start()
    total, empty = Count(), []
    for step in steps:
        count = _run_step(step)
        total += count
        if count == Count():
            empty.append(step.part)
    for part in empty:
        say(f"The part “{part}” ran no test, which is a failure.")
    print(f"{total.passed} passed, {total.failed} failed", flush=True)
    return 1 if total.failed or empty else 0


def _prepare_ahead(steps):
    """Make the databases beside the first parts, which need none; a later part says what fails."""
    with contextlib.suppress(Problem):
        for step in steps:
            if step.prepare:
                step.prepare()


def _steps(chosen, extra):
    """Return the chosen parts, or those that run without being named."""
    from .parts import (
        core,
        hoot,
        lint,
        mutations,
        odoo_tests,
        quoted_commands,
        released_tests,
        sdk,
        tours,
        unit,
    )

    module = {
        "lint": lint,
        "unit": unit,
        "odoo": odoo_tests,
        "hoot": hoot,
        "tours": tours,
        "core": core,
        "commands": quoted_commands,
        "rules": mutations,
        "released": released_tests,
    }
    steps = []
    for part in chosen or PARTS:
        arguments = extra if chosen or part in PYTEST_PARTS else []
        if part == "sdk":
            steps += sdk.steps(arguments)
            continue
        run = functools.partial(module[part].run, list(arguments))
        steps.append(Step(part, run, getattr(module[part], "prepare", None)))
    return steps


def _quick_steps(extra):
    from .parts import quick

    return quick.steps(extra)


def _run_step(step):
    say(f"── {step.part} " + "─" * (70 - len(step.part)))
    started = time.monotonic()
    try:
        count = step.run()
    except Problem as problem:
        print(f"{step.part}: {problem}", flush=True)
        count = Count(failed=1)
    seconds = time.monotonic() - started
    say(f"{step.part}: {count.passed} good, {count.failed} bad, in {seconds:.0f} s")
    return count
