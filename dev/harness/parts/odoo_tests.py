"""Odoo's Python tests: pytest-odoo on ``tests/`` and a fresh copy of the template database."""

import os

from .. import chromium, database, odoo_config, odoo_source, paths, postgres, template
from ..console import say
from . import links, pytest_run


def run(extra):
    """Run the addon's Python tests, the browser tours among them."""
    odoo = odoo_source.ensure()
    chromium.ensure()
    postgres.ensure()
    name = database.temporary_name("test")
    template.copy(odoo, name)
    configuration = odoo_config.write(odoo, name, max_cron_threads=0)
    say(f"Odoo's Python tests in the database {name}")
    try:
        return pytest_run.run(
            "odoo",
            paths.ADDONS,
            links.addon([paths.ROOT / "tests"]),
            links.addon(extra),
            options=["--odoo-http"],
            variables={
                **template.environment(odoo),
                "ODOO_RC": str(configuration),
                "PYTHONPATH": os.pathsep.join([str(odoo.python_path), str(paths.DEV)]),
            },
        )
    finally:
        database.drop(name)
        configuration.unlink()
