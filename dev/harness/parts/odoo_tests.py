"""Odoo's Python tests: pytest-odoo on ``tests/`` and a fresh copy of the template database."""

from .. import database, odoo_config, odoo_source, paths, postgres, template
from ..console import say
from . import links, pytest_run

# What the addon works with where it is installed; the tours do without.
OPTIONAL_MODULES = ("pos_hr", "pos_restaurant")
# Nothing here opens a page.
DATABASE = {"modules": OPTIONAL_MODULES, "bundles": None}


def prepare():
    """Make the template database and return the :class:`~harness.odoo_source.Odoo` of it."""
    odoo = odoo_source.ensure()
    postgres.ensure()
    template.ensure(odoo, **DATABASE)
    return odoo


def run(extra):
    """Run the addon's Python tests.

    Without ``extra`` arguments several processes share them, each with a database of its own.
    """
    odoo = prepare()
    processes = pytest_run.spread(extra, per_core=2)
    names = [database.temporary_name(f"test_gw{number}") for number in range(processes)]
    say(f"Odoo's Python tests in {processes} database(s)")
    configurations = [_prepare(odoo, name) for name in names]
    try:
        return pytest_run.run(
            "odoo",
            paths.ADDONS,
            links.addon([paths.ROOT / "tests"]),
            links.addon(extra),
            processes=processes,
            # Setting up a class takes longer than most of its tests.
            dist="loadscope",
            options=["-p", "harness.odoo_worker", "--odoo-http"],
            variables={
                **template.environment(odoo),
                "ODOO_RC": str(configurations[0]),
                "ODOO_RC_OF_WORKER": str(configurations[0]).replace("_gw0_", "_{worker}_"),
            },
        )
    finally:
        for name, configuration in zip(names, configurations, strict=True):
            database.drop(name)
            configuration.unlink()


def _prepare(odoo, name):
    template.copy(odoo, name, **DATABASE)
    return odoo_config.write(odoo, name, max_cron_threads=0)
