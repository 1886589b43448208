"""Interac refunds only to a card that is present: the reader asks for it."""

import pytest
from playwright.sync_api import expect

from harness import shopfitting
from stripe_simulator import Simulator
from support import naming
from support.audit import audit, intents
from support.drivers import both_drivers
from support.live_server import LiveServer
from support.refunding import choose_card, refund, refund_order
from support.shop import Shop
from support.till import STARTING

INTERAC = "4506445006931933"


@pytest.fixture(scope="module")
def canada():
    """A server whose shops are in Canada, with a Stripe account there."""
    with Simulator(country="CA") as stripe:
        server = LiveServer(stripe)
        try:
            server.open()
            shopfitting.settle_in(server.admin, "CA", "CAD")
            yield server
        finally:
            server.close()


@pytest.fixture
def shop(canada, connection):
    """A register in Canada, its session open."""
    account = canada.simulator.account
    location = account.add_location("Toronto")
    reader = account.add_reader(naming.unique("STRM26100000"), location=location)
    return Shop(canada, reader, "Toronto", connection)


@pytest.fixture
def sold(till, shop):
    """The till, with an order paid by Interac and its refund on the payment screen."""
    till.sell("Espresso", "Croissant").choose_method(shop.card)
    till.wait_for_card(timeout=20_000)
    shop.reader.insert(INTERAC)
    till.wait_for_receipt().next_order()
    refund_order(till, {"Espresso": 1, "Croissant": 1})
    return choose_card(till, shop, "4.60")


def wait_for_refund(till, shop):
    """Wait until the till and the reader both wait for the card that gets the money."""
    till.wait_for_status("presents the card to the reader", timeout=20_000)
    till.wait_for_reader("amount", timeout=20_000)
    assert shop.reader.screen["kind"] == "refund"


def check_refunded_once(till, shop):
    """Wait for the refund's receipt, and compare the books."""
    till.wait_for_receipt(timeout=20_000)
    expect(till.page.locator(".receipt-screen")).to_contain_text("Refund Initiated")
    till.screenshot("refund_interac_receipt")
    (intent,) = intents(shop)
    (made,) = intent["refunds"]
    assert made["amount"] == 460
    account = shop.simulator.account
    charge = account.charge(account.intent(intent["id"])["latest_charge"])
    card = charge["payment_method_details"]["interac_present"]
    receipt = till.receipt_text()
    for text in ("CARD REFUND", made["id"], card["receipt"]["dedicated_file_name"], card["last4"]):
        assert text in receipt
    audit(shop)


BROWSER = pytest.mark.parametrize("connection", ["browser"])


@both_drivers
def test_interac_is_refunded_on_the_reader(sold, till, shop, connection):
    refund(till)
    wait_for_refund(till, shop)
    till.screenshot(f"refund_interac_{connection}")
    till.cancel()
    till.wait_for_status("Nothing was refunded", timeout=20_000)
    assert shop.reader.screen["state"] != "amount"
    till.retry()
    wait_for_refund(till, shop)
    shop.reader.insert("4242424242424242")
    till.wait_for_status("not the one that paid")
    till.retry()
    wait_for_refund(till, shop)
    shop.reader.insert(INTERAC)
    check_refunded_once(till, shop)
    sent = shop.simulator.requests("POST", f"/v1/terminal/readers/{shop.reader.id}/refund_payment")
    assert bool(sent) == (connection == "server")


@BROWSER
def test_a_lost_answer_refunds_once(sold, till, shop):
    shop.simulator.js_sdk.faults.add("POST", "/sdk/process_refund", "drop_after")
    refund(till)
    wait_for_refund(till, shop)
    shop.reader.insert(INTERAC)
    check_refunded_once(till, shop)


@BROWSER
def test_the_customer_cancels_and_the_page_is_reloaded(sold, till, shop):
    refund(till)
    wait_for_refund(till, shop)
    shop.reader.customer_cancel()
    till.wait_for_status("The customer canceled")
    till.retry()
    wait_for_refund(till, shop)
    former = shop.reader.connection
    till.reload()
    till.wait_for_status("presents the card to the reader", timeout=STARTING)
    while former.is_open:  # the page is served its script only while Playwright waits
        till.page.wait_for_timeout(200)
    wait_for_refund(till, shop)
    shop.reader.insert(INTERAC)
    check_refunded_once(till, shop)


@BROWSER
def test_a_crash_while_the_money_is_refunded(sold, till, shop):
    shop.reader.processing_time = 2
    refund(till)
    wait_for_refund(till, shop)
    shop.reader.insert(INTERAC)
    shop.wait_for_reader("processing")
    till.page.wait_for_timeout(700)
    till.crash()
    shop.wait_for_reader("approved")
    till.reopen().go_to_payment()
    till.wait_for_status("Refund Successful", timeout=STARTING)
    till.validate()
    check_refunded_once(till, shop)


def test_a_payment_is_chosen_where_the_order_does_not_tell(till, shop):
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt().next_order()
    # A return that names no order.
    till.add_product("Espresso")
    for key in ("1", "+/-"):
        till.page.locator(".product-screen .numpad").get_by_text(key, exact=True).click()
    expect(till.page.locator(".order-summary")).to_contain_text("-2.40")
    till.go_to_payment().choose_method(shop.card)
    expect(till.dialog).to_contain_text("Which card payment is refunded?")
    till.page.locator(".stripe_terminal_refund_query").fill("0005")
    expect(till.dialog).to_contain_text("No card payment fits")
    till.page.locator(".stripe_terminal_refund_query").fill("4242")
    expect(till.dialog.locator(".stripe_terminal_refund_choice")).to_contain_text("Visa 4242")
    till.screenshot("refund_choice")
    till.dialog.locator(".stripe_terminal_refund_choice").click()
    refund(till)
    till.wait_for_receipt()
    (intent,) = intents(shop)
    assert intent["refunded"] == 240
    audit(shop)
