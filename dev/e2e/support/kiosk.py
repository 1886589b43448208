"""A self-order kiosk: its register, and its page in the words of a customer."""

import contextlib
import re
import time

from playwright.sync_api import expect

from harness import paths, shopfitting
from harness.rpc import OdooError

from . import naming
from .browser import new_profile
from .shop import Shop

# A portrait screen that is touched, in pixels.
SCREEN = {"width": 1080, "height": 1920}
PHONE = {"width": 390, "height": 844}
STARTING = 60_000  # milliseconds: Odoo's first start of a page


class KioskShop(Shop):
    """A kiosk in an open session, with a reader beside it.

    :param server: the :class:`~support.live_server.LiveServer`, with the kiosk's addon
    :param reader: the simulator's reader
    """

    connection = "server"

    def __init__(self, server, reader, name="Kiosk"):
        self.server = server
        self.simulator = server.simulator
        self.reader = reader
        self.name = naming.unique(f"{name} ")
        self.register = shopfitting.open_kiosk(
            server.admin, self.name, reader_serial=reader.serial_number
        )
        self._known = {}
        self.known_intents = set()
        domain = [("config_id", "=", self.config_id), ("state", "=", "opened")]
        (self.session_id,) = server.admin.search("pos.session", domain)

    def settle(self, timeout=20):
        """Do as for a till; no page asks here, so that the server's own look may be under way."""
        with contextlib.suppress(OdooError):
            return super().settle(timeout)
        time.sleep(2)
        return super().settle(timeout)

    @property
    def address(self):
        """The address of the kiosk's page."""
        return self.server.url + shopfitting.kiosk_address(self.server.admin, self.config_id)


class PhoneMenuShop(Shop):
    """A register with a till, whose customers order with their phones and pay at the counter."""

    address = KioskShop.address

    def __init__(self, server, reader):
        users = server.admin.search("res.users", [("login", "=", shopfitting.CASHIER)])
        super().__init__(
            server,
            reader,
            "Phone menu",
            self_ordering_mode="mobile",
            self_ordering_service_mode="counter",
            self_ordering_pay_after="each",
            self_ordering_default_user_id=users[0],
        )


class Kiosk:
    """The page of a kiosk, which no user has logged into.

    :param chromium: the Playwright browser
    :param shop: its :class:`KioskShop`
    :param screen: its size; a phone shows the same menu
    """

    def __init__(self, chromium, shop, screen=SCREEN):
        self.shop = shop
        self.problems = []
        self._context = new_profile(chromium, viewport=screen, has_touch=True)
        self.page = self._new_page()

    def _new_page(self):
        page = self._context.new_page()
        page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        return page

    def open(self):
        """Open the kiosk's address and wait for its first screen."""
        self.page.goto(self.shop.address, timeout=STARTING)
        expect(self.button("Order Now")).to_be_visible(timeout=STARTING)
        return self

    def crash(self):
        """End the page without any farewell, as a power cut would; see :meth:`reopen`."""
        self._context.set_offline(True)
        self.page.close(run_before_unload=False)

    def reopen(self):
        """Open the kiosk again after :meth:`crash`."""
        self.reopen_anywhere()
        expect(self.button("Order Now")).to_be_visible(timeout=STARTING)
        return self

    def reopen_anywhere(self):
        """Do the same, whichever page it then goes to."""
        self._context.set_offline(False)
        self.page = self._new_page()
        self.page.goto(self.shop.address, timeout=STARTING)
        return self

    def close(self):
        """Close the browser profile."""
        self._context.close()

    def screenshot(self, name):
        """Save a picture; returns its path."""
        paths.SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = paths.SCREENSHOTS / f"{name}.png"
        self.page.screenshot(path=path)
        return path

    # What a customer does

    def button(self, text):
        """Return the locator of a button by its text."""
        return self.page.locator(
            "button, .btn, a[role=button]", has_text=re.compile(rf"^\s*{re.escape(text)}\s*$")
        ).locator("visible=true")

    def press(self, text):
        """Touch a button."""
        self.button(text).first.click()
        return self

    def order(self, *products):
        """Choose products and go as far as the payment page, where the reader is asked at once."""
        return self.choose(*products).press("Pay")

    def choose(self, *products):
        """Choose products and go as far as the cart."""
        self.press("Order Now")
        for name in products:
            self.page.locator(".self_order_product_card, article, .o_kiosk_product").filter(
                has_text=name
            ).first.click()
        return self.press("Checkout")

    @property
    def payment(self):
        """The locator of what the page tells of the payment."""
        return self.page.locator(".stripe_kiosk_payment")

    def wait_for(self, state, text=""):
        """Wait until the page shows a state of the payment, and a sentence that has ``text``."""
        expect(self.payment).to_have_attribute("data-state", state)
        expect(self.payment).to_contain_text(text)
        return self

    def wait_until_paid(self):
        """Wait for the page with the order's number."""
        expect(self.page.get_by_text("Your order number")).to_be_visible()
        return self
