"""The Point of Sale in a browser, in the words of a cashier."""

import contextlib
import json
import re
import time
from urllib.parse import urlsplit

from playwright.sync_api import TimeoutError as PageTimeout
from playwright.sync_api import expect

from harness import paths
from stripe_simulator.cards import DEFAULT_CARD

from . import naming

# What tills are used at, in pixels.
SIZES = {"desktop": (1280, 800), "tablet": (1024, 768), "phone": (390, 844)}
# Milliseconds: what a person would still wait for; Odoo's first start of a till is slower.
PATIENCE = 20_000
STARTING = 60_000
# Until a till that has gone is known to have.
GONE = 20_000
# Milliseconds between a cashier's looks at the screen.
GLANCES = 250
expect.set_options(timeout=PATIENCE)

LOADED = ".pos .product-screen, .pos .payment-screen, .pos .receipt-screen, .pos .ticket-screen"
OPEN_REGISTER = ".login-overlay .open-register-btn"
JS_SDK = "https://js.stripe.com/**"
# Odoo's service worker keeps whatever a page has loaded, and serves it when the network fails.
FORGET_JS_SDK = """async () => {
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const kept of await cache.keys()) {
            if (new URL(kept.url).host === "js.stripe.com") {
                await cache.delete(kept);
            }
        }
    }
}"""
CARRY_ON = "Continue with limited functionality"
# What `KeptOrders` keeps for this register: a browser profile may have those of others.
NOTHING_KEPT = """() =>
    !localStorage.getItem(`${posmodel.data.databaseName}-stripe-terminal-orders`)"""
# With which a till synchronises its orders, drafts too.
SYNC = "/web/dataset/call_kw/pos.order/sync_from_ui"
JS_SDK_DOUBLE = paths.ROOT / "static/tests/js_sdk/stripe_terminal_double.js"
# Odoo's pages ask for these where a browser has none.
HARMLESS = (r"favicon\.ico",)


class LostRequest:
    """A request of the page that does not get there, or whose answer does not come back.

    :ivar hits: how many were lost
    """

    def __init__(self, after):
        self.after = after
        self.hits = 0

    def handle(self, route):
        """Lose the request of a Playwright ``route``."""
        self.hits += 1
        if self.after:
            route.fetch()
        route.abort()


class Till:
    """A register's page, opened by a cashier in a browser profile of its own.

    :param profiles: the run's :class:`~support.browser.Profiles`
    :param shop: the :class:`~support.shop.Shop` it belongs to
    :param login: the user who sells; the password is the login
    :param employee: the name and PIN of who logs in at the till, where employees do
    """

    def __init__(self, profiles, shop, login="cashier", employee=None):
        self.shop = shop
        self.employee = employee
        self.problems = []
        self.foreign_requests = []
        self._tolerated = list(HARMLESS)
        self._profiles = profiles
        self._owner = (shop.server.url, shop.server.client(login).session_id)
        self._context = profiles.take(*self._owner)
        self._context.set_default_timeout(PATIENCE)
        self._context.on("request", self._note_request)
        self._blocks_sdk = False
        if shop.connection == "browser":
            self._context.route(JS_SDK, self._serve_sdk)
        self.page = self._new_page()

    def _new_page(self):
        page = self._context.new_page()
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        return page

    # Opening and closing

    def open(self):
        """Open the register's address and wait until it can be used."""
        self.page.goto(f"{self.shop.server.url}/pos/ui/{self.shop.config_id}", timeout=STARTING)
        return self.wait_until_loaded()

    def wait_until_loaded(self):
        """Wait until one of the Point of Sale's screens is shown; passes its welcome screen."""
        _wait_until_loaded(self.page, self.employee and self._log_in)
        return self

    def _log_in(self):
        """Choose the employee on the welcome screen, and enter the PIN."""
        name, pin = self.employee
        self.page.locator(".select-cashier").click()
        self.page.locator(".modal .selection-item", has_text=name).click()
        self.enter_pin(pin)

    def enter_pin(self, pin):
        """Type a PIN on the number pad of the dialog on top, and confirm it."""
        for key in pin:
            self.dialog.locator(".numpad button", has_text=_exactly(key)).click()
            # The numpad takes quick presses for a barcode scanner's.
            self.page.wait_for_timeout(150)
        return self.answer("Confirm")

    def reload(self):
        """Press F5 and wait until the till is back."""
        self.page.reload(timeout=STARTING)
        return self.wait_until_loaded()

    @contextlib.contextmanager
    def reloading_at(self, route):
        """Have the page reload in the moment in which it asks a route; its request arrives.

        :param route: such as ``send``
        """
        self.page.evaluate(
            """(route) => {
                const { open, send } = XMLHttpRequest.prototype;
                XMLHttpRequest.prototype.open = function (method, url) {
                    this.askedFor = url;
                    return open.apply(this, arguments);
                };
                XMLHttpRequest.prototype.send = function (body) {
                    if (!this.askedFor.endsWith(`/pos_payment_stripe/${route}`)) {
                        return send.apply(this, arguments);
                    }
                    const type = "application/json";
                    navigator.sendBeacon(this.askedFor, new Blob([body], { type }));
                    location.reload();
                };
            }""",
            route,
        )
        with self.page.expect_event("load", timeout=STARTING):
            yield
        self.wait_until_loaded()

    def crash(self):
        """End the tab without any farewell to the page, as a crash would; see :meth:`reopen`."""
        self.page.close(run_before_unload=False)

    def reopen(self):
        """Open the till again in the same browser profile after :meth:`crash`."""
        self.page = self._new_page()
        return self.open()

    def second_tab(self):
        """Return the Playwright page of a second tab on the same register."""
        page = self._new_page()
        page.goto(f"{self.shop.server.url}/pos/ui/{self.shop.config_id}", timeout=STARTING)
        _wait_until_loaded(page)
        return page

    def close(self, *, keep_profile=False):
        """Close the pages.

        :param keep_profile: whether another till may use the browser profile
        """
        self._context.remove_listener("request", self._note_request)
        self._context.unroute(JS_SDK)
        if keep_profile:
            self.go_online()
            self._profiles.give_back(self._context, *self._owner)
        else:
            self._context.close()

    def go_offline(self):
        """Pull the till's network cable; see :meth:`go_online`."""
        self._context.set_offline(True)
        return self.tolerate("net::ERR_INTERNET_DISCONNECTED")

    def go_online(self):
        """Plug the till's network cable in again."""
        self._context.set_offline(False)
        return self

    def block_sdk(self):
        """Block Stripe's script, in a browser that has never loaded it; see :meth:`allow_sdk`."""
        self._blocks_sdk = True
        self.page.evaluate(FORGET_JS_SDK)
        return self.tolerate("net::ERR_FAILED")

    def allow_sdk(self):
        """Let Stripe's script be loaded again after :meth:`block_sdk`."""
        self._blocks_sdk = False
        return self

    def lose(self, route, *, after):
        """Lose one request of the page to a route of the addon, or to its Odoo, on its way.

        :param route: such as ``"send"``, or :data:`SYNC`
        :param after: whether Odoo gets it, and its answer is lost
        :return: something with ``hits``, how many were lost
        """
        lost = LostRequest(after)
        self.tolerate("net::ERR_FAILED")
        url = f"**{route}" if route.startswith("/") else f"**/pos_payment_stripe/{route}"
        self.page.route(url, lost.handle, times=1)
        return lost

    def shows_products(self):
        """Tell whether the product screen is shown; after some minutes it is a screen saver."""
        return self.page.locator(".product-screen").is_visible()

    # Product screen

    def add_product(self, name, quantity=1):
        """Put ``quantity`` pieces of a product into the order."""
        product = self.page.locator("article.product").filter(
            has=self.page.locator(".product-name", has_text=_exactly(name))
        )
        for _ in range(quantity):
            product.first.click()
        line = self.page.locator(".order-container .orderline", has_text=name)
        expect(line.first).to_be_visible()
        return self

    def remove_product(self, name):
        """Take a product out of the order again: the first key clears its quantity."""
        line = self.page.locator(".order-container .orderline", has_text=name)
        line.click()
        clear = self.page.locator(".product-screen .numpad button", has_text="⌫")
        clear.click()
        expect(line.locator(".qty")).to_have_text(re.compile("^0"))
        clear.click()
        expect(line).to_have_count(0)
        return self

    def go_to_payment(self):
        """Press “Payment” on the product screen."""
        self.page.locator(".product-screen .pay-order-button").click()
        expect(self.payment_screen).to_be_visible()
        return self

    def back(self):
        """Press “Back” on the payment screen."""
        self.page.locator(".payment-screen .back-button").click()
        expect(self.page.locator(".product-screen")).to_be_visible()
        return self

    def sell(self, *products):
        """Put the products into the order and go to the payment screen."""
        for name in products:
            self.add_product(name)
        return self.go_to_payment()

    def save_order(self):
        """Press what a register that shares its orders has: core makes a draft of the order."""
        self.page.locator(".product-screen button:has(.fa-upload)").click()
        return self

    def load_order(self, text):
        """Open the list of orders and load the one whose row contains ``text``."""
        self.page.locator(".orders-button").click()
        self.page.locator(".ticket-screen .order-row", has_text=text).click()
        self.page.locator(".ticket-screen .load-order-button").click()
        return self

    # Payment screen

    @property
    def payment_screen(self):
        """The payment screen's locator."""
        return self.page.locator(".pos .payment-screen")

    def method(self, name):
        """Return the locator of a payment method's button."""
        return self.page.locator(".paymentmethods .paymentmethod").filter(
            has=self.page.locator(".payment-name", has_text=_exactly(name))
        )

    def choose_method(self, name):
        """Press a payment method: adds a payment line, which a terminal's method sends at once."""
        method = self.method(name)
        # The screen may still be moving into its place, so that a press would go beside.
        method.hover()
        method.click()
        answer = self.page.locator(".paymentlines .paymentline, .modal, .o_blockUI").first
        with contextlib.suppress(PageTimeout):
            answer.wait_for(timeout=3000)
            return self
        method.click()
        return self

    def type_amount(self, text):
        """Type an amount for the selected line on the numpad, such as ``"2.50"``."""
        for key in text:
            self.page.locator(".payment-screen .numpad button", has_text=_exactly(key)).click()
            # The numpad takes quick presses for a barcode scanner's.
            self.page.wait_for_timeout(150)
        return self

    def lines(self):
        """Return the payment lines as a list of (method, amount) in the page's words."""
        found = []
        for line in self.page.locator(".paymentlines .paymentline .payment-infos").all():
            amount = line.locator(".payment-amount").inner_text().strip()
            found.append((line.inner_text().replace(amount, "").strip(), amount))
        return found

    def select_line(self, index):
        """Select the payment line at ``index`` (0 is the first)."""
        self.page.locator(".paymentlines .paymentline .payment-infos").nth(index).click()
        return self

    def delete_line(self, index=0):
        """Press the cross of the payment line at ``index``; a dialog may follow."""
        self.page.locator(".paymentlines .paymentline .delete-button").nth(index).click()
        return self

    @property
    def status(self):
        """The locator of the selected line's status text."""
        return self.page.locator(".electronic_payment .electronic_status")

    def payment_status(self):
        """Return the selected line's status in the page's words, or "" when it has none."""
        return " ".join(self.status.all_inner_texts()).strip()

    def wait_for_status(self, text, timeout=PATIENCE):
        """Wait until the selected line's status contains ``text`` (or matches a pattern).

        :param timeout: milliseconds
        """
        expect(self.status).to_contain_text(text, timeout=timeout)
        return self

    def wait_for_card(self, timeout=PATIENCE):
        """Wait until the till and the reader both wait for the card.

        :param timeout: milliseconds, for each of them
        """
        self.wait_for_status("Waiting for card", timeout)
        return self.wait_for_reader("amount", timeout)

    def wait_for_reader(self, state, timeout=PATIENCE):
        """Wait until the reader's screen shows ``state``, and let the page go on meanwhile.

        A page that collects itself is served its script only while Playwright waits.

        :param timeout: milliseconds
        """
        self.shop.wait_for_reader(
            state, timeout / 1000, lambda seconds: self.page.wait_for_timeout(seconds * 1000)
        )
        return self

    def send(self):
        """Press the button that sends the payment: “Send”, or “Retry” after a failure."""
        self.page.locator(".electronic_payment .send_payment_request").click()
        return self

    retry = send

    def cancel(self):
        """Press “Cancel” of the selected line."""
        self.page.locator(".electronic_payment .send_payment_cancel").click()
        return self

    def pay_part_by_card(self, amount, card=DEFAULT_CARD):
        """Charge a part of the order, such as ``"2"``, and leave the rest open."""
        self.choose_method(self.shop.card).wait_for_card()
        self.cancel().wait_for_status("canceled")
        self.type_amount(amount).retry().wait_for_card()
        self.shop.reader.tap(card)
        return self.wait_for_status("Payment Successful")

    def has_force_done(self):
        """Tell whether the selected line offers “Force done”."""
        return self.page.locator(".electronic_payment .send_force_done").is_visible()

    def force_done(self):
        """Press “Force done” of the selected line; a dialog may follow."""
        self.page.locator(".electronic_payment .send_force_done").click()
        return self

    def validate(self):
        """Press “Validate” and wait for the receipt."""
        self.page.locator(".payment-screen .validation-button.next").click()
        return self.wait_for_receipt()

    # Receipt screen and dialogs

    def wait_for_receipt(self, timeout=PATIENCE):
        """Wait until the order is done and its receipt is shown."""
        expect(self.page.locator(".pos .receipt-screen")).to_be_visible(timeout=timeout)
        return self

    def carry_on_offline(self):
        """Answer core's dialog about the lost connection."""
        self.tolerate("ConnectionLostError: ")
        expect(self.dialog).to_contain_text("Connection Lost")
        return self.answer(CARRY_ON)

    def wait_until_synced(self):
        """Wait until Odoo has confirmed each finished order that the browser keeps for it."""
        return self.wait_until(lambda: self.page.evaluate(NOTHING_KEPT))

    def has_receipt(self):
        """Tell whether the order is done and its receipt is shown."""
        return self.page.locator(".pos .receipt-screen").is_visible()

    def receipt_text(self):
        """Return the text of the receipt that is shown."""
        return self.page.locator(".receipt-screen .pos-receipt").inner_text()

    def next_order(self):
        """Press “New Order” on the receipt screen."""
        self.page.locator(".receipt-screen .button.next[name='done']").click()
        expect(self.page.locator(".product-screen")).to_be_visible()
        return self

    @property
    def dialog(self):
        """The locator of the dialog on top."""
        return self.page.locator(".modal:visible").last

    def answer(self, button):
        """Press the button of the dialog on top whose text is ``button``."""
        self.dialog.get_by_role("button", name=button).click()
        return self

    def press_if_there(self, button):
        """Press the selected line's ``button`` where it has it, unless it is gone before.

        :param button: ``"request"`` (Send or Retry), ``"cancel"``
        """
        button = self.page.locator(f".electronic_payment .send_payment_{button}")
        if button.is_visible():
            with contextlib.suppress(PageTimeout):
                button.click(timeout=500)

    def wait_until(self, go_on, timeout=30_000):
        """Call ``go_on`` until it tells that all is done, and let the page go on meanwhile.

        :param timeout: milliseconds
        :raises AssertionError: with what the screens show instead
        """
        deadline = time.monotonic() + timeout / 1000
        while not go_on():
            if time.monotonic() > deadline:
                shown = (self.payment_status(), self.shop.reader.screen["state"])
                raise AssertionError(f"the till and the reader show {shown}")
            self.page.wait_for_timeout(GLANCES)
        return self

    # What went wrong

    def tolerate(self, pattern):
        """Let console messages pass that match the regular expression ``pattern``."""
        self._tolerated.append(pattern)
        return self

    def check(self):
        """Fail if the page had an error or asked another host, since the last check.

        :raises AssertionError: with one line for each
        """
        problems = [
            problem
            for problem in self.problems
            if not any(re.search(pattern, problem) for pattern in self._tolerated)
        ]
        problems += [f"request to another host: {url}" for url in self.foreign_requests]
        if any("RPC_ERROR" in problem for problem in problems):
            # The page does not say which request Odoo has refused, and why.
            problems += self.shop.server.complaints()
        self.problems.clear()
        self.foreign_requests.clear()
        assert not problems, "The page had problems:\n" + "\n".join(problems)

    def screenshot(self, name):
        """Save a picture of the page in ``.dev/screenshots`` and return its path."""
        return self.picture_of(self.page, name)

    def screenshots(self, name):
        """Save a picture of the page at each of the sizes that tills have."""
        before = self.page.viewport_size
        for device, (width, height) in SIZES.items():
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.wait_for_timeout(300)
            self.screenshot(f"{name}_{device}")
        self.page.set_viewport_size(before)

    def picture_of(self, what, name):
        """Save a picture of the page, or of one of its locators, and return its path."""
        paths.SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = paths.SCREENSHOTS / f"{naming.file_name(name)}.png"
        what.screenshot(path=path)
        return path

    def _note_console(self, message):
        if message.type == "error":
            where = message.location.get("url", "")
            self.problems.append(f"console: {message.text} ({where})")

    def _note_request(self, request):
        own = {urlsplit(self.shop.server.url).netloc}
        if self.shop.connection == "browser":
            own |= {"js.stripe.com", urlsplit(self.shop.simulator.url).netloc}
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc not in own:
            self.foreign_requests.append(request.url)

    def _serve_sdk(self, route):
        """Answer for js.stripe.com with the double of the SDK, unless it shall be blocked."""
        if self._blocks_sdk:
            route.abort()
            return
        simulator = f"window.STRIPE_SIMULATOR = {json.dumps(self.shop.simulator.url)};"
        code = f"{simulator}\n{JS_SDK_DOUBLE.read_text()}"
        headers = {"Content-Type": "text/javascript", "Cache-Control": "no-store"}
        route.fulfill(body=code, headers=headers)


def _wait_until_loaded(page, log_in=None):
    expect(page.locator(f"{LOADED}, {OPEN_REGISTER}").first).to_be_visible(timeout=STARTING)
    if page.locator(OPEN_REGISTER).is_visible():
        page.locator(OPEN_REGISTER).click()
        if log_in:
            log_in()
    expect(page.locator(LOADED).first).to_be_visible()


def _exactly(text):
    return re.compile(rf"^\s*{re.escape(text)}\s*$")
