"""Odoo's Python tests: pytest-odoo on fresh copies of a template database.

The kiosk's addon has tests and a template of its own, because Odoo would install it into the other.
"""

import dataclasses
from pathlib import Path

from .. import database, odoo_config, odoo_source, paths, postgres, template
from ..console import say
from . import Count, links, pytest_run

# What the addon works with where it is installed; the tours do without.
OPTIONAL_MODULES = ("pos_hr", "pos_restaurant")


@dataclasses.dataclass(frozen=True)
class Suite:
    """Tests that share a template database.

    :ivar str name: of their report in ``.dev/reports``
    :ivar Path tests: their folder
    :ivar tuple modules: what is installed besides the addon
    :ivar Path | None addons: the folder with the addon, unless it is this clone's
    """

    name: str
    tests: Path
    modules: tuple
    addons: Path | None = None

    @property
    def database(self):
        """How the template is described; nothing here opens a page."""
        return {"modules": self.modules, "bundles": template.COMPANY}


ADDON = Suite("odoo", paths.ROOT / "tests", OPTIONAL_MODULES)
KIOSK = Suite("odoo_kiosk", paths.KIOSK / paths.KIOSK_ADDON / "tests", (paths.KIOSK_ADDON,))


def prepare(suites=(ADDON, KIOSK)):
    """Make the template databases and return the :class:`~harness.odoo_source.Odoo` of them."""
    odoo = odoo_source.ensure()
    postgres.ensure()
    for suite in suites:
        template.ensure(odoo, **suite.database)
    return odoo


def run(extra):
    """Run the addons' Python tests, or the suites whose files ``extra`` names.

    Without ``extra`` arguments several processes share them, each with a database of its own.
    """
    suites = _named(extra)
    odoo = prepare(suites)
    return sum((_run(odoo, suite, [suite.tests], extra) for suite in suites), Count())


def run_files(files):
    """Run some files of tests as all are run, shared by several processes."""
    odoo = prepare_files(files)
    total = Count()
    for suite in _named(files):
        total += _run(odoo, suite, [file for file in files if _is_in(file, suite.tests)])
    return total


def prepare_files(files):
    """Make the template databases that some files of tests need; see `prepare`."""
    return prepare(_named(files))


def _named(extra):
    """Return the suites that arguments name a file or folder of; all when they name none."""
    paths_ = [Path(str(argument).partition("::")[0]).resolve() for argument in extra]
    named = [
        suite
        for suite in (ADDON, KIOSK)
        if any(_is_in(path, suite.tests) or _is_in(suite.tests, path) for path in paths_)
    ]
    return named or [ADDON, KIOSK]


def _is_in(path, folder):
    return path == folder or folder in path.parents


def _run(odoo, suite, targets, extra=()):
    processes = pytest_run.spread(extra, per_core=2)
    say(f"Odoo's Python tests ({suite.name}) in {processes} database(s)")
    return pytest_run.count(
        *report_of(odoo, suite, suite.name, extra, targets, processes=processes)
    )


def report_of(
    odoo, suite, name, extra, targets=(), *, processes=1, options=(), variables=None, output=None
):
    """Run tests of a suite as `pytest_run.report_of` does, each process with a fresh database.

    :param odoo: what `prepare` has returned
    :param str name: of the report, and in the names of the databases
    :param extra: pytest's arguments, such as files of tests
    :param targets: paths, used unless ``extra`` names files itself
    """
    names = [database.temporary_name(f"test_{name}_gw{number}") for number in range(processes)]
    configurations = [_prepare(odoo, suite, name_) for name_ in names]
    try:
        return pytest_run.report_of(
            name,
            suite.addons or paths.ADDONS,
            targets if suite.addons else links.addon(targets),
            extra if suite.addons else links.addon(extra),
            processes=processes,
            # Setting up a class takes longer than most of its tests.
            dist="loadscope",
            options=["-p", "harness.odoo_worker", "--odoo-http", *options],
            variables={
                **template.environment(odoo),
                "ODOO_RC": str(configurations[0]),
                "ODOO_RC_OF_WORKER": str(configurations[0]).replace("_gw0_", "_{worker}_"),
                **(variables or {}),
            },
            output=output,
        )
    finally:
        for name_, configuration in zip(names, configurations, strict=True):
            database.drop(name_)
            configuration.unlink()


def _prepare(odoo, suite, name):
    template.copy(odoo, name, **suite.database)
    if suite is KIOSK:
        odoo = odoo.with_kiosk()
    options = {"max_cron_threads": 0}
    if suite.addons:
        options["addons_path"] = ",".join(map(str, [*odoo.addons, suite.addons]))
    return odoo_config.write(odoo, name, **options)
