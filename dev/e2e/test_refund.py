"""A cashier refunds orders; each tour ends by comparing Stripe's money with Odoo's."""

import re

import pytest
from playwright.sync_api import expect

from support.audit import audit, intents
from support.refunding import (
    card_of_line,
    choose_card,
    refund,
    refund_in_dashboard,
    refund_order,
    wait_for_amounts,
)
from support.till import PATIENCE

REFUNDED = "Refund Successful"
MASTERCARD = "5555555555554444"


def sell(till, shop, *products, card="4242424242424242"):
    """Sell products by card and begin the next order."""
    till.sell(*products).choose_method(shop.card)
    till.wait_for_card()
    shop.reader.tap(card)
    till.wait_for_receipt().next_order()


def test_whole_then_nothing_is_left(till, shop):
    sell(till, shop, "Espresso", "Croissant")
    shop.reader.go_offline()  # no reader is needed
    refund_order(till, {"Espresso": 1, "Croissant": 1})
    choose_card(till, shop, "-4.60")
    assert card_of_line(till) == "to Visa 4242"
    till.screenshot("refund_line")
    refund(till)
    till.wait_for_receipt()
    expect(till.page.locator(".receipt-screen")).to_contain_text("Refund Initiated")
    till.screenshot("refund_receipt")
    (intent,) = intents(shop)
    assert intent["refunded"] == 460
    assert [row["state"] for row in shop.journal()] == ["paid", "paid"]
    audit(shop)


@pytest.mark.kept_till
def test_a_part_and_never_more_than_is_left(till, shop):
    sell(till, shop, "Espresso", "Croissant")
    refund_order(till, {"Croissant": 1})
    choose_card(till, shop, "-2.20")
    till.type_amount("9")
    wait_for_amounts(till, "-2.20")  # not more than the order is worth
    (intent,) = intents(shop)
    in_dashboard = refund_in_dashboard(shop, intent["id"], 300)
    refund(till)
    till.wait_for_status("Only 1.60\xa0€ of this card payment is left")
    till.screenshot("refund_refused")
    till.type_amount("1.60")
    refund(till)
    till.wait_for_status(REFUNDED)
    till.choose_method(shop.cash).validate()
    (intent,) = intents(shop)
    assert intent["refunded"] == 460
    sale = shop.orders(("stripe_refunded_outside",))[0]
    assert in_dashboard in sale["stripe_refunded_outside"]
    audit(shop)


@pytest.mark.kept_till
def test_over_several_cards_and_cash(till, shop):
    till.sell("Cheesecake", "Cappuccino")  # 8.10
    till.pay_part_by_card("3").pay_part_by_card("4", MASTERCARD)
    till.choose_method(shop.cash).validate().next_order()
    refund_order(till, {"Cheesecake": 1, "Cappuccino": 1})
    choose_card(till, shop, "-4.00", "-3.00")
    assert [card_of_line(till, index) for index in (0, 1)] == ["to Mastercard 4444", "to Visa 4242"]
    expect(
        till.page.get_by_text(re.compile("1.10\\s€ of this was not paid by card"))
    ).to_be_visible()
    till.screenshot("refund_lines")
    refund(till)
    expect(till.page.locator(".send_refund_request")).to_be_visible()  # the next line's
    refund(till)
    till.wait_for_status(REFUNDED)
    till.choose_method(shop.cash).validate()
    refunded = [intent["refunded"] for intent in intents(shop) if intent["amount_received"]]
    assert refunded in ([300, 400], [400, 300])
    audit(shop)


@pytest.mark.kept_till
def test_a_lost_answer_and_a_reload_refund_once(till, shop, simulator):
    sell(till, shop, "Espresso")
    refund_order(till, {"Espresso": 1})
    choose_card(till, shop, "-2.40")
    simulator.faults.add("POST", "/v1/refunds", "drop_after", times=1)
    simulator.faults.add("GET", "/v1/payment_intents/*", "delay", seconds=3, times=None)
    with till.reloading_at("send"):
        refund(till)
    till.wait_for_receipt()
    (intent,) = intents(shop)
    assert [item["amount"] for item in intent["refunds"]] == [240]
    audit(shop)


def test_two_tills_refund_what_is_there(open_till, shop):
    tills = [open_till(shop), open_till(shop, "admin")]
    sell(tills[0], shop, "Espresso", "Croissant")
    for till in tills:
        refund_order(till, {"Espresso": 1, "Croissant": 1})
        choose_card(till, shop, "-4.60")
    refund(tills[0])
    tills[0].wait_for_receipt()
    refund(tills[1])
    tills[1].wait_for_status("fully refunded already")
    tills[1].screenshot("refund_nothing_left")
    (intent,) = intents(shop)
    assert intent["refunded"] == 460
    tills[1].delete_line()
    tills[1].choose_method(shop.cash).validate()
    audit(shop)


@pytest.mark.kept_till
def test_a_return_without_its_order(till, shop):
    sell(till, shop, "Espresso")
    till.add_product("Espresso")
    for key in ("1", "+/-"):
        till.page.locator(".product-screen .numpad").get_by_text(key, exact=True).click()
    expect(till.page.locator(".order-summary")).to_contain_text("-2.40")
    till.go_to_payment().choose_method(shop.card)
    expect(till.dialog).to_contain_text("Which card payment is refunded?")
    till.dialog.locator(".stripe_terminal_refund_choice").first.click()
    till.screenshot("return_without_order")
    refund(till)
    till.wait_for_receipt()
    (intent,) = intents(shop)
    assert intent["refunded"] == 240
    audit(shop)


@pytest.fixture
def account(shop):
    """The account of the shop, whose balance is enough for refunds again afterwards."""
    yield shop.simulator.account
    shop.simulator.account.top_up()


@pytest.mark.kept_till
def test_a_refund_that_waits_for_the_balance(till, shop, account):
    sell(till, shop, "Espresso")
    account.covers_refunds = False
    refund_order(till, {"Espresso": 1})
    choose_card(till, shop, "-2.40")
    refund(till)
    dialog = till.page.locator(".modal-dialog", has_text="The refund is not made yet")
    expect(dialog).to_contain_text("balance at Stripe is too low", timeout=PATIENCE)
    till.screenshot("refund_waits")
    dialog.get_by_role("button", name="Ok").click()
    till.wait_for_receipt()
    account.top_up()
    audit(shop)


@pytest.mark.kept_till
def test_one_of_two_refunds_waits(till, shop, account):
    till.sell("Cheesecake", "Cappuccino")  # 8.10
    till.pay_part_by_card("3").choose_method(shop.cash).validate().next_order()
    account.covers_refunds = False
    refund_order(till, {"Cheesecake": 1, "Cappuccino": 1})
    choose_card(till, shop, "-3.00")
    refund(till)
    till.page.locator(".modal-dialog").get_by_role("button", name="Ok").click()
    till.wait_for_status("The refund waits")
    till.screenshot("refund_waits_line")
    expect(till.page.locator(".paymentlines")).not_to_contain_text(REFUNDED)
    till.choose_method(shop.cash).validate().wait_for_receipt()
    audit(shop)
