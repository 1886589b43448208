"""Refunding an order at a till, in the words of a cashier."""

import re

import stripe
from playwright.sync_api import expect

from .audit import DASHBOARD
from .till import PATIENCE


def refund_order(till, products, total=None, paid="Paid"):
    """Choose “Refund” for products of a paid order, and go to the payment screen.

    :param products: dict of how many of each product come back
    :param total: text of the order's row, where there are several orders
    :param paid: what the filter of paid orders is called
    """
    till.page.locator(".pos-leftheader .orders-button").click()
    till.page.locator(".pos-search-bar .filter").click()
    till.page.locator(".pos-search-bar .filter ul li", has_text=paid).click()
    till.page.locator(".ticket-screen .order-row", has_text=total or "").first.click()
    for name, quantity in products.items():
        line = till.page.locator(".ticket-screen .orderline", has_text=name).first
        line.click()
        till.page.locator(".ticket-screen .numpad button", has_text=str(quantity)).first.click()
        expect(till.page.locator(".to-refund-highlight").first).to_be_visible()
        till.page.wait_for_timeout(200)
    till.page.locator(".ticket-screen .validation").click()
    expect(till.payment_screen).to_be_visible(timeout=PATIENCE)
    return till


def choose_card(till, shop, *amounts):
    """Press the card method, and wait for the lines that give ``amounts`` back."""
    till.choose_method(shop.card)
    wait_for_amounts(till, *amounts)
    return till


def wait_for_amounts(till, *amounts):
    """Wait until the payment lines have these amounts, such as ``"-4.60"``."""
    lines = till.page.locator(".paymentlines .payment-amount")
    expect(lines).to_have_text([re.compile(amount) for amount in amounts], timeout=PATIENCE)


def refund(till):
    """Press “Refund” of the selected line, or “Retry” after a refusal."""
    buttons = ".send_refund_request, .electronic_payment .send_payment_request"
    till.page.locator(buttons).first.click()
    return till


def refund_in_dashboard(shop, intent_id, amount):
    """Refund ``amount`` minor units as in Stripe's dashboard, without Odoo; returns ``re_…``."""
    account = shop.simulator.account
    api = stripe.StripeClient(account.secret_key, base_addresses={"api": shop.simulator.url}).v1
    metadata = {DASHBOARD: "yes"}
    return api.refunds.create(
        {"payment_intent": intent_id, "amount": amount, "metadata": metadata}
    ).id


def card_of_line(till, index=0):
    """Return which card gets the money of the payment line at ``index``."""
    line = till.page.locator(".paymentlines .paymentline:has(.payment-infos)").nth(index)
    return line.locator(".stripe_terminal_refunded_card").inner_text()
