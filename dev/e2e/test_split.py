"""One order, several payments: split before anything is sent, or sent when *Send* is pressed."""

import pytest
from playwright.sync_api import expect

from support.audit import audit, intents

SPLIT = ".payment-screen .stripe_terminal_split"


def press_split(till, choice=None):
    """Press “Split payment”, and one of its choices."""
    till.page.locator(SPLIT).click()
    if choice:
        till.dialog.locator(".btn", has_text=choice).first.click()
    return till


@pytest.fixture
def hundred(odoo_server):
    """The name of a product for 100.00."""
    odoo_server.admin.create(
        "product.template",
        name="Banquet",
        list_price=100,
        taxes_id=[(6, 0, [])],
        available_in_pos=True,
    )
    return "Banquet"


@pytest.fixture
def by_send(make_shop):
    """A shop whose card method waits for *Send*."""
    return make_shop("Counter", send="press")


def test_three_equal_parts_take_four_presses(hundred, make_shop, open_till):
    shop = make_shop("Counter")
    till = open_till(shop)
    till.add_product(hundred)
    till.page.evaluate(
        "addEventListener('click', () => (window.presses = (window.presses || 0) + 1), true)"
    )
    till.go_to_payment()
    till.page.locator(SPLIT).click()
    till.screenshots("split_dialog")
    till.dialog.locator(".stripe_terminal_parts .btn").nth(1).click()
    till.screenshots("split_chosen")
    till.page.locator(".paymentmethod", has_text=shop.card).click()
    for part, amount in enumerate((3333, 3333, 3334)):
        till.wait_for_card()
        assert shop.reader.screen["amount"] == amount
        if part == 1:
            till.screenshots("split_second_part")
        shop.reader.tap()
        shop.wait_for_reader("approved")
    till.wait_for_receipt()
    assert till.page.evaluate("window.presses") <= 4
    assert sorted(intent["amount_received"] for intent in intents(shop)) == [3333, 3333, 3334]
    audit(shop)


def test_a_typed_amount_is_sent_and_the_rest_is_paid_in_cash(hundred, make_shop, open_till):
    shop = make_shop("Counter")
    till = open_till(shop)
    till.sell(hundred)
    press_split(till, "Another amount")
    for key in "40":
        till.dialog.locator(".numpad button", has_text=key).first.click()
        till.page.wait_for_timeout(150)
    till.answer("Confirm")
    till.choose_method(shop.card).wait_for_card()
    assert shop.reader.screen["amount"] == 4000
    shop.reader.tap()
    till.wait_for_status("Payment Successful")
    till.choose_method(shop.cash)
    assert [amount for _method, amount in till.lines()] == ["40.00€", "60.00€"]
    till.validate()
    audit(shop)


def test_the_first_part_in_cash(hundred, make_shop, open_till):
    shop = make_shop("Counter")
    till = open_till(shop)
    till.sell(hundred)
    press_split(till, "2")
    till.choose_method(shop.cash)
    till.choose_method(shop.card).wait_for_card()
    assert shop.reader.screen["amount"] == 5000
    shop.reader.tap()
    till.wait_for_receipt()
    audit(shop)


def test_nothing_reaches_the_reader_before_send(hundred, by_send, open_till):
    till = open_till(by_send)
    till.sell(hundred).choose_method(by_send.card)
    till.wait_for_status("Payment request pending")
    till.page.wait_for_timeout(1500)
    till.screenshots("send_pending")
    assert not by_send.journal()
    assert by_send.reader.screen["state"] == "idle"
    till.type_amount("25").send().wait_for_card()
    assert by_send.reader.screen["amount"] == 2500
    by_send.reader.decline("insufficient_funds")
    till.wait_for_status("insufficient funds")
    # Pressing the method again chooses the line, and asks for nothing.
    till.choose_method(by_send.card)
    till.page.wait_for_timeout(1000)
    assert by_send.reader.screen["state"] != "amount"
    till.retry().wait_for_card()
    by_send.reader.tap()
    till.wait_for_status("Payment Successful")
    till.choose_method(by_send.cash).validate()
    audit(by_send)


def test_parts_wait_for_send_and_a_waiting_line_gives_way(hundred, by_send, open_till):
    till = open_till(by_send)
    till.sell(hundred).choose_method(by_send.card)
    till.wait_for_status("Payment request pending")
    press_split(till, "2")
    expect(till.page.locator(".paymentline.selected .payment-amount")).to_contain_text("50.00")
    till.send().wait_for_card()
    by_send.reader.tap()
    till.wait_for_status("Payment request pending")
    till.page.wait_for_timeout(1000)
    assert len(by_send.journal()) == 1
    till.choose_method(by_send.cash)
    assert [method for method, _amount in till.lines()] == ["Card", by_send.cash]
    till.validate()
    audit(by_send)


def test_what_is_due_when_send_is_pressed(hundred, by_send, open_till):
    till = open_till(by_send)
    till.sell(hundred).choose_method(by_send.card).wait_for_status("Payment request pending")
    till.back().add_product("Espresso").go_to_payment()
    expect(till.page.locator(".paymentline.selected .payment-amount")).to_contain_text("102.40")
    till.send().wait_for_card()
    assert by_send.reader.screen["amount"] == 10240
    by_send.reader.tap()
    till.wait_for_receipt()
    audit(by_send)
