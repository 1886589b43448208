"""Interac gives money back only to a card that is present: the reader asks for it."""

import pytest
from playwright.sync_api import expect

from harness import shopfitting
from stripe_simulator import Simulator
from support import naming
from support.audit import audit, intents
from support.live_server import LiveServer
from support.refunding import choose_card, refund, refund_order
from support.shop import Shop

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
def shop(canada):
    """A register in Canada, its session open."""
    account = canada.simulator.account
    reader = account.add_reader(serial_number=naming.unique("STRM26100000"))
    return Shop(canada, reader, "Toronto")


def test_interac_is_refunded_on_the_reader(till, shop):
    till.sell("Espresso", "Croissant").choose_method(shop.card)
    till.wait_for_card()
    shop.reader.insert(INTERAC)
    till.wait_for_receipt().next_order()
    refund_order(till, {"Espresso": 1, "Croissant": 1})
    choose_card(till, shop, "4.60")
    refund(till)
    till.wait_for_status("presents the card to the reader")
    assert shop.wait_for_reader("amount")["kind"] == "refund"
    till.screenshot("refund_interac")
    till.cancel()
    till.wait_for_status("Nothing was given back")
    till.retry()
    till.wait_for_status("presents the card to the reader")
    shop.wait_for_reader("amount")
    shop.reader.insert("4242424242424242")
    till.wait_for_status("not the one that paid")
    till.retry()
    till.wait_for_status("presents the card to the reader")
    shop.wait_for_reader("amount")
    shop.reader.insert(INTERAC)
    till.wait_for_receipt()
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


def test_a_payment_is_chosen_where_the_order_does_not_tell(till, shop):
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt().next_order()
    (sale,) = shop.journal()
    # What a till that has never seen the payment knows of it.
    shop.server.sql(
        "UPDATE pos_payment SET transaction_id = NULL, payment_method_authcode = NULL"
        f" WHERE uuid = '{sale['line_uuid']}'"
    )
    refund_order(till, {"Espresso": 1})
    till.choose_method(shop.card)
    expect(till.dialog).to_contain_text("Which card payment is given back?")
    expect(till.dialog).to_contain_text("No card payment fits")
    shop.server.sql(
        f"UPDATE pos_payment SET transaction_id = '{sale['payment_intent']}'"
        f" WHERE uuid = '{sale['line_uuid']}'"
    )
    till.page.locator(".stripe_terminal_refund_query").fill("4242")
    till.page.get_by_text("The customer presents the card").click()
    expect(till.dialog.locator(".stripe_terminal_refund_choice")).to_contain_text("Visa 4242")
    till.screenshot("refund_choice")
    till.dialog.locator(".stripe_terminal_refund_choice").click()
    refund(till)
    till.wait_for_status("presents the card to the reader")
    shop.wait_for_reader("amount")
    shop.reader.tap()
    till.wait_for_receipt()
    (intent,) = intents(shop)
    assert intent["refunded"] == 240
    audit(shop)
