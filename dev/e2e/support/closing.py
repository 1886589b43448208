"""Closing a register, in the words of a cashier."""

from playwright.sync_api import expect

from .till import PATIENCE


def open_closing(till):
    """Choose “Close Register” in the menu; a dialog may come before the closing popup."""
    till.page.locator(".pos-rightheader button:has(.fa-bars)").click()
    till.page.locator(".dropdown-item", has_text="Close Register").click()
    return till


def popup(till):
    """Return the locator of core's closing popup."""
    return till.page.locator(".close-pos-popup")


def comparison(till):
    """Return the locator of the box that compares with Stripe."""
    return till.page.locator(".stripe-comparison")


def wait_for_comparison(till, state, timeout=PATIENCE):
    """Wait until the comparison has ended in ``state`` (agrees or differs); returns its box.

    :param timeout: milliseconds
    """
    expect(comparison(till)).to_have_attribute("data-state", state, timeout=timeout)
    return comparison(till)


def confirm_closing(till):
    """Press “Close Register” in the closing popup."""
    popup(till).get_by_role("button", name="Close Register").click()
    return till


def wait_until_closed(shop, till):
    """Wait until the session is closed in Odoo."""
    till.page.wait_for_url("**/pos/ui/*", timeout=PATIENCE)
    expect(till.page.locator(".close-pos-popup")).to_have_count(0, timeout=PATIENCE)
    (session,) = shop.server.admin.read("pos.session", [("id", "=", shop.session_id)], ["state"])
    assert session["state"] == "closed"
