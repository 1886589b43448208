"""Tips on the reader and tips after the payment, from the guest's choice to the audit."""

import pytest
from playwright.sync_api import expect

from support.audit import audit
from support.closing import confirm_closing, open_closing, wait_for_comparison, wait_until_closed
from support.drivers import both_drivers
from support.tips import (
    PERCENTAGES,
    give_tip,
    register,
    settle_tips,
    tip_values,
    tips_of,
    wait_for_tip,
)

PAID = "Payment Successful"


@pytest.fixture
def tipping_shop(odoo_server, make_shop, simulator, connection):
    """A register whose reader asks for tips."""
    simulator.account.offer_tips(eur=PERCENTAGES)
    values = tip_values(odoo_server, stripe_tip_on_reader=True)
    yield make_shop("Tips", connection=connection, **values)
    simulator.account.offer_tips()


@pytest.fixture
def restaurant_shop(restaurant, make_shop, simulator, connection):
    """A restaurant's register that adds tips after the payment, where Stripe lets it."""
    simulator.account.overcapture = True
    yield make_shop(
        "Restaurant",
        server=restaurant,
        connection=connection,
        module_pos_restaurant=True,
        default_screen="register",
        **tip_values(restaurant, set_tip_after_payment=True),
    )
    simulator.account.overcapture = False


@both_drivers
def test_a_tip_on_the_reader(open_till, tipping_shop):
    shop = tipping_shop
    till = open_till(shop).sell("Espresso", "Croissant").choose_method(shop.card)
    wait_for_tip(till)
    assert [tip["amount"] for tip in shop.reader.screen["tips"]] == [46, 69, 92]
    shop.reader.choose_tip(69)
    assert shop.reader.screen["amount"] == 529
    shop.reader.tap()
    till.wait_for_receipt()
    till.screenshot("tip_receipt")
    receipt = till.receipt_text()
    assert "Tips" in receipt
    assert "5.29" in receipt
    # The next guest gives none.
    till.next_order().sell("Cappuccino").choose_method(shop.card)
    wait_for_tip(till)
    shop.reader.choose_tip(0)
    shop.reader.tap()
    till.wait_for_receipt()
    assert tips_of(shop) == [(5.29, 5.29, 0.69), (3.6, 3.6, 0)]
    audit(shop)


def test_a_tip_that_comes_while_the_till_is_away(open_till, tipping_shop):
    shop = tipping_shop
    till = open_till(shop).sell("Cheesecake").choose_method(shop.card)
    wait_for_tip(till)
    till.page.wait_for_timeout(1000)  # milliseconds, until the browser has stored the order
    till.crash()
    shop.reader.choose_tip(90)
    shop.reader.tap()
    till.reopen()
    expect(till.page.locator(".order-container .orderline", has_text="Tips")).to_be_visible()
    till.go_to_payment().wait_for_status(PAID).validate()
    assert tips_of(shop) == [(5.4, 5.4, 0.9)]
    assert len(shop.journal()) == 1
    audit(shop)


@pytest.mark.parametrize("connection", ["browser"])
def test_each_card_gives_its_tip(open_till, tipping_shop):
    shop = tipping_shop
    till = open_till(shop).sell("Espresso", "Croissant").choose_method(shop.card)
    wait_for_tip(till)
    till.cancel().wait_for_status("canceled")
    till.type_amount("2").retry()
    wait_for_tip(till)
    assert [tip["amount"] for tip in shop.reader.screen["tips"]] == [20, 30, 40]
    shop.reader.tap(tip=40)
    till.wait_for_status(PAID)
    till.choose_method(shop.card)
    wait_for_tip(till)
    shop.reader.tap(tip=26)
    till.wait_for_receipt()
    assert tips_of(shop) == [(5.26, 5.26, 0.66)]
    assert [payment["amount"] for payment in shop.card_payments()] == [2.4, 2.86]
    audit(shop)


def pay_in_restaurant(till, shop, *products):
    """Sell, and have the bank approve; the tip screen follows."""
    till.sell(*products).choose_method(shop.card).wait_for_card()
    shop.reader.tap()
    expect(till.page.locator(".tip-screen")).to_be_visible(timeout=30_000)


def test_tips_after_the_payment(open_till, restaurant_shop):
    shop = restaurant_shop
    till = open_till(shop)
    pay_in_restaurant(till, shop, "Espresso", "Croissant")
    assert [row["state"] for row in shop.journal()] == ["authorized"]
    till.screenshot("tip_screen")
    give_tip(till, "0.90")
    shop.settle()
    # The next guest gives none.
    till.next_order()
    pay_in_restaurant(till, shop, "Cappuccino")
    give_tip(till, "0")
    shop.settle()
    # One tip is entered later in the list of orders, and one is forgotten.
    till.next_order()
    pay_in_restaurant(till, shop, "Cheesecake")
    settle_tips(till, "0.45")
    shop.settle()
    register(till)
    pay_in_restaurant(till, shop, "Espresso")
    assert tips_of(shop) == [(5.5, 5.5, 0.9), (3.6, 3.6, 0), (4.95, 4.95, 0.45), (2.4, 2.4, 0)]
    assert [row["state"] for row in shop.journal()] == ["paid", "paid", "paid", "authorized"]
    open_closing(till)
    wait_for_comparison(till, "agrees")
    till.screenshot("closing_with_tips")
    confirm_closing(till)
    wait_until_closed(shop, till)
    shop.settle()
    audit(shop)


@pytest.mark.parametrize("connection", ["browser"])
def test_a_tip_after_a_payment_from_the_till_s_browser(open_till, restaurant_shop):
    shop = restaurant_shop
    till = open_till(shop)
    pay_in_restaurant(till, shop, "Espresso", "Croissant")
    assert [row["state"] for row in shop.journal()] == ["authorized"]
    give_tip(till, "0.90")
    shop.settle()
    assert tips_of(shop) == [(5.5, 5.5, 0.9)]
    audit(shop)


def test_a_tip_that_the_card_does_not_take(open_till, restaurant_shop, simulator):
    shop, account = restaurant_shop, simulator.account
    account.overcapture_limit, account.incremental_authorization = 20, False
    till = open_till(shop)
    pay_in_restaurant(till, shop, "Cheesecake")
    till.page.locator(".tip-screen .custom-amount-form input").fill("1.10")
    till.page.locator(".tip-screen").get_by_text("Settle").click()
    expect(till.dialog).to_contain_text("The tip of 1.10", timeout=30_000)
    till.screenshot("tip_refused")
    till.answer("Ok")
    till.wait_for_receipt()
    assert "5.60" not in till.receipt_text()
    assert tips_of(shop) == [(4.5, 4.5, 0)]
    account.overcapture_limit, account.incremental_authorization = None, True
    audit(shop)
