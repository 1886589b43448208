"""A card order whose synchronisation with Odoo is lost on its way, and how it still gets there."""

import pytest
from playwright.sync_api import expect

from support.audit import audit
from support.till import SYNC

on_its_way = pytest.mark.parametrize("after", [False, True], ids=["before", "after"])


def assert_sold(shop, *products):
    """Assert that Odoo has one order, paid, of these products, and what was paid for it."""
    [order] = shop.orders(("state", "amount_total", "amount_paid", "lines", "payment_ids"))
    assert order["state"] == "paid"
    fields = ["full_product_name", "price_subtotal_incl"]
    lines = shop.server.admin.read("pos.order.line", [("order_id", "=", order["id"])], fields)
    assert sorted(line["full_product_name"] for line in lines) == sorted(products)
    total = round(sum(line["price_subtotal_incl"] for line in lines), 2)
    paid = round(sum(payment["amount"] for payment in shop.payments()), 2)
    assert (order["amount_total"], order["amount_paid"], paid) == (total, total, total)
    audit(shop)


@pytest.fixture(params=["plain", "shared"])
def shop(request, make_shop):
    """A register whose orders are its tills', and one where core has drafts of them in Odoo."""
    if request.param == "plain":
        return make_shop()
    return make_shop(trusted_config_ids=[(6, 0, [make_shop("Neighbour").config_id])])


@pytest.fixture
def till(open_till, shop):
    return open_till(shop)


@pytest.fixture
def drafted(request, till):
    """A till with two products; where orders are shared, Odoo has a draft of it already."""
    till.add_product("Espresso").add_product("Croissant")
    if request.node.callspec.params["shop"] == "shared":
        till.save_order().load_order("4.60")
    return till.go_to_payment()


only_shared = pytest.mark.parametrize("shop", ["shared"], indirect=True)


@only_shared
@on_its_way
def test_of_the_draft(drafted, shop, after):
    lost = drafted.lose(SYNC, after=after)
    drafted.choose_method(shop.card).wait_for_card()
    shop.reader.tap()
    drafted.wait_for_receipt()
    assert lost.hits == 1
    assert_sold(shop, "Espresso", "Croissant")


@only_shared
def test_of_the_draft_and_then_paid_otherwise(drafted, shop):
    till = drafted
    lost = till.lose(SYNC, after=True)
    till.choose_method(shop.card).wait_for_card()
    till.cancel().wait_for_status("canceled")
    till.delete_line()
    expect(till.page.locator(".paymentlines .paymentline")).to_have_count(0)
    assert lost.hits == 1
    till.back()
    till.remove_product("Croissant")
    till.go_to_payment().choose_method(shop.cash).validate()
    assert_sold(shop, "Espresso")


@only_shared
@on_its_way
def test_of_the_draft_after_a_change(drafted, shop, after):
    till = drafted
    till.choose_method(shop.card).wait_for_card()
    till.cancel().wait_for_status("canceled")
    till.delete_line()
    expect(till.page.locator(".paymentlines .paymentline")).to_have_count(0)
    till.back()
    till.remove_product("Croissant").add_product("Cheesecake")
    lost = till.lose(SYNC, after=after)
    till.go_to_payment().choose_method(shop.card).wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt()
    assert lost.hits == 1
    assert_sold(shop, "Espresso", "Cheesecake")


def wait_until_paid(shop):
    """Wait until Odoo has the one order, finished."""

    def is_paid():
        return [order["state"] for order in shop.orders()] == ["paid"]

    assert shop.simulator.wait_until(is_paid, 20), shop.orders()


@on_its_way
def test_of_the_finished_order(drafted, shop, after):
    till = drafted
    till.choose_method(shop.card).wait_for_card()
    till.page.wait_for_timeout(500)
    lost = till.lose(SYNC, after=after)
    shop.reader.tap()
    till.wait_for_receipt()
    assert lost.hits == 1
    till.carry_on_offline().next_order()
    wait_until_paid(shop)
    assert_sold(shop, "Espresso", "Croissant")


def test_of_the_finished_order_and_then_the_page(drafted, shop):
    till = drafted
    till.pay_part_by_card("2")
    till.page.wait_for_timeout(500)
    till.go_offline().choose_method(shop.cash).validate()
    till.carry_on_offline()
    till.page.wait_for_timeout(2000)
    till.crash()
    till.go_online().reopen()
    wait_until_paid(shop)
    assert_sold(shop, "Espresso", "Croissant")
