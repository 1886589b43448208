"""A manager's page of the backend, where terminals are set up."""

import re

from playwright.sync_api import expect

from harness import paths

from .till import STARTING

SETTINGS = "point_of_sale.action_pos_configuration"


class Office:
    """A manager's page of the backend."""

    def __init__(self, profiles, server, login="admin"):
        self._profile = profiles.take(server.url, server.client(login).session_id)
        self._server = server
        self.page = self._profile.new_page()

    def close(self):
        """Close the page with its browser profile."""
        self._profile.close()

    def open(self, action, record_id=None):
        """Open an action by its external id, with a record where one is given."""
        address = f"{self._server.url}/odoo/action-{self._server.admin.ref(action)}"
        self.page.goto(f"{address}/{record_id}" if record_id else address)

    def make_first_shop(self):
        """Have core's page make the first register of an empty database."""
        self.open("point_of_sale.action_pos_config_kanban")
        self.page.get_by_text("Any shop").click(timeout=STARTING)
        opening = self.page.get_by_role("button", name="Open Register")
        expect(opening).to_be_visible(timeout=STARTING)

    def open_settings(self):
        """Open the settings and return our block."""
        self.open(SETTINGS)
        block = self.page.locator("#stripe_terminal_setting")
        expect(block).to_be_visible(timeout=30_000)
        block.scroll_into_view_if_needed()
        return block

    def press(self, name, within=None):
        """Press the button with a name."""
        (within or self.page).get_by_role("button", name=name, exact=True).click()

    def choose_reader(self, name):
        """Choose the only reader in the list of a new payment method, with the keyboard."""
        field = self.page.locator("[name=stripe_reader_id] input")
        field.click()
        expect(self.page.get_by_role("option", name=name)).to_be_visible()
        # A click is lost, and the list stays open, when Odoo draws the list anew meanwhile.
        field.press("Enter")
        expect(field).to_have_value(re.compile(re.escape(name)))

    def picture(self, name):
        """Save what the page shows for the person who reviews the run."""
        self.page.wait_for_timeout(400)  # milliseconds, for what still moves
        self.page.screenshot(path=paths.SCREENSHOTS / f"{name}.png")
