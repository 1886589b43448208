"""Registers that take tips, and how their guests give them."""

from playwright.sync_api import expect

from .till import PATIENCE

PERCENTAGES = {"percentages": [10, 15, 20]}


def tip_values(server, **values):
    """Return the values of a ``pos.config`` that takes tips."""
    product = server.admin.ref("point_of_sale.product_product_tip")
    return {"iface_tipproduct": True, "tip_product_id": product, **values}


def tips_of(shop):
    """Return (total, paid, tip) of the session's orders in Odoo, oldest first."""
    fields = ("amount_total", "amount_paid", "tip_amount")
    return [tuple(round(order[name], 2) for name in fields) for order in shop.orders(fields)]


def wait_for_tip(till):
    """Wait until the till waits for the card, and its reader asks for a tip."""
    till.wait_for_status("Waiting for card", PATIENCE)
    return till.shop.wait_for_reader("tip", PATIENCE / 1000)


def give_tip(till, text):
    """Enter a tip on the tip screen of ``pos_restaurant`` and press “Settle”."""
    screen = till.page.locator(".tip-screen")
    expect(screen).to_be_visible(timeout=PATIENCE)
    screen.locator(".custom-amount-form input").fill(text)
    screen.get_by_text("Settle").click()
    return till.wait_for_receipt()


def settle_tips(till, text):
    """Enter the tip of the one order that waits for it, in the list of orders; press “Settle”."""
    till.page.get_by_role("button", name="Orders").click()
    till.page.locator(".ticket-screen .filter").first.click()
    till.page.locator(".dropdown-menu, .o-dropdown--menu").get_by_text("Tipping").click()
    till.page.locator(".ticket-screen .tip-cell").click()
    till.page.locator(".ticket-screen .tip-cell input").fill(text)
    till.page.locator(".ticket-screen .tip-cell input").press("Enter")
    till.page.locator(".ticket-screen .settle-tips").click()
    return till


def register(till):
    """Press “Register” in the bar on top: a new order begins."""
    till.page.get_by_role("button", name="Register").click()
    expect(till.page.locator(".product-screen")).to_be_visible()
    return till
