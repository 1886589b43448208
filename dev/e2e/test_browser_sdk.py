"""A till whose page collects cards with Stripe's SDK, and what may come between it and readers."""

import pytest
from playwright.sync_api import expect

from harness import shopfitting
from support import naming
from support.audit import audit, intents
from support.shop import Shop

PAID = "Payment Successful"
SCRIPTS = "script[src*='js.stripe.com']"


@pytest.fixture
def connection():
    return "browser"


def wait_for_card(till):
    """Wait as a cashier on a busy machine does."""
    return till.wait_for_card(timeout=20_000)


def pay(till, shop):
    """Have the customer pay, and compare the books."""
    wait_for_card(till)
    shop.reader.tap()
    till.wait_for_receipt()
    audit(shop)


def test_the_script_is_loaded_at_first_use_and_once(till, shop, simulator):
    assert till.page.locator(SCRIPTS).count() == 0
    tokens = len(simulator.js_sdk.used_tokens)
    for _sale in range(2):
        till.sell("Espresso").choose_method(shop.card)
        pay(till, shop)
        assert till.page.locator(SCRIPTS).count() == 1
        till.next_order()
    assert len(intents(shop)) == 2
    assert len(simulator.js_sdk.used_tokens) == tokens + 1, "The connection was not kept"
    sent = [
        request
        for request in simulator.requests("POST", "/v1/terminal/readers/*/process_payment_intent")
        if shop.reader.id in request.path
    ]
    assert not sent, "Stripe's servers were asked to drive the reader"


def test_unexpected_disconnect_while_waiting_and_between_payments(till, shop, simulator):
    till.sell("Espresso").choose_method(shop.card)
    wait_for_card(till)
    simulator.js_sdk.interrupt(shop.reader)
    shop.wait_for_reader("cancelled")
    pay(till, shop)
    till.next_order()
    simulator.js_sdk.interrupt(shop.reader)
    till.sell("Croissant").choose_method(shop.card)
    pay(till, shop)


def test_the_reader_is_gone_for_good(till, shop):
    till.sell("Espresso").choose_method(shop.card)
    wait_for_card(till)
    shop.reader.go_offline()
    till.wait_for_status("same network as the till", timeout=30_000)
    till.screenshot("reader_lost")
    shop.reader.go_online()
    till.retry()
    pay(till, shop)
    assert len(intents(shop)) == 1


def test_reader_in_use_elsewhere(till, shop, simulator):
    simulator.js_sdk.use_elsewhere(shop.reader)
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_status("in use by another till", timeout=20_000)
    till.screenshot("reader_in_use")
    till.page.locator(".stripe_terminal_take_over").click()
    expect(till.dialog).to_contain_text("Ask there first")
    till.answer("Take over")
    pay(till, shop)
    assert len(intents(shop)) == 1


def test_token_refused(till, shop, simulator):
    simulator.faults.add(
        "POST",
        "/v1/terminal/connection_tokens",
        "error",
        times=None,
        status=403,
        code="more_permissions_required",
    )
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_status("lacks a permission", timeout=20_000)
    simulator.faults.clear()
    till.retry()
    pay(till, shop)


def test_script_blocked(till, shop):
    till.block_sdk().sell("Espresso").choose_method(shop.card)
    till.wait_for_status("could not load Stripe's script", timeout=20_000)
    till.screenshot("script_blocked")
    till.allow_sdk().retry()
    pay(till, shop)


def test_a_reader_that_stripe_simulates(odoo_server, open_till, simulator):
    reader = simulator.account.add_reader(naming.unique("SIM"), device_type="simulated_wisepos_e")
    shop = Shop(odoo_server, reader, "Simulated", "browser")
    open_till(shop).sell("Espresso").choose_method(shop.card).wait_for_receipt(timeout=20_000)
    audit(shop)


def test_two_methods_with_two_readers_on_one_till(make_shop, open_till, simulator, odoo_server):
    location = simulator.account.add_location("Terrace")
    terrace = simulator.account.add_reader("STRM26100TERRACE", location=location)
    method = shopfitting.add_card_method(
        odoo_server.admin, "Terrace", terrace.serial_number, "browser"
    )
    shop = make_shop("Two readers", connection="browser", more_methods=[method])
    till = open_till(shop)
    till.sell("Espresso", "Croissant").choose_method(shop.card)
    wait_for_card(till)
    till.cancel()
    till.wait_for_status("canceled", timeout=20_000)
    till.type_amount("2")
    till.retry()
    wait_for_card(till)
    shop.reader.tap()
    till.wait_for_status(PAID)
    till.choose_method("Terrace")
    terrace.wait_for("amount", timeout=20)
    assert terrace.screen["amount"] == 260
    assert shop.reader.connection is None
    terrace.tap(card="5555555555554444")
    till.wait_for_receipt()
    assert sorted(payment["amount"] for payment in shop.payments()) == [2.0, 2.6]
    audit(shop)


def test_crash_while_the_bank_is_asked(till, shop):
    shop.reader.processing_time = 2
    till.sell("Espresso").choose_method(shop.card)
    wait_for_card(till)
    shop.reader.tap()
    shop.wait_for_reader("processing")
    till.page.wait_for_timeout(500)
    till.crash()
    shop.wait_for_reader("approved")
    till.reopen().go_to_payment()
    till.wait_for_status(PAID, timeout=20_000)
    till.validate()
    audit(shop)
