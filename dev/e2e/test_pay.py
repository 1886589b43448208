"""A cashier pays by card; each tour ends by comparing Stripe's money with Odoo's."""

import pytest
from playwright.sync_api import expect

from support.audit import audit, intents
from support.drivers import both_drivers

PAID = "Payment Successful"
CONNECTION_ERROR = "Connection error"
pytestmark = pytest.mark.kept_till


@both_drivers
def test_approve(till, shop):
    till.sell("Espresso", "Croissant").choose_method(shop.card)
    till.wait_for_card()
    assert shop.reader.screen["state"] == "amount"
    assert shop.reader.screen["amount"] == 460
    assert not till.has_force_done()
    shop.reader.tap()
    till.wait_for_receipt()
    receipt = till.receipt_text()
    (payment,) = shop.card_payments(("card_brand", "card_no", "transaction_id", "uuid"))
    (row,) = shop.journal()
    assert (payment["card_brand"], payment["card_no"]) == ("visa", "4242")
    assert payment["transaction_id"] == row["payment_intent"]
    assert row["payment_intent"] in receipt
    assert "4242" in receipt
    audit(shop)


@both_drivers
def test_decline_then_retry_approved(till, shop):
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_card()
    shop.reader.decline("insufficient_funds")
    till.wait_for_status("insufficient funds")
    till.screenshot("declined")
    till.retry()
    till.wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt()
    assert len(intents(shop)) == 1
    audit(shop)


@both_drivers
def test_decline_then_retry_with_another_amount(till, shop):
    till.sell("Espresso", "Croissant").choose_method(shop.card)
    till.wait_for_card()
    shop.reader.decline("insufficient_funds")
    till.wait_for_status("insufficient funds")
    till.type_amount("2")
    till.retry()
    till.wait_for_card()
    assert shop.reader.screen["amount"] == 200
    shop.reader.tap()
    till.wait_for_status(PAID)
    till.choose_method(shop.cash).validate()
    assert len(intents(shop)) == 1
    audit(shop)


@both_drivers
def test_cancel_from_the_till(till, shop):
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_card()
    till.cancel()
    till.wait_for_status("canceled")
    assert shop.reader.screen["state"] in ("idle", "cancelled")
    till.delete_line()
    till.choose_method(shop.cash).validate()
    assert [row["state"] for row in shop.journal()] == ["canceled"]
    audit(shop)


@both_drivers
def test_cancel_on_the_reader(till, shop):
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_card()
    shop.reader.customer_cancel()
    till.wait_for_status("customer canceled")
    till.retry()
    till.wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt()
    audit(shop)


def test_tap_wins_against_cancel(till, shop, simulator):
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_card()
    simulator.faults.add("POST", "/v1/terminal/readers/*/cancel_action", "delay_before", seconds=1)
    till.cancel()
    shop.reader.tap()
    till.wait_for_receipt()
    simulator.faults.clear()
    assert [row["state"] for row in shop.journal()] == ["paid"]
    audit(shop)


@both_drivers
def test_card_read_before_the_cancel_is_charged(till, shop, monkeypatch):
    monkeypatch.setattr(shop.reader, "processing_time", 2)
    till.sell("Espresso").choose_method(shop.card).wait_for_card()
    shop.reader.tap()
    till.wait_for_reader("processing")
    till.page.wait_for_timeout(500)
    till.cancel()
    till.wait_for_receipt(timeout=20_000)
    assert [row["state"] for row in shop.journal()] == ["paid"]
    audit(shop)


@both_drivers
def test_force_done_only_after_a_connection_error(till, shop, simulator):
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_card()
    assert not till.has_force_done()
    simulator.faults.add("*", "*", "drop_before", times=None)
    till.wait_for_status(CONNECTION_ERROR, timeout=20_000)
    assert till.has_force_done()
    till.screenshot("connection_error")
    shop.reader.tap()
    till.force_done()
    expect(till.dialog).to_contain_text("unverified")
    till.screenshot("force_done")
    till.answer("approved")
    till.wait_for_receipt()
    assert shop.journal(("unverified",)) == [{"id": shop.journal()[0]["id"], "unverified": True}]
    simulator.faults.clear()
    shop.settle()
    assert [row["state"] for row in shop.journal()] == ["paid"]
    audit(shop)


@both_drivers
def test_two_cards_on_one_order(till, shop):
    till.sell("Espresso", "Croissant").pay_part_by_card("2")
    till.choose_method(shop.card)
    till.wait_for_card()
    shop.reader.tap(card="5555555555554444")
    till.wait_for_receipt()
    assert [payment["amount"] for payment in shop.card_payments()] == [2.0, 2.6]
    audit(shop)


@both_drivers
def test_two_tills_at_once(make_shop, open_till, connection):
    shops = [make_shop(name, connection=connection) for name in ("Counter", "Terrace")]
    tills = [open_till(shop) for shop in shops]
    for till, shop, product in zip(tills, shops, ("Espresso", "Cappuccino"), strict=True):
        till.sell(product).choose_method(shop.card)
    for till in tills:
        till.wait_for_card()
    for shop in reversed(shops):
        shop.reader.tap()
    for till, shop in zip(tills, shops, strict=True):
        till.wait_for_receipt()
        audit(shop)


def test_no_other_host_is_asked(till, shop):
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt()
    till.reload()
    assert till.foreign_requests == []
    sources = till.page.eval_on_selector_all("script[src]", "all => all.map((one) => one.src)")
    assert all(source.startswith(shop.server.url) for source in sources)
