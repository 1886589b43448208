"""One Chromium for the run, and the browser profiles that tills use in it."""

import contextlib

from playwright.sync_api import sync_playwright

from harness import chromium

VIEWPORT = {"width": 1280, "height": 800}
# Nobody looks on, and each picture of a movement is drawn by the processor. What a page does when
# one has ended, it still does.
STAND_STILL = """
    const still = new CSSStyleSheet();
    still.replaceSync(`*, ::before, ::after {
        animation-delay: 0s !important;
        animation-duration: 1ms !important;
        animation-iteration-count: 1 !important;
        transition-delay: 0s !important;
        transition-duration: 1ms !important;
    }`);
    document.adoptedStyleSheets.push(still);
"""


@contextlib.contextmanager
def launched():
    """Start this machine's Chromium, without windows, and close it at the end of the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.shell(),
            headless=True,
            # A profile's pages share what its first one has loaded and compiled.
            args=[*chromium.FLAGS, "--process-per-site"],
            # Ctrl-C and SIGTERM are pytest's, which closes the browser itself.
            handle_sigint=False,
            handle_sigterm=False,
        )
        yield browser
        browser.close()


def new_profile(chromium, **settings):
    """Return a fresh profile, whose pages stand still.

    :param chromium: the Playwright browser
    :param settings: of the profile, such as ``viewport``
    """
    profile = chromium.new_context(locale="en-US", **settings)
    profile.add_init_script(STAND_STILL)
    return profile


class Profiles:
    """Browser profiles, one for each till of a test, kept for the next test's.

    A profile that has seen the Point of Sale opens it in half the time. What a register stores in
    it is stored under the register's id, and every test has registers of its own.

    :param chromium: the Playwright browser
    """

    def __init__(self, chromium):
        self.chromium = chromium
        self._free = {}

    def take(self, server_url, session_id):
        """Return a profile (a Playwright context) that nobody uses, with the session's cookie."""
        free = self._free.setdefault((server_url, session_id), [])
        if free:
            return free.pop()
        profile = new_profile(self.chromium, viewport=VIEWPORT)
        cookie = {"name": "session_id", "value": session_id, "url": server_url}
        profile.add_cookies([cookie])
        # The process of its pages ends with the last one; this one stays.
        profile.new_page().goto(f"{server_url}/web/health")
        return profile

    def give_back(self, profile, server_url, session_id):
        """Close a profile's pages, and keep it for another till."""
        for page in profile.pages[1:]:
            page.close()
        self._free[server_url, session_id].append(profile)
