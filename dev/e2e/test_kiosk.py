"""A customer at a self-order kiosk: whatever happens, the money has an order or is not taken."""

import pytest
from playwright.sync_api import expect

from support import naming
from support.audit import audit, intents
from support.kiosk import PHONE, Kiosk, KioskShop, PhoneMenuShop
from support.shop import Shop


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


def test_a_late_answer_about_the_first_try_says_nothing_of_the_second(kiosk, shop):
    """Nobody reads “Nothing was charged” whose card is charged just then."""
    status, held = "**/pos_payment_stripe_kiosk/status", []
    kiosk.page.route(status, lambda route: route.continue_() if held else held.append(route))
    with kiosk.page.expect_request(status):
        kiosk.order("Cheesecake").wait_for("waiting")
    shop.wait_for_reader("amount")
    kiosk.press("Cancel").wait_for("again", "Nothing was charged")
    (route,) = held
    late = route.fetch()
    assert late.json()["result"]["state"] == "again"
    kiosk.press("Retry").wait_for("waiting")
    shop.wait_for_reader("amount")
    with kiosk.page.expect_response(status):
        route.fulfill(response=late)
    shop.reader.tap()
    kiosk.wait_until_paid()
    audit(shop)


def test_canceled_before_the_server_has_heard_of_it(kiosk, shop):
    held = []
    kiosk.page.route("**/kiosk/payment/**", lambda route: held.append(route))
    with kiosk.page.expect_request("**/kiosk/payment/**"):
        kiosk.order("Cheesecake").wait_for("waiting")
    with kiosk.page.expect_response("**/pos_payment_stripe_kiosk/cancel"):
        kiosk.press("Cancel")
    held[0].continue_()
    kiosk.wait_for("again", "Nothing was charged")
    (row,) = shop.journal()
    assert row["state"] == "canceled"
    audit(shop)


def test_canceled_on_the_reader(kiosk, shop):
    kiosk.order("Cheesecake").wait_for("waiting")
    shop.wait_for_reader("amount")
    shop.reader.customer_cancel()
    kiosk.wait_for("again", "You canceled on the card reader")
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


def test_the_amount_changes_while_the_reader_asks(kiosk, shop):
    """What was charged for another total is no order's; the customer is sent to the staff."""
    kiosk.order("Cheesecake").wait_for("waiting")
    shop.wait_for_reader("amount")
    admin = shop.server.admin
    (order,) = admin.search("pos.order", [("session_id", "=", shop.session_id)])
    admin.write("pos.order", order, amount_total=9.0)
    shop.reader.tap()
    kiosk.wait_for("help", "Please ask our staff")
    kiosk.screenshot("kiosk_help")
    kiosk.press("Close")
    expect(kiosk.button("Order Now")).to_be_visible()
    shop.settle()
    assert [order["state"] for order in shop.orders()] == ["draft"]
    # When the page has been silent for a while, the staff refunds it.
    (row,) = admin.search("pos.stripe.payment", [("session_id", "=", shop.session_id)])
    shop.server.sql(
        "UPDATE pos_stripe_payment SET seen_at = now() - interval '1 hour',"
        " settled_at = now() - interval '1 hour' WHERE id = %s",
        row,
    )
    assert admin.search("pos.stripe.payment", [("is_unattached", "=", True), ("id", "=", row)])
    admin.call("pos.stripe.payment", "action_refund_unattached", [row])
    assert shop.simulator.wait_until(lambda: intents(shop)[0]["refunded"] == 450)
    shop.settle()
    audit(shop)


def test_an_approval_after_the_customer_has_left(kiosk, shop):
    """The bank answers when the page has already given up: the order is paid, once."""
    shop.reader.processing_time = 4
    kiosk.page.clock.install()
    kiosk.open().order("Cheesecake").wait_for("waiting")
    shop.wait_for_reader("amount")
    shop.reader.tap()
    kiosk.page.clock.fast_forward(125_000)
    kiosk.wait_for("canceling", "is being canceled")
    kiosk.screenshot("kiosk_canceling")
    kiosk.wait_until_paid()
    (order,) = shop.orders()
    assert (order["state"], order["amount_paid"]) == ("paid", 4.5)
    audit(shop)


def test_a_till_has_the_reader(kiosk, shop, open_till):
    """The lease names who has it: to the cashier the order, to the customer one moment."""
    till_shop = Shop(shop.server, shop.reader, "Till")
    till = open_till(till_shop)
    till.sell("Espresso").choose_method(till_shop.card).wait_for_card()
    kiosk.order("Cheesecake").wait_for("again", "One moment, please")
    shop.reader.tap()
    till.wait_for_receipt().next_order()
    kiosk.press("Retry").wait_for("waiting")
    shop.wait_for_reader("amount")
    till.sell("Croissant").choose_method(till_shop.card)
    till.wait_for_status(shop.name)
    till.screenshot("till_reader_at_kiosk")
    shop.reader.tap()
    kiosk.wait_until_paid()
    till.send().wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt()
    audit(shop)
    audit(till_shop)


def test_ordered_by_phone_and_paid_at_the_till(kiosk_server, simulator, profiles, open_till):
    reader = simulator.account.add_reader(serial_number=naming.unique("STRM26100000"))
    shop = PhoneMenuShop(kiosk_server, reader)
    phone = Kiosk(profiles.chromium, shop, PHONE).open()
    till = open_till(shop)
    for is_printed in (False, True):
        phone.choose("Cheesecake").press("Order")
        expect(phone.page.get_by_text("Your order number")).to_be_visible()
        phone.screenshot("phone_ordered")
        order = shop.orders(["id", "state", "pos_reference"])[-1]
        assert order["state"] == "draft"
        if is_printed:
            kiosk_server.admin.write("pos.order", order["id"], nb_print=1)
        phone.press("Ok")
        # Core shows kiosks' drafts there too.
        till.load_order(order["pos_reference"]).go_to_payment()
        till.choose_method(shop.card).wait_for_card()
        shop.reader.tap()
        till.wait_for_receipt().next_order()
    assert [order["state"] for order in shop.orders()] == ["paid", "paid"]
    audit(shop)
    assert not phone.problems
    phone.close()
