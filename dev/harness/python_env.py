"""The project's virtual environment, filled from the lock file."""

import hashlib
import os
import shutil
import sys

from . import paths
from .commands import output, run
from .console import Problem, say
from .locks import exclusive


def ensure():
    """Make the virtual environment hold what the lock file says; quick when it already does.

    :raises Problem: Python has no ``venv`` module, or a package cannot be installed
    """
    with exclusive("venv", "it installs Python packages"):
        stamp = paths.VENV / "requirements.stamp"
        wanted = hashlib.sha256(paths.LOCK_FILE.read_bytes()).hexdigest()
        works = output([paths.venv_bin("python"), "-c", "import pip"]) is not None
        if works and stamp.is_file() and stamp.read_text() == wanted:
            return
        if not works:
            _create()
        say("Installing Python packages (about a minute the first time) …")
        run(
            [paths.venv_bin("python"), "-m", "pip", "install", "--no-deps", "--no-input"]
            + ["--disable-pip-version-check", "-r", paths.LOCK_FILE],
            log="pip",
            purpose="Installing the Python packages of the lock file",
        )
        stamp.write_text(wanted)


def _create():
    say("Creating a Python virtual environment …")
    shutil.rmtree(paths.VENV, ignore_errors=True)
    paths.STATE.mkdir(exist_ok=True)
    if output([sys.executable, "-c", "import venv, ensurepip"]) is None:
        raise Problem(
            "This Python has no “venv” module: install it (on Debian and Ubuntu: "
            "apt-get install python3-venv)."
        )
    run(
        [sys.executable, "-m", "venv", paths.VENV],
        log="venv",
        purpose="Creating a Python virtual environment",
    )


def enter():
    """Go on in the virtual environment's Python; returns only when already inside it."""
    # Containers often forbid it, and each start of Odoo would compile thousands of files anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(paths.PYCACHE))
    if os.path.realpath(sys.prefix) != str(paths.VENV.resolve()):
        python = str(paths.venv_bin("python"))
        os.execv(python, [python, *sys.argv])
