"""Two registers that share their open orders, each with its own reader: a card is charged once."""

import pytest
from playwright.sync_api import expect

from support.audit import audit, intents


@pytest.fixture
def shops(odoo_server, make_shop):
    """Two registers that share their open orders; the second one has a button for cash."""
    bar = make_shop("Bar")
    trusting = {"trusted_config_ids": [(6, 0, [bar.config_id])]}
    terrace = make_shop("Terrace", **trusting)
    write = odoo_server.admin.write
    write("pos.config", bar.config_id, trusted_config_ids=[(6, 0, [terrace.config_id])])
    cash = terrace.register.cash_method_id
    write(
        "pos.config",
        terrace.config_id,
        fast_payment_method_ids=[(6, 0, [cash])],
        use_fast_payment=True,
    )
    return bar, terrace


@pytest.fixture
def tills(shops, open_till):
    """A till of each register."""
    # Core draws an order of another register for the customer's display before it is complete.
    return [open_till(shop).tolerate("iface_tax_included") for shop in shops]


def share_order(till):
    """Have core send the order of the till to Odoo, and go on with it."""
    till.add_product("Espresso").add_product("Croissant").save_order().load_order("4.60")
    return till.go_to_payment()


def press_other_tab(till):
    """Press the one order in the bar on top that is not shown."""
    till.page.locator(".floating-order-container button:not(.active)").click()
    return till


def expect_refused(till, *sentences):
    """Expect the till to say where the order is to be finished, and to show its products."""
    for sentence in sentences:
        expect(till.dialog).to_contain_text(sentence)
    till.answer("Ok")
    expect(till.payment_screen).to_have_count(0)
    expect(till.page.locator(".product-screen .order-container .orderline")).to_have_count(2)
    return till


def test_what_another_register_charged_stays(shops, tills):
    bar, terrace = shops
    at_bar, at_terrace = tills
    share_order(at_bar).pay_part_by_card("2").back()
    at_terrace.load_order("4.60")
    expect(at_terrace.dialog).to_be_visible()
    at_terrace.screenshot("trusted_paid")
    expect_refused(at_terrace, "2.00 €", bar.name, "Finish")
    # Neither the payment screen's button nor the one for cash nor a reload passes by.
    at_terrace.page.locator(".product-screen .pay-order-button").click()
    expect_refused(at_terrace, "2.00 €")
    at_terrace.page.locator(".product-screen .fast-pay-button").click()
    expect_refused(at_terrace, "2.00 €")
    at_terrace.page.goto(at_terrace.page.url.replace("/product/", "/payment/"))
    expect_refused(at_terrace, "2.00 €")
    assert [intent["status"] for intent in intents(terrace)] == []
    at_bar.go_to_payment().choose_method(bar.cash).validate()
    payments = sorted(payment["amount"] for payment in bar.payments() + terrace.payments())
    assert payments == [2, 2.6]
    audit(bar)


def test_what_another_register_asks_for_goes_on(shops, tills):
    bar, terrace = shops
    at_bar, at_terrace = tills
    share_order(at_bar).choose_method(bar.card).wait_for_card()
    at_terrace.add_product("Cappuccino")
    at_terrace.load_order("4.60")
    expect(at_terrace.dialog).to_be_visible()
    at_terrace.screenshot("trusted_running")
    expect_refused(at_terrace, "4.60 €", bar.name, "cancel")
    # Its own orders are paid meanwhile, and its own reader is free for them.
    press_other_tab(at_terrace).go_to_payment()
    press_other_tab(at_terrace)
    expect_refused(at_terrace, "4.60 €")
    press_other_tab(at_terrace)
    at_terrace.choose_method(terrace.card).wait_for_card()
    terrace.reader.tap()
    at_terrace.wait_for_receipt()
    at_bar.wait_for_card()
    bar.reader.tap()
    at_bar.wait_for_receipt()
    assert [intent["amount_received"] for intent in intents(bar)] == [460]
    audit(bar)
    audit(terrace)


def test_what_another_register_did_not_charge_is_paid_here(shops, tills):
    bar, terrace = shops
    at_bar, at_terrace = tills
    share_order(at_bar).choose_method(bar.card).wait_for_card()
    bar.reader.decline("insufficient_funds")
    at_bar.wait_for_status("insufficient funds")
    at_terrace.load_order("4.60")
    expect(at_terrace.payment_screen).to_be_visible()
    at_terrace.choose_method(terrace.card).wait_for_card()
    terrace.reader.tap()
    at_terrace.wait_for_receipt()
    bar.settle()
    assert [intent["amount_received"] for intent in intents(bar)] == [0]
    audit(terrace)
