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
    return pytest_run.count(*report_of("unit", extra, targets, processes=pytest_run.spread(extra)))


def report_of(name, extra, targets=(), *, root=links.PLAIN, options=(), variables=None, **how):
    """Run some of these tests as `pytest_run.report_of` does.

    :param extra: pytest's arguments, such as files of tests
    :param targets: paths, used unless ``extra`` names files itself
    :param root: pytest's root folder
    """
    for package in PACKAGES:
        extra = links.plain(package, extra) if package.is_dir() else extra
    return pytest_run.report_of(
        name,
        root,
        targets,
        extra,
        options=["-p", "no:odoo", *options],
        variables={
            "PYTHONPATH": os.pathsep.join([str(links.PLAIN), str(paths.DEV)]),
            **(variables or {}),
        },
        **how,
    )
