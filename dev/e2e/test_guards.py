"""Whatever a cashier drops while a reader asks for a card, no money is left behind unnoticed."""

import pytest
from playwright.sync_api import expect

from support.audit import audit, intents
from support.closing import open_closing, popup, wait_for_comparison
from support.drivers import both_drivers

SLOW_CANCEL = ("POST", "/v1/terminal/readers/*/cancel_action", "delay_before")
PRODUCTS = ".product-screen"
pytestmark = pytest.mark.kept_till


@pytest.fixture
def paying(till, shop):
    """The till while its reader asks for a card."""
    return till.sell("Espresso").choose_method(shop.card).wait_for_card()


def states(shop):
    """Return the states of the session's journal rows."""
    return [row["state"] for row in shop.journal()]


def assert_canceled(shop):
    """Assert that the one payment is canceled, and no card was charged."""
    assert states(shop) == ["canceled"]
    assert [intent["amount_received"] for intent in intents(shop)] == [0]


def go_to_orders(till):
    """Press “Orders” in the navigation bar."""
    till.page.locator(".orders-button").click()
    return till


def cancel_order(till):
    """Choose “Cancel Order” among the product screen's actions, and confirm core's question."""
    till.page.locator(".product-screen .more-btn").click()
    till.page.get_by_role("button", name="Cancel Order").click()
    return till


@both_drivers
def test_back_cancels_first(paying, shop):
    till = paying
    till.page.locator(".payment-screen .back-button").click()
    expect(till.dialog).to_contain_text("The card reader asks for 2.40 €")
    till.screenshot("guard_leaving")
    till.answer("Cancel the payment")
    expect(till.page.locator(PRODUCTS)).to_be_visible()
    assert_canceled(shop)
    assert shop.reader.screen["state"] in ("idle", "cancelled")


@both_drivers
def test_the_payment_may_run_on(paying, shop):
    till = go_to_orders(paying)
    till.answer("Stay here")
    till.wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt()
    audit(shop)


def test_the_card_wins_against_leaving(paying, shop, simulator):
    till = go_to_orders(paying)
    simulator.faults.add(*SLOW_CANCEL, seconds=1)
    till.answer("Cancel the payment")
    shop.reader.tap()
    expect(till.dialog).to_contain_text("The customer paid 2.40 €")
    till.screenshot("guard_card_won")
    till.answer("Ok")
    till.wait_for_receipt()
    audit(shop)


@both_drivers
def test_leaving_while_stripe_is_silent(paying, shop, simulator):
    simulator.faults.add("*", "*", "drop_before", times=None)
    till = go_to_orders(paying)
    till.answer("Cancel the payment")
    expect(till.dialog).to_contain_text("It is not known yet", timeout=20_000)
    till.screenshot("guard_unknown")
    till.answer("Leave the order")
    expect(till.page.locator(".ticket-screen")).to_be_visible()
    simulator.faults.clear()
    shop.settle()
    assert_canceled(shop)


@both_drivers
def test_a_line_removed_while_odoo_is_away_is_canceled_later(paying, shop, simulator):
    # Pictures of the page cannot be loaded either.
    till = paying.go_offline().tolerate("net::ERR_FAILED").cancel()
    till.wait_for_status("Connection error")
    till.delete_line()
    expect(till.dialog).to_contain_text("It is not known yet")
    till.screenshot("guard_odoo_away")
    till.answer("Remove the line")
    expect(till.page.locator(".paymentlines .paymentline")).to_have_count(0)
    till.go_online()
    assert simulator.wait_until(lambda: states(shop) == ["canceled"], 20)
    shop.settle()
    assert_canceled(shop)
    till.choose_method(shop.cash).validate().wait_until_synced()
    audit(shop)


def test_a_deleted_order_is_canceled_at_stripe_first(paying, shop):
    till = paying.reload()
    till.page.locator(".payment-screen").wait_for()
    till.page.goto(till.page.url.replace("/payment/", "/product/"))
    till.wait_until_loaded()
    cancel_order(till)
    expect(till.dialog).to_contain_text("are you sure")
    till.answer("Ok")
    expect(till.page.locator(".order-container .orderline")).to_have_count(0)
    shop.settle()
    assert_canceled(shop)
    assert [order["state"] for order in shop.orders()] in ([], ["cancel"])


def test_a_paid_order_is_not_deleted(till, shop):
    till.sell("Espresso", "Croissant").pay_part_by_card("2").back()
    cancel_order(till)
    till.answer("Ok")
    expect(till.dialog).to_contain_text("cannot be deleted")
    till.screenshot("guard_paid_order")
    till.answer("Ok")
    till.go_to_payment().choose_method(shop.cash).validate()
    audit(shop)


def test_cash_for_the_whole_order_cancels_the_card_payment(till, shop):
    till.sell("Espresso").choose_method(shop.cash).type_amount("1.40")
    till.choose_method(shop.card).wait_for_card()
    assert shop.reader.screen["amount"] == 100
    till.select_line(0).type_amount("2.40")
    till.validate()
    assert_canceled(shop)
    audit(shop)


def test_closing_the_register_while_a_payment_runs(paying, shop):
    till = open_closing(paying)
    expect(till.dialog).to_contain_text("A card payment is running")
    till.answer("Cancel the payment")
    expect(popup(till)).to_be_visible()
    wait_for_comparison(till, "agrees")
    assert states(shop) == ["canceled"]
