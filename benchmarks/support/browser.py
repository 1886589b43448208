"""Chromium with Stripe's hosts on this machine, and the clock of a page."""

import contextlib

from playwright.sync_api import sync_playwright

from harness import chromium
from support.browser import Profiles


@contextlib.contextmanager
def playwright():
    """Start Playwright for the length of a block."""
    with sync_playwright() as running:
        yield running


def launch(running, script_port):
    """Return a browser for which Stripe's script host is a port of this machine."""
    return running.chromium.launch(
        executable_path=chromium.ensure(),
        headless=True,
        args=[
            *chromium.FLAGS,
            f"--host-resolver-rules=MAP js.stripe.com:443 127.0.0.1:{script_port}",
            "--ignore-certificate-errors",
        ],
        handle_sigint=False,
        handle_sigterm=False,
    )


def profiles(browser):
    """Return the browser profiles of a browser, as the live tours use them."""
    return Profiles(browser)


def when(selector, text, name):
    """Return a script that notes in `window[name]` when a page first shows something.

    :param selector: of an element that shall exist
    :param text: which it shall contain
    :param name: of the variable, in seconds since the epoch; null forgets it
    """
    return f"""
        new MutationObserver(() => {{
            const element = !window[{name!r}] && document.querySelector({selector!r});
            if (element && element.textContent.includes({text!r})) {{
                window[{name!r}] = (performance.timeOrigin + performance.now()) / 1000;
            }}
        }}).observe(document, {{ childList: true, subtree: true, characterData: true }});
    """
