"""What a card is charged is what its order owes, whatever changes between a press and a tap."""

import pytest
from playwright.sync_api import expect

from support.audit import audit, intents
from support.drivers import both_drivers


def wait_for_retry(till):
    """Wait until the request is taken back and the till has said why."""
    expect(till.page.locator(".o_notification")).to_contain_text("The total has changed")
    return till.wait_for_status("canceled")


def choose_customer(till, name):
    """Press “Customer” on the payment screen and choose one."""
    till.page.locator(".payment-screen .partner-button").click()
    till.page.locator(".modal .partner-info", has_text=name).first.click()
    return till


class TestBetweenTries:
    pytestmark = pytest.mark.kept_till

    @both_drivers
    def test_a_product_is_removed_after_a_decline(self, till, shop):
        till.sell("Espresso", "Cheesecake").choose_method(shop.card).wait_for_card()
        shop.reader.decline("insufficient_funds")
        till.wait_for_status("insufficient funds")
        till.back().remove_product("Cheesecake").go_to_payment()
        till.retry().wait_for_card()
        assert shop.reader.screen["amount"] == 240
        shop.reader.tap()
        till.wait_for_receipt()
        audit(shop)

    def test_another_method_takes_the_place_of_a_declined_card(self, till, shop):
        till.sell("Espresso").choose_method(shop.card).wait_for_card()
        shop.reader.decline("insufficient_funds")
        till.wait_for_status("insufficient funds").choose_method("Cash")
        assert [method for method, _amount in till.lines()] == ["Cash"]
        till.validate()
        audit(shop)

    def test_a_changed_order_takes_the_request_back(self, till, shop):
        till.sell("Espresso").choose_method(shop.card).wait_for_card()
        till.page.evaluate(
            """() => {
                const { pos } = odoo.__WOWL_DEBUG__.root.env.services;
                pos.getOrder().lines[0].setQuantity(2);
            }"""
        )
        wait_for_retry(till)
        till.screenshot("due_changed")
        till.retry().wait_for_card()
        assert shop.reader.screen["amount"] == 480
        shop.reader.tap()
        till.wait_for_receipt()
        audit(shop)


def test_a_customer_with_another_pricelist(start_server, make_shop, open_till):
    server = start_server()
    admin = server.admin
    lists = [
        admin.create("product.pricelist", name="Usual"),
        admin.create(
            "product.pricelist",
            name="Half price",
            item_ids=[
                (
                    0,
                    0,
                    {
                        "applied_on": "3_global",
                        "compute_price": "percentage",
                        "percent_price": 50,
                    },
                )
            ],
        ),
    ]
    admin.create("res.partner", name="Renée Regular", property_product_pricelist=lists[1])
    shop = make_shop(
        "Lists",
        server=server,
        use_pricelist=True,
        pricelist_id=lists[0],
        available_pricelist_ids=[(6, 0, lists)],
    )
    till = open_till(shop)
    till.sell("Espresso").choose_method(shop.card).wait_for_card()
    choose_customer(till, "Renée Regular")
    wait_for_retry(till)
    till.retry().wait_for_card()
    assert shop.reader.screen["amount"] == 120
    shop.reader.tap()
    till.wait_for_receipt()
    audit(shop)


def test_what_a_card_has_paid_is_not_split_off(restaurant, make_shop, open_till):
    shop = make_shop(
        "Split",
        server=restaurant,
        module_pos_restaurant=True,
        iface_splitbill=True,
        default_screen="register",
    )
    till = open_till(shop)
    till.page.locator(".table-button").click()
    till.page.locator(".floor-map .table", has_text="1").click()
    till.sell("Espresso", "Cheesecake", "Croissant").pay_part_by_card("5")
    till.back()
    till.page.locator(".product-screen .more-btn").click()
    till.page.get_by_role("button", name="Split").click()
    lines = till.page.locator(".splitbill-screen .orderline")
    for name in ("Cheesecake", "Croissant"):
        lines.filter(has_text=name).click()
    for button in (".transfer-split-order", ".split-order-button", ".pay-split-order"):
        till.page.locator(button).click()
        expect(till.dialog).to_contain_text("5.00 € of this order is paid by card already")
        till.screenshot("due_split")
        till.answer("Ok")
    lines.filter(has_text="Cheesecake").click()
    till.page.locator(".pay-split-order").click()
    expect(till.payment_screen).to_be_visible()
    till.choose_method(shop.card).wait_for_card()
    assert shop.reader.screen["amount"] == 220
    shop.reader.tap()
    till.wait_for_receipt()
    assert sorted(
        intent["amount_received"] for intent in intents(shop) if intent["amount_received"]
    ) == [220, 500]
