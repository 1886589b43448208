"""The browser for tours: a Chromium or Chrome of this machine, installed by apt for root."""

import shutil

from . import debian
from .console import say
from .locks import exclusive

# The order in which Odoo's own tests look for a browser.
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")

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


def _find():
    return next(filter(None, map(shutil.which, NAMES)), None)
