"""A real server and a real browser: plain pytest on ``dev/e2e``."""

import os

from .. import chromium, odoo_source, paths, postgres, template
from . import pytest_run


def prepare(has_kiosk=True):
    """Make the browser and the template databases that most tours, and those of a kiosk, copy."""
    odoo = odoo_source.ensure()
    chromium.ensure_shell()
    postgres.ensure()
    template.ensure(odoo)
    if has_kiosk:
        # It takes longer than one test may.
        template.ensure(odoo, modules=(paths.KIOSK_ADDON,), bundles=template.KIOSK)


def run(extra):
    """Run the live tours; their fixtures make servers and databases themselves."""
    prepare(has_kiosk=not extra or any("kiosk" in argument for argument in extra))
    extra = [_absolute(argument) for argument in extra]
    return pytest_run.run(
        "tours",
        paths.DEV / "e2e",
        [paths.DEV / "e2e"],
        extra,
        processes=pytest_run.spread(extra, per_core=1.5),
        options=["-p", "no:odoo"],
        variables={"PYTHONPATH": str(paths.DEV)},
    )


def _absolute(argument):
    name, separator, test = argument.partition("::")
    return os.path.abspath(name) + separator + test if os.path.exists(name) else argument
