"""``dev/bench``: install what the measurements need besides, and run them."""

import hashlib
import os
import sys

from . import paths, python_env
from .commands import run
from .console import clear_ending, say
from .locks import exclusive
from .parts import links

BENCHMARKS = paths.ROOT / "benchmarks"
PACKAGES = paths.STATE / "benchmark-packages"


def main(arguments):
    """Run ``dev/bench`` with ``arguments`` and end the process with its exit code."""
    with clear_ending("dev/bench"):
        python_env.ensure()
        python_env.enter()
        _ensure_packages()
        links.plain(BENCHMARKS, [])
        folders = [str(links.PLAIN), str(paths.DEV), str(paths.DEV / "e2e"), str(PACKAGES)]
        sys.path[:0] = folders
        # For the processes that a measurement starts.
        os.environ["PYTHONPATH"] = os.pathsep.join(folders)
        from benchmarks.command import main as measure

        sys.exit(measure(arguments))


def _ensure_packages():
    """Install the benchmarks' own packages into a folder beside the virtual environment.

    :raises Problem: one cannot be installed
    """
    wanted = BENCHMARKS / "requirements.lock"
    mark = hashlib.sha256(wanted.read_bytes()).hexdigest()
    stamp = PACKAGES / "requirements.stamp"
    with exclusive("benchmark-packages", "it installs Python packages"):
        if stamp.is_file() and stamp.read_text() == mark:
            return
        say("Installing the Python packages that draw the plots …")
        run(
            [sys.executable, "-m", "pip", "install", "--no-deps", "--no-input", "--upgrade"]
            + ["--disable-pip-version-check", "--target", PACKAGES, "-r", wanted],
            log="pip-benchmarks",
            purpose="Installing the benchmarks' Python packages",
        )
        stamp.write_text(mark)
