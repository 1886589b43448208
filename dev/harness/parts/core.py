"""Odoo's own tests of the Point of Sale with the addon and without it: none fails only with it."""

import contextlib
import json
import re
import subprocess
import sys

from .. import (
    chromium,
    commands,
    database,
    odoo_config,
    odoo_source,
    paths,
    ports,
    postgres,
    template,
)
from ..console import say
from ..core_suite import choice
from . import Count

PROGRAM = paths.DEV / "harness" / "bin" / "odoo-core-suite"
BUNDLES = template.SHELL / "patient_bundles.py"
KIOSK_BUNDLES = template.SHELL / "kiosk_core_bundles.py"
PASSED, FAILED = "passed", "failed"
HOOT_TEST = re.compile(r'\[HOOT\] Test "(?P<test>.+?)" (?P<outcome>passed|failed)')
# The test of Odoo's that runs those of hoot, whose names begin with “@”.
HOOT_RUN = "odoo.addons.web.tests.test_js.WebSuite.test_unit_desktop"
# A test that fails only with the addon is run alone so many times before it is believed.
REPEATS = 2


# The two sides: databases with the addon or without it.
WITH, WITHOUT = "with", "without"


def databases(kiosk=False):
    """Return what the template database of each side is made of, by side.

    :param kiosk: whether Odoo's self-order is there alone, on one side with our kiosk's addon
    """
    modules = choice.KIOSK_MODULES if kiosk else choice.MODULES
    bundles = KIOSK_BUNDLES if kiosk else BUNDLES
    ours = (paths.KIOSK_ADDON,) if kiosk else modules
    return {
        WITHOUT: {"addon": False, "modules": modules, "bundles": bundles},
        WITH: {"addon": True, "modules": ours, "bundles": bundles},
    }


def prepare(made_of=None):
    """Make the browser and both template databases; returns the Odoo that made them."""
    odoo = odoo_source.ensure()
    chromium.ensure()
    postgres.ensure()
    for side in (made_of or databases()).values():
        template.ensure(odoo, **side)
    return odoo


def run(extra):
    """Run the tests of ``harness/core_suite/choice.py``, or of the tags in ``extra``.

    :param extra: tags of Odoo's ``--test-tags``; ``kiosk`` alone: those of self-order, with our
        kiosk's addon
    :return: passed are the tests that passed with the addon; failed those that fail, or do not run,
        only with it
    """
    kiosk = list(extra) == ["kiosk"]
    made_of = databases(kiosk)
    odoo = prepare(made_of)
    tags = choice.KIOSK_TESTS if kiosk else list(extra) or choice.TESTS
    say(f"Odoo's own tests with and without the addon (logs: {paths.LOGS}/core_*.log)")
    found = _run_both(odoo, made_of, tags)
    guilty = suspects(found)
    for number in range(REPEATS):
        if not guilty:
            break
        say(f"{len(guilty)} tests fail only with the addon; trying them alone …")
        again = _run_both(odoo, made_of, tags, f"_again{number + 1}", guilty)
        guilty = still_guilty(guilty, again)
    missing = sorted(set(found[WITHOUT]) - set(found[WITH]))
    _tell(found, guilty, missing)
    passed = sum(row["outcome"] == PASSED for row in found[WITH].values())
    return Count(passed, len(guilty) + len(missing))


def suspects(found):
    """Return the names of the tests that fail with the addon and not without it.

    :param found: the results by test, by side
    """
    without = found[WITHOUT]
    return [
        test
        for test, row in found[WITH].items()
        if row["outcome"] == FAILED and without.get(test, {}).get("outcome") != FAILED
    ]


def still_guilty(tests, again):
    """Return those of ``tests`` that fail again with the addon, and again not without it."""
    return [
        test
        for test in tests
        # A whole class that cannot be prepared has no result when all is well with it.
        if again[WITH].get(test, {}).get("outcome") == FAILED
        and again[WITHOUT].get(test, {}).get("outcome") != FAILED
    ]


def results(lines, log):
    """Return the results by test.

    :param lines: what ``recording`` has written
    :param str log: Odoo's log, which names each of the tests that hoot ran in one of Odoo's
    """
    rows = {row["test"]: row for row in map(json.loads, lines)}
    for match in HOOT_TEST.finditer(log):
        rows[match["test"]] = {"why": "see the log", **match.groupdict()}
    return rows


def _run_both(odoo, made_of, tags, suffix="", only=None):
    labels = {side: f"core_{side}{suffix}" for side in (WITH, WITHOUT)}
    with contextlib.ExitStack() as stack:
        processes = [
            stack.enter_context(_running(odoo, made_of[side], label, tags, only))
            for side, label in labels.items()
        ]
        for process in processes:
            process.wait()
    return {
        side: results(
            (paths.REPORTS / f"{label}.jsonl").read_text().splitlines(),
            (paths.LOGS / f"{label}.log").read_text(errors="replace"),
        )
        for side, label in labels.items()
    }


@contextlib.contextmanager
def _running(odoo, made_of, label, tags, only):
    """Start Odoo's tests in a fresh database of a side; yields the process, and ends it."""
    if paths.KIOSK_ADDON in made_of["modules"]:
        odoo = odoo.with_kiosk()
    paths.REPORTS.mkdir(parents=True, exist_ok=True)
    rows, chosen = paths.REPORTS / f"{label}.jsonl", paths.REPORTS / f"{label}.only"
    rows.write_text("")
    variables = {"CORE_SUITE_RESULTS": str(rows)}
    if only:
        hoot = {HOOT_RUN} if any(test[0] == "@" for test in only) else set()
        chosen.write_text("\n".join({*only, *hoot}))
        variables["CORE_SUITE_ONLY"] = str(chosen)
    name = database.temporary_name(label)
    template.copy(odoo, name, **made_of)
    configuration = odoo_config.write(
        odoo, name, max_cron_threads=0, http_port=ports.free(), screenshots=paths.SCREENSHOTS
    )
    command = [sys.executable, PROGRAM, "-c", configuration, "--stop-after-init"]
    with (paths.LOGS / f"{label}.log").open("wb") as log:
        process = subprocess.Popen(
            [str(part) for part in [*command, "--test-tags", ",".join(tags)]],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**template.environment(odoo), **variables},
        )
    try:
        yield process
    finally:
        _end(process)
        database.drop(name)
        configuration.unlink()


def _end(process):
    """End a process that was left alone, such as by Ctrl-C."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(commands.PARTING_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _tell(found, guilty, missing):
    for side in (WITH, WITHOUT):
        outcomes = [row["outcome"] for row in found[side].values()]
        counts = {name: outcomes.count(name) for name in sorted(set(outcomes))}
        print(f"{side} the addon: {counts or 'no test'}")
        for test, row in found[side].items():
            if row["outcome"] == FAILED and test not in guilty:
                print(f"  failed {side} the addon, but not only or not always with it: {test}")
    for test in guilty:
        print(f"  FAILS ONLY WITH THE ADDON: {test}: {found[WITH][test]['why']}")
    for test in missing:
        print(f"  NOT RUN WITH THE ADDON: {test}")
