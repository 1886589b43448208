"""Orders that move to another table: products and card money stay together."""

import pytest
from playwright.sync_api import expect

from support.audit import audit, intents


@pytest.fixture
def shop(restaurant, make_shop):
    """A restaurant's register with two tables."""
    shop = make_shop(
        "Tables", server=restaurant, module_pos_restaurant=True, default_screen="register"
    )
    (config,) = restaurant.admin.read("pos.config", [("id", "=", shop.config_id)], ["floor_ids"])
    (floor,) = config["floor_ids"]
    restaurant.admin.create(
        "restaurant.table", table_number=2, floor_id=floor, position_h=400, position_v=100
    )
    return shop


@pytest.fixture
def till(open_till, shop):
    """A till whose second table has an order already."""
    return occupy_tables(open_till(shop))


def occupy_tables(till):
    """Sell something at the second table, and go to the first one."""
    go_to_table(till, 2).add_product("Cappuccino")
    return go_to_table(till, 1)


def press_table(till, number):
    """Press a table of the floor."""
    till.page.locator(".floor-map .table", has_text=str(number)).click()
    return till


def go_to_table(till, number):
    """Press “Tables” in the bar on top, and a table."""
    till.page.locator(".table-button").click()
    return press_table(till, number)


def transfer_to_table(till, number):
    """Choose “Transfer / Merge” among the product screen's actions, and a table."""
    till.page.locator(".product-screen .more-btn").click()
    till.page.get_by_role("button", name="Transfer / Merge").click()
    return press_table(till, number)


def drag_table(till, number, other):
    """Drag a table to another one, and hold it there until the floor offers to link them."""
    tables = till.page.locator(".floor-map .table")
    boxes = [tables.filter(has_text=str(table)).bounding_box() for table in (number, other)]
    start, end = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes]
    mouse = till.page.mouse
    mouse.move(*start)
    mouse.down()
    mouse.move(*end, steps=10)
    till.page.wait_for_timeout(600)  # milliseconds; the floor waits for 400
    mouse.move(end[0] + 2, end[1])
    mouse.up()
    return till


def is_undone(response):
    """Tell whether a response is that to undoing the link of a table."""
    url, sent = response.url, response.request.post_data or ""
    return url.endswith("/restaurant.table/write") and '"parent_id":null' in sent


def parents(shop):
    """Return the tables that the tables of the floor are linked to."""
    tables = shop.server.admin.read("restaurant.table", [], ["parent_id"])
    return [table["parent_id"] for table in tables if table["parent_id"]]


def products(till):
    """Return the locator of the products of the order on the product screen."""
    return till.page.locator(".product-screen .order-container .orderline")


def leave_unknown(till, simulator):
    """Leave the payment screen while Stripe is silent and the reader asks for a card."""
    simulator.faults.add("*", "*", "drop_before", times=None)
    till.page.locator(".payment-screen .back-button").click()
    till.answer("Cancel the payment")
    expect(till.dialog).to_contain_text("It is not known yet", timeout=20_000)
    till.answer("Leave the order")
    expect(products(till)).to_have_count(2)


def test_an_order_with_a_paid_card_keeps_its_products(till, shop):
    till.sell("Espresso", "Croissant").pay_part_by_card("2").back()
    transfer_to_table(till, 2)
    expect(till.dialog).to_contain_text("Order T 1 has a card payment of 2.00 €")
    till.screenshot("table_paid")
    till.answer("Ok")
    expect(products(till)).to_have_count(1)
    go_to_table(till, 1)
    till.payment_screen.wait_for()
    assert till.lines() == [("Card", "2.00€")]
    till.choose_method(shop.cash).validate()
    assert sorted(payment["amount"] for payment in shop.payments()) == [2, 2.6]
    audit(shop)


def test_a_table_with_a_paid_card_is_not_linked(open_till, shop):
    till = occupy_tables(open_till(shop, login="admin"))
    till.sell("Espresso", "Croissant").pay_part_by_card("2").back()
    till.page.locator(".table-button").click()
    with till.page.expect_response(is_undone):
        drag_table(till, 1, 2)
        expect(till.dialog).to_contain_text("Order T 1 has a card payment of 2.00 €")
        till.answer("Ok")
        till.screenshot("table_not_linked")
    assert not parents(shop)
    press_table(till, 1).payment_screen.wait_for()
    assert till.lines() == [("Card", "2.00€")]


def test_a_running_payment_is_taken_back_before_its_order_moves(till, shop):
    till.sell("Espresso", "Croissant").choose_method(shop.card).wait_for_card()
    till.reload().payment_screen.wait_for()
    till.page.goto(till.page.url.replace("/payment/", "/product/"))
    till.wait_until_loaded()
    transfer_to_table(till, 2)
    expect(products(till)).to_have_count(3)
    shop.settle()
    assert [row["state"] for row in shop.journal()] == ["canceled"]
    till.go_to_payment().choose_method(shop.card).wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt()
    assert [intent["amount_received"] for intent in intents(shop)] == [0, 820]
    assert [order["state"] for order in shop.orders()].count("paid") == 1


def test_the_cashier_decides_while_stripe_is_silent(till, shop, simulator):
    till.sell("Espresso", "Croissant").choose_method(shop.card).wait_for_card()
    leave_unknown(till, simulator)
    transfer_to_table(till, 2)
    expect(till.dialog).to_contain_text("It is not known yet", timeout=20_000)
    till.screenshot("table_unknown")
    till.answer("Go back")
    expect(products(till)).to_have_count(1)
    go_to_table(till, 1).payment_screen.wait_for()
    till.page.locator(".payment-screen .back-button").click()
    transfer_to_table(till, 2)
    expect(till.dialog).to_contain_text("It is not known yet", timeout=20_000)
    till.answer("Move the order")
    expect(products(till)).to_have_count(3)
    simulator.faults.clear()
    shop.settle()
    assert [row["state"] for row in shop.journal()] == ["canceled"]
    till.go_to_payment().choose_method(shop.cash).validate()
    assert sorted(order["state"] for order in shop.orders()) == ["cancel", "paid"]
    assert [intent["amount_received"] for intent in intents(shop)] == [0]
