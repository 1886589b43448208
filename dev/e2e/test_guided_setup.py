"""“Set up Stripe”, from an empty database to the first paid order, with each click counted."""

import pytest
from playwright.sync_api import expect

from harness import shopfitting
from support.accessibility import DIALOG, Looks
from support.till import SIZES, STARTING


class Counted:
    """Presses and types as a shop owner, and counts both."""

    def __init__(self, office):
        self.office, self.page = office, office.page
        self.clicks = self.fields = 0

    def click(self, place):
        """Click a place of the page."""
        place.click(timeout=STARTING)
        self.clicks += 1

    def press(self, name, within=None):
        """Press the button with a name."""
        place = within or self.page
        self.click(place.get_by_role("button", name=name, exact=True).locator("visible=true"))

    def type(self, selector, text):
        """Type into the field at a selector."""
        self.page.locator(selector).fill(text)
        self.fields += 1

    def sell_for_the_first_time(self):
        """Open the register's session, make a product and ask for a card."""
        self.click(self.page.locator(".modal").get_by_role("button", name="Open Register"))
        self.click(self.page.get_by_text("Create Manually"))
        self.type(".modal [name=name] input", "Espresso")
        self.type(".modal [name=list_price] input", "2.40")
        self.press("Save", self.page.locator(".modal"))
        self.click(self.page.locator("article.product", has_text="Espresso"))
        self.click(self.page.locator(".pay-order-button"))
        self.click(self.page.locator(".paymentmethod", has_text="Card"))

    def check(self):
        """Assert that it was not more than what the manual promises."""
        assert self.clicks <= 12
        assert self.fields <= 2


def tap_first_payment(office, account):
    """Tap the card that the page waits for, until it shows a receipt."""
    expect(office.page.get_by_text("Waiting for card")).to_be_visible(timeout=STARTING)
    office.picture("guided_6_waiting")
    (reader,) = account.readers()
    reader.tap()
    expect(office.page.locator(".receipt-screen")).to_be_visible(timeout=STARTING)


def check_first_payment(server, simulator, account, tests=0):
    """Assert that the one order is paid by the one charge, after so many tests of the terminal."""
    (order,) = server.admin.read("pos.order", [], ["state", "amount_paid"])
    (intent,) = simulator.ledger(account)["intents"][tests:]
    assert order["state"] == "paid"
    assert intent["amount_received"] == round(order["amount_paid"] * 100)


@pytest.fixture
def server(empty_server):
    """A server as the installation leaves it, with a company that has its address."""
    admin = empty_server.admin
    company = admin.search("res.company", [], limit=1)
    admin.write("res.company", company, street="Rue Haute 1", city="Bruxelles", zip="1000")
    return empty_server


def at_step(page, step):
    """Return the dialog, once it shows a step."""
    dialog = page.locator(".modal", has=page.locator(f"div[name={step}]:visible"))
    expect(dialog).to_be_visible(timeout=STARTING)
    return dialog


def picture(office, name):
    """Save what a desktop and a phone show, and have axe look at it."""
    looks = Looks(office.page)
    looks.at(f"guided_{name}", DIALOG)
    looks.find_nothing()
    before = office.page.viewport_size
    office.picture(f"guided_{name}")
    width, height = SIZES["phone"]
    office.page.set_viewport_size({"width": width, "height": height})
    office.picture(f"guided_{name}_phone")
    office.page.set_viewport_size(before)


def test_from_the_key_to_the_first_paid_order(server, simulator, open_office):
    account = simulator.add_account(country="BE")
    office = open_office(server)
    page = office.page
    office.make_first_shop()
    block = office.open_settings()
    office.picture("guided_0_settings")
    office.press("Set up Stripe", block)
    dialog = at_step(page, "key")
    picture(office, "1_key")
    page.locator(".modal [name=secret_key] input").fill(account.secret_key)

    owner = Counted(office)
    owner.press("Check the key", dialog)
    dialog = at_step(page, "location")
    picture(office, "2_location")
    owner.press("Create Location", dialog)
    dialog = at_step(page, "reader")
    picture(office, "3_reader")
    owner.press("Add a Simulated Reader", dialog)
    dialog = at_step(page, "method")
    picture(office, "4_method")
    owner.press("Use this payment method", dialog)
    dialog = at_step(page, "ready")
    picture(office, "5_ready")
    owner.press("Open Register", dialog)
    owner.sell_for_the_first_time()
    tap_first_payment(office, account)
    check_first_payment(server, simulator, account)
    owner.check()


def open_from_menu(person):
    """Open the dialog as a manager does, who has no settings."""
    # A page that is still being built closes the menu again.
    register = person.page.get_by_role("button", name="Open Register")
    expect(register).to_be_visible(timeout=STARTING)
    person.press("Configuration", person.page.locator(".o_main_navbar"))
    person.click(person.page.get_by_role("menuitem", name="Set up Stripe"))


def test_a_manager_who_may_not_enter_the_key(server, simulator, open_office):
    account, admin = simulator.add_account(country="BE"), server.admin
    groups = [
        admin.ref(group)
        # What the first product takes, as an administrator gives it to whoever keeps the shop.
        for group in ("point_of_sale.group_pos_manager", "product.group_product_manager")
    ]
    admin.create(
        "res.users",
        name="Manon Manager",
        login="manager",
        password="manager",
        group_ids=[(6, 0, groups)],
    )
    # Odoo lets only who may create journals choose a first shop.
    open_office(server).make_first_shop()
    office = open_office(server, login="manager")
    page = office.page
    page.goto(f"{server.url}/odoo")
    page.locator(".o_navbar_apps_menu button").click(timeout=STARTING)
    page.get_by_role("menuitem", name="Point of Sale").click()
    open_from_menu(Counted(office))
    dialog = at_step(page, "key")
    expect(dialog).to_contain_text("Only an administrator can enter the secret key.")
    expect(dialog).to_contain_text("/odoo/payment-providers/")
    expect(dialog.locator("[name=secret_key]")).to_have_count(0)
    picture(office, "7_manager")
    office.press("Close", dialog.locator("footer"))
    expect(dialog).to_have_count(0)

    shopfitting.connect_stripe(admin, account.secret_key)
    # Some time later, with the page that was left.
    page.reload()
    manager = Counted(office)
    open_from_menu(manager)
    manager.press("Create Location", at_step(page, "location"))
    manager.press("Add a Simulated Reader", at_step(page, "reader"))
    manager.press("Use this payment method", at_step(page, "method"))
    at_step(page, "ready").locator("button[name=action_test]").click()
    test = page.locator(".modal", has=page.locator(".o_stripe_diagnosis"))
    expect(test.get_by_text("This terminal works.")).to_be_visible(timeout=STARTING)
    office.press("Close", test.locator("footer"))
    picture(office, "8_manager_ready")
    manager.press("Open Register", at_step(page, "ready"))
    manager.sell_for_the_first_time()
    tap_first_payment(office, account)
    check_first_payment(server, simulator, account, tests=1)
    manager.check()

    (method,) = admin.search(
        "pos.payment.method", [("use_payment_terminal", "=", "stripe_terminal")]
    )
    office.open("point_of_sale.action_pos_payment_method_form", method)
    page.get_by_role("button", name="Set up Stripe").click(timeout=STARTING)
    expect(at_step(page, "ready")).to_contain_text("Card")
