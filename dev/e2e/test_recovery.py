"""What went half-way: found again, attached, refunded, taken over, forced and verified."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from playwright.sync_api import expect

from support.audit import audit, intents
from support.counter import Counter
from support.drivers import both_drivers

CONNECTION_ERROR = "Connection error"


def pay_without_an_order(shop, amount):
    """Have a till send a payment, be paid, and disappear with its order."""
    counter = Counter(shop)
    line = counter.line(amount)
    counter.send(line)
    shop.reader.wait_for("amount")
    shop.reader.tap()
    shop.settle()
    # A till that was just paid has some seconds to finish its order itself.
    shop.server.sql(
        "UPDATE pos_stripe_payment SET settled_at = settled_at - interval '1 minute'"
        " WHERE line_uuid = %s",
        line["line_uuid"],
    )


def test_an_unattached_payment_is_attached(open_till, shop):
    pay_without_an_order(shop, 4.6)
    till = open_till(shop)
    till.sell("Espresso", "Croissant")
    notice = till.page.locator(".stripe_terminal_unattached")
    expect(notice).to_contain_text("4.60")
    expect(notice).to_contain_text("4242")
    till.screenshot("unattached")
    notice.get_by_role("button", name="Attach to this order").click()
    till.wait_for_receipt()
    assert len(intents(shop)) == 1
    audit(shop)
    till.next_order().sell("Espresso")
    expect(notice).to_have_count(0)


def test_an_unattached_payment_is_refunded(open_till, shop, simulator):
    pay_without_an_order(shop, 4.6)
    till = open_till(shop)
    till.sell("Espresso")
    notice = till.page.locator(".stripe_terminal_unattached")
    # More than this order costs: it can only be refunded.
    expect(notice.get_by_role("button", name="Attach")).to_be_disabled()
    notice.get_by_role("button", name="Refund").click()
    till.screenshot("unattached_refund")
    till.answer("Refund")
    expect(notice).to_have_count(0)
    assert simulator.wait_until(lambda: intents(shop)[0]["refunded"] == 460, 10)
    till.choose_method(shop.cash).validate()
    audit(shop)


def test_reader_taken_over_from_another_till(make_shop, open_till):
    first = make_shop("Counter")
    second = make_shop("Terrace", card=False, more_methods=[first.register.card_method_id])
    till_1, till_2 = open_till(first), open_till(second)
    till_1.sell("Espresso").choose_method(first.card)
    till_1.wait_for_card()
    till_2.sell("Cappuccino").choose_method(first.card)
    till_2.wait_for_status(first.name)
    till_2.screenshot("reader_busy")
    till_2.page.locator(".stripe_terminal_take_over").click()
    till_2.screenshot("take_over")
    till_2.answer("Take over")
    till_2.wait_for_status("Waiting for card")
    till_1.wait_for_status("canceled")
    assert first.reader.screen["amount"] == 360
    first.reader.tap()
    till_2.wait_for_receipt()
    till_1.delete_line().choose_method(first.cash).validate()
    audit(first)
    audit(second)
    assert [payment["amount"] for payment in second.card_payments()] == [3.6]


def to_connection_error(till, shop, simulator):
    """Send a payment to the reader and lose Stripe; returns the fault."""
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_card()
    outage = simulator.faults.add("*", "*", "drop_before", times=None)
    till.wait_for_status(CONNECTION_ERROR, timeout=20_000)
    return outage


def come_back(simulator, outage):
    """Let Stripe answer again, so slowly that a cashier acts before the till knows."""
    simulator.faults.add("GET", "*", "delay", seconds=2, times=None)
    simulator.faults.remove(outage)


@both_drivers
def test_force_done_finds_stripe_back_and_paid(till, shop, simulator):
    outage = to_connection_error(till, shop, simulator)
    shop.reader.tap()
    come_back(simulator, outage)
    till.force_done()
    till.wait_for_receipt()
    assert shop.journal(("state", "forced_at"))[0]["forced_at"] is False
    audit(shop)


@both_drivers
def test_force_done_finds_stripe_back_and_unpaid(till, shop, simulator):
    outage = to_connection_error(till, shop, simulator)
    shop.reader.customer_cancel()
    come_back(simulator, outage)
    till.force_done()
    till.wait_for_status("customer canceled")
    till.delete_line()
    till.choose_method(shop.cash).validate()
    audit(shop)


@both_drivers
def test_forced_and_never_paid_reaches_the_managers(till, shop, simulator, connection):
    to_connection_error(till, shop, simulator)
    till.force_done()
    till.answer("approved")
    till.wait_for_receipt()
    if connection == "server":  # a till's page has taken the request back itself
        shop.reader.customer_cancel()
    simulator.faults.clear()
    shop.settle()
    (row,) = shop.journal(("state", "unverified", "unpaid"))
    # Nobody else's card shall pay for it later.
    assert (row["state"], row["unverified"], row["unpaid"]) == ("canceled", False, True)
    (order,) = shop.orders()
    activities = shop.server.admin.read(
        "mail.activity",
        [("res_model", "=", "pos.order"), ("res_id", "=", order["id"])],
        ["summary", "note"],
    )
    assert "not confirmed by Stripe" in activities[0]["summary"]
    assert "2.40" in activities[0]["note"]


def test_forced_while_odoo_was_away_and_unpaid(till, shop):
    till.sell("Espresso", "Croissant").choose_method(shop.card).wait_for_card()
    till.cancel().wait_for_status("canceled")
    # The order stays open, with less than it costs.
    till.type_amount("2").retry().wait_for_card()
    till.go_offline().tolerate("net::ERR_FAILED")
    till.wait_for_status(CONNECTION_ERROR)
    till.force_done()
    till.answer("approved")
    till.wait_for_status("Payment Successful")
    till.page.wait_for_timeout(5000)  # milliseconds, in which the till asks again and again
    assert till.payment_status() == "Payment Successful"
    till.go_online()
    # Odoo has asked Stripe all the time: it is not paid.
    expect(till.dialog).to_contain_text("Only a payment with a connection error can be forced")
    till.screenshot("not_forced")
    till.answer("Ok")
    till.wait_for_card()
    shop.reader.tap()
    till.wait_for_status("Payment Successful")
    till.choose_method(shop.cash).validate().wait_until_synced()
    assert [row["forced_at"] for row in shop.journal(("forced_at",))] == [False]
    audit(shop)


@contextmanager
def busy_journal(shop):
    """Write the session's journal all the time, as the runner does while Stripe is silent."""
    done = threading.Event()

    def write():
        while not done.wait(0.25):
            shop.server.sql(
                "UPDATE pos_stripe_payment SET write_date = write_date WHERE session_id = %s",
                shop.session_id,
            )

    with ThreadPoolExecutor() as aside:
        writing = aside.submit(write)
        yield
        done.set()
        writing.result()


def test_an_order_arrives_while_its_payment_is_written(till, shop, simulator):
    to_connection_error(till, shop, simulator)
    with busy_journal(shop):
        till.force_done()
        till.answer("approved")
        till.wait_for_receipt(timeout=20_000)
    assert [order["state"] for order in shop.orders()] == ["paid"]
    shop.reader.customer_cancel()
    simulator.faults.clear()
    shop.settle()
