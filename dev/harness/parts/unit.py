"""Plain Python tests: no Odoo, no database, no browser."""

import os

from .. import paths
from . import links, pytest_run

PACKAGES = (
    paths.ROOT / "stripe_terminal",
    paths.DEV / "stripe_simulator",
    paths.DEV / "harness",
    paths.ROOT / "benchmarks",
)


def run(extra):
    """Run the tests of the packages that need no Odoo."""
    targets = []
    for package in PACKAGES:
        if (package / "tests").is_dir():
            targets += links.plain(package, [package / "tests"])
        extra = links.plain(package, extra) if package.is_dir() else extra
    return pytest_run.run(
        "unit",
        links.PLAIN,
        targets,
        extra,
        processes=pytest_run.spread(extra),
        options=["-p", "no:odoo"],
        variables={"PYTHONPATH": os.pathsep.join([str(links.PLAIN), str(paths.DEV)])},
    )
