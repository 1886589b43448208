"""A customer at a self-order kiosk: whatever happens, the money has an order or is not taken."""

import pytest
from playwright.sync_api import expect

from harness import paths
from support import naming
from support.audit import audit
from support.kiosk import Kiosk, KioskShop


@pytest.fixture(scope="session")
def kiosk_server(start_server):
    """A server with the kiosk's addon."""
    return start_server(modules=[paths.KIOSK_ADDON])


@pytest.fixture
def shop(kiosk_server, simulator):
    """A kiosk with a reader of its own."""
    reader = simulator.account.add_reader(serial_number=naming.unique("STRM26100000"))
    return KioskShop(kiosk_server, reader)


@pytest.fixture
def kiosk(request, shop, profiles):
    """The kiosk's page on its first screen; a failed test leaves a picture."""
    page = Kiosk(profiles.chromium, shop).open()
    yield page
    if getattr(request.node, "failed", False):
        if not page.page.is_closed():
            print(f"screenshot: {page.screenshot(request.node.name)}; {shop.server.log_file}")
        print("\n".join(page.problems))
    else:
        assert not page.problems
    page.close()


def test_paid(kiosk, shop):
    kiosk.order("Cheesecake").wait_for("waiting", "card reader")
    assert shop.wait_for_reader("amount")
    kiosk.screenshot("kiosk_waiting")
    shop.reader.tap()
    kiosk.wait_until_paid()
    kiosk.screenshot("kiosk_paid")
    (order,) = shop.orders()
    assert (order["state"], order["amount_paid"]) == ("paid", 4.5)
    audit(shop)


def test_declined_then_retried(kiosk, shop):
    kiosk.order("Cheesecake").wait_for("waiting")
    shop.wait_for_reader("amount")
    shop.reader.decline("insufficient_funds")
    kiosk.wait_for("again", "The card was declined")
    kiosk.screenshot("kiosk_declined")
    kiosk.press("Retry").wait_for("waiting")
    shop.wait_for_reader("amount")
    shop.reader.tap()
    kiosk.wait_until_paid()
    (row,) = shop.journal()
    assert row["state"] == "paid"
    audit(shop)


def test_canceled_at_the_kiosk(kiosk, shop):
    kiosk.order("Cheesecake").wait_for("waiting")
    shop.wait_for_reader("amount")
    kiosk.press("Cancel").wait_for("again", "Nothing was charged")
    kiosk.screenshot("kiosk_canceled")
    shop.wait_for_reader("cancelled")
    kiosk.press("Retry").wait_for("waiting")
    shop.wait_for_reader("amount")
    shop.reader.tap()
    kiosk.wait_until_paid()
    audit(shop)


def test_canceled_on_the_reader(kiosk, shop):
    kiosk.order("Cheesecake").wait_for("waiting")
    shop.wait_for_reader("amount")
    shop.reader.customer_cancel()
    kiosk.wait_for("again", "You cancelled on the card reader")
    kiosk.press("Back")
    expect(kiosk.button("Pay")).to_be_visible()
    shop.settle()
    audit(shop)


def test_reload_takes_the_payment_back(kiosk, shop):
    kiosk.order("Cheesecake").wait_for("waiting")
    shop.wait_for_reader("amount")
    kiosk.page.reload()
    expect(kiosk.button("Order Now")).to_be_visible()
    shop.settle()
    assert shop.reader.screen["state"] in ("cancelled", "idle")
    assert [row["state"] for row in shop.journal()] == ["canceled"]
    # The next customer finds a kiosk and a reader that are free.
    kiosk.order("Cheesecake").wait_for("waiting")
    shop.wait_for_reader("amount")
    shop.reader.tap()
    kiosk.wait_until_paid()
    audit(shop)


def test_power_cut_while_the_reader_asks(kiosk, shop):
    """The card comes while the kiosk is dark: the order is paid without it."""
    kiosk.order("Cheesecake").wait_for("waiting")
    shop.wait_for_reader("amount")
    kiosk.crash()
    shop.reader.tap()
    shop.settle()
    (order,) = shop.orders()
    assert order["state"] == "paid"
    audit(shop)
    kiosk.reopen_anywhere().wait_until_paid()
    assert len(shop.orders()) == 1


def test_power_cut_and_nobody_comes(kiosk, shop):
    kiosk.order("Cheesecake").wait_for("waiting")
    shop.wait_for_reader("amount")
    kiosk.crash()
    kiosk.reopen()
    shop.wait_for_reader("cancelled")
    shop.settle()
    assert [row["state"] for row in shop.journal()] == ["canceled"]
    audit(shop)


def test_a_customer_who_walks_away(kiosk, shop):
    """Two minutes without a card take the payment back, a further one the page."""
    kiosk.page.clock.install()
    kiosk.open().order("Cheesecake").wait_for("waiting")
    shop.wait_for_reader("amount")
    kiosk.page.clock.fast_forward(125_000)
    kiosk.wait_for("again", "Nothing was charged")
    kiosk.page.clock.fast_forward(65_000)
    expect(kiosk.button("Order Now")).to_be_visible()
    shop.settle()
    audit(shop)


def test_the_reader_is_with_another_kiosk(kiosk, shop, profiles):
    other = KioskShop(shop.server, shop.reader, "Other kiosk")
    neighbour = Kiosk(profiles.chromium, other).open()
    neighbour.order("Cheesecake").wait_for("waiting")
    other.wait_for_reader("amount")
    kiosk.order("Cheesecake").wait_for("again", "One moment, please")
    kiosk.screenshot("kiosk_busy")
    other.reader.tap()
    neighbour.wait_until_paid()
    neighbour.close()
    kiosk.press("Retry").wait_for("waiting")
    shop.wait_for_reader("amount")
    shop.reader.tap()
    kiosk.wait_until_paid()
    audit(shop)
    audit(other)
