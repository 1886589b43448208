"""The browser for tours: a Chromium or Chrome of this machine, installed by apt for root."""

import contextlib
import shutil

from . import debian
from .console import Problem, say
from .locks import exclusive

# The order in which Odoo's own tests look for a browser.
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")

# The same without a browser's windows, which nobody sees: a tour takes a sixth less of a processor.
SHELL = "chromium-headless-shell"

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A process kept ready for a page that never comes costs as much as the page.
    "--disable-features=SpareRendererForSitePerProcess",
    "--no-first-run",
)


def ensure():
    """Return the path of a browser; root on Debian gets one installed.

    :raises Problem: there is none and it cannot be installed
    """
    with exclusive("chromium", "it installs Chromium"):
        if not _find():
            say("No Chromium here: looking for a way to install it …")
            debian.install("chromium", "Testing in a browser")
        return _find()


def ensure_shell():
    """Have Chromium's headless shell, which root on Debian gets installed; a browser does as well.

    :raises Problem: there is neither and none can be installed
    """
    with exclusive("chromium", "it installs Chromium"):
        if not shutil.which(SHELL):
            say("No headless shell of Chromium here: looking for a way to install it …")
            with contextlib.suppress(Problem):
                debian.install(SHELL, "Touring without windows")
    if not shutil.which(SHELL):
        say("Without it, tours take the browser.")
        ensure()


def shell():
    """Return the path of what `ensure_shell` has found."""
    return shutil.which(SHELL) or _find()


def _find():
    return next(filter(None, map(shutil.which, NAMES)), None)
