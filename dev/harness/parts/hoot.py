"""The addon's JavaScript unit tests in Odoo's own test page, run by Odoo in Chromium."""

import re
from pathlib import Path

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
from ..console import Problem, say
from . import Count

SUITE = "/web:WebSuite.test_unit_desktop"
# What hoot writes at its end and for each failure.
PASSED = re.compile(r"\[HOOT\] Passed (\d+) tests")
FAILED = re.compile(r"\[HOOT\] Failed (\d+) tests")
INTERESTING = re.compile(r"\[HOOT\]|ERROR|FAIL:|AssertionError|TypeError")


def prepare():
    """Make the browser and the template database.

    :return: the :class:`~harness.odoo_source.Odoo` that made it
    """
    odoo = odoo_source.ensure()
    chromium.ensure()
    postgres.ensure()
    template.ensure(odoo, bundles=template.ALL)
    return odoo


def suites(names):
    """Return the hoot suites that ``names`` mean, all of the addon's if there are none.

    :param names: suites (``@module/path``) or files of ``static/tests``
    :raises Problem: the addon has no such suite, and hoot would wait for it without an end
    """
    tests = paths.ROOT / "static" / "tests"
    files = {
        f"@{paths.ADDON}/{file.relative_to(tests)}".removesuffix(".test.js"): file
        for file in tests.rglob("*.test.js")
    }
    found = []
    for name in names:
        wanted = [suite for suite, file in files.items() if Path(name).resolve() == file]
        if not wanted and not any(f"{suite}/".startswith(f"{name}/") for suite in files):
            raise Problem(f"There is no hoot suite {name}; one is {min(files)}.")
        found += wanted or [name]
    return found or [f"@{paths.ADDON}"]


def run(extra):
    """Run the hoot suites of the addon, or those that ``extra`` names, see `suites`."""
    chosen = ",".join(suites(extra))
    odoo = prepare()
    name = database.temporary_name("hoot")
    template.copy(odoo, name, bundles=template.ALL)
    configuration = odoo_config.write(odoo, name, max_cron_threads=0, http_port=ports.free())
    log_file = paths.LOGS / "hoot.log"
    say(f"Hoot unit tests {chosen} in Chromium (log: {log_file})")
    try:
        with log_file.open("wb") as log:
            code = commands.call(
                [*template.command(odoo), "-c", configuration, "--stop-after-init"]
                + ["--test-tags", f"{SUITE}[{chosen}]"],
                env=template.environment(odoo),
                stdout=log,
            )
    finally:
        database.drop(name)
        configuration.unlink()
    return _count(log_file.read_text(errors="replace"), code)


def _count(log, code):
    passed = sum(map(int, PASSED.findall(log)))
    failed = sum(map(int, FAILED.findall(log)))
    for line in log.splitlines():
        if INTERESTING.search(line):
            print(line[max(line.find("[HOOT]"), 0) :])
    return Count(passed, failed or int(code != 0))
