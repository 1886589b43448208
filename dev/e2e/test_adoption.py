"""Payments of core's ``pos_stripe`` are refunded once a manager has adopted them."""

import pytest
from playwright.sync_api import expect

from harness.rpc import OdooError
from harness.shopfitting import CASHIER
from support.adopting import ADOPT, leave_as_core, name, open_adoption
from support.audit import audit
from support.refunding import choose_card, refund, refund_order


@pytest.fixture
def old(till, shop):
    """The payment of an Espresso as core's addon leaves it: no row, and no metadata at Stripe."""
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt().next_order()
    return leave_as_core(shop)


def test_refused_to_a_cashier_and_adopted_by_a_manager(old, till, shop, open_office):
    refund_order(till, {"Espresso": 1})
    till.choose_method(shop.card)
    expect(till.dialog).to_contain_text("A manager has to adopt it first")
    till.screenshot("refund_not_adopted")
    till.answer("Ok")
    cashier = shop.server.client(CASHIER)
    with pytest.raises(OdooError, match="Only a Point of Sale manager"):
        cashier.call("pos.payment", "action_stripe_adopt", [old["id"]])

    office = open_office(shop.server)
    dialog = open_adoption(office, old)
    expect(dialog).to_contain_text("Visa **** 4242")
    expect(dialog).to_contain_text("2.40 EUR")
    office.picture("adoption")
    with office.page.expect_response("**/pos.stripe.adoption/action_confirm"):
        office.press("Confirm", dialog)
    expect(dialog).to_be_hidden()
    office.page.get_by_role("tab", name="Payments").click()
    expect(office.page.get_by_role("button", name=ADOPT)).to_be_hidden()
    (row,) = shop.journal()
    assert (row["state"], row["amount_minor"]) == ("paid", 240)

    choose_card(till, shop, "-2.40")
    refund(till)
    till.wait_for_receipt()
    refunded = {intent["id"]: intent["refunded"] for intent in shop.simulator.ledger()["intents"]}
    assert refunded[old["transaction_id"]] == 240


def test_another_systems_payment_is_not_adopted(old, shop, open_office):
    name(shop, old["transaction_id"], {"order_id": "of a web shop"})
    office = open_office(shop.server)
    dialog = open_adoption(office, old)
    expect(dialog).to_contain_text("comes from another system")
    expect(dialog).to_contain_text("of a web shop")
    expect(dialog.get_by_role("button", name="Confirm")).to_be_hidden()
    office.picture("adoption_refused")
    assert not shop.journal()


def test_edit_payment(till, shop):
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt()
    expect(till.page.locator(".edit-order-payment")).to_be_hidden()
    till.next_order()

    till.sell("Cheesecake").pay_part_by_card("2")
    till.choose_method(shop.cash).validate()
    till.wait_for_receipt()
    till.page.locator(".edit-order-payment").click()
    dialog = till.page.locator(".modal")
    dialog.get_by_role("tab", name="Payments").click()
    row = dialog.locator("[name=payment_ids] .o_data_row", has_text=shop.card)
    row.locator("[name=payment_method_id]").click()
    field = row.locator("[name=payment_method_id] input")
    field.fill(shop.cash)
    till.page.get_by_role("option", name=shop.cash).first.click()
    till.tolerate("RPC_ERROR")
    till.tolerate("500")
    dialog.get_by_role("button", name="Save", exact=True).first.click()
    refusal = till.page.locator(".modal", has_text="this payment cannot be changed")
    expect(refusal).to_be_visible()
    till.screenshot("edit_payment_refused")
    assert {payment["payment_method_id"][1] for payment in shop.payments()} == {
        shop.card,
        shop.cash,
    }
    audit(shop)
