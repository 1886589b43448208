"""One Chromium for the run; every till gets a profile of its own in it."""

import contextlib

from playwright.sync_api import sync_playwright

from harness import chromium

VIEWPORT = {"width": 1280, "height": 800}


@contextlib.contextmanager
def launched():
    """Start this machine's Chromium and close it at the end of the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.ensure(),
            headless=True,
            args=list(chromium.FLAGS),
            # Ctrl-C and SIGTERM are pytest's, which closes the browser itself.
            handle_sigint=False,
            handle_sigterm=False,
        )
        yield browser
        browser.close()
