"""The calls of Stripe's API with each major of its SDK, over HTTP to the simulator."""

import functools
import os
import shutil
import sys

from .. import paths
from ..commands import run
from ..locks import exclusive
from . import Step, links, pytest_run

# The simulator runs with the newest, which `requirements.lock` pins.
MAJORS = (14, 15, 16)
TESTS = paths.DEV / "sdk"
# This one asks the SDK for all that it can raise.
ERRORS = "test_errors.py::test_every_exception_of_the_sdk_has_a_problem"


def steps(extra):
    """Return a :class:`~harness.parts.Step` for each major."""
    return [Step(f"sdk {major}", functools.partial(_run, major, list(extra))) for major in MAJORS]


def _run(major, extra):
    package = paths.ROOT / "stripe_terminal"
    (errors,) = links.plain(package, [package / "tests" / ERRORS])
    python_path = [_installed(major), links.PLAIN, paths.DEV]
    return pytest_run.run(
        f"sdk-{major}",
        TESTS,
        [TESTS, errors],
        extra,
        options=["-p", "no:odoo", "-q"],
        variables={
            "PYTHONPATH": os.pathsep.join(str(folder) for folder in python_path),
            "STRIPE_SDK_MAJOR": str(major),
        },
    )


def _installed(major):
    """Return the folder with the newest SDK of a major, which is installed first.

    :raises Problem: it cannot be installed
    """
    folder = paths.STATE / "sdk" / str(major)
    with exclusive("sdk", "it installs Stripe's SDK"):
        if not folder.is_dir():
            partial = folder.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            pip = [sys.executable, "-m", "pip", "install", "--no-input", "--no-deps", "--quiet"]
            pip += ["--disable-pip-version-check", "--target", partial, f"stripe=={major}.*"]
            run(pip, log=f"sdk-{major}", purpose=f"Installing Stripe's SDK {major}")
            partial.rename(folder)
    return folder
