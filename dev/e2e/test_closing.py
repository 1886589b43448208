"""A register closes when its card payments agree with Stripe; each difference is listed."""

import pytest
from playwright.sync_api import expect

from harness.rpc import OdooError
from support.audit import audit, intents
from support.closing import (
    confirm_closing,
    open_closing,
    popup,
    wait_for_comparison,
    wait_until_closed,
)
from support.refunding import refund_in_dashboard

CASHIER, MANAGER = "cashier", "admin"


@pytest.fixture
def manager_till(open_till, shop):
    """A manager's page of ``shop``."""
    return open_till(shop, login=MANAGER)


def sell(till, shop, *products):
    """Sell products, paid by card."""
    till.sell(*products).choose_method(shop.card).wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt()
    till.next_order()


def force(till, shop, simulator):
    """Finish an order with a forced payment; no card was presented."""
    till.sell("Espresso").choose_method(shop.card).wait_for_card()
    simulator.faults.add("*", "*", "drop_before", times=None)
    till.wait_for_status("Connection error", timeout=20_000)
    till.force_done().answer("approved")
    till.wait_for_receipt()
    till.next_order()


def notes(shop):
    """Return what is noted on the session."""
    admin = shop.server.admin
    domain = [("model", "=", "pos.session"), ("res_id", "=", shop.session_id)]
    return "".join(message["body"] for message in admin.read("mail.message", domain, ["body"]))


def test_agreement(till, shop):
    sell(till, shop, "Espresso", "Croissant")
    sell(till, shop, "Cappuccino")
    open_closing(till)
    box = wait_for_comparison(till, "agrees")
    expect(box).to_contain_text("2 card payments (8.20 €) match Stripe")
    till.screenshot("closing_agrees")
    confirm_closing(till)
    wait_until_closed(shop, till)
    audit(shop)


def test_taken_but_not_recorded(till, open_till, shop):
    sell(till, shop, "Espresso")
    till.sell("Cheesecake").choose_method(shop.card).wait_for_card()
    till.crash()
    shop.reader.tap()
    shop.settle()
    # Another browser: the order never reached the server.
    till = open_till(shop, login=MANAGER)
    open_closing(till)
    box = wait_for_comparison(till, "differs")
    expect(box).to_contain_text("Stripe took 4.50 € from Visa 4242")
    till.screenshot("closing_taken_but_not_recorded")
    confirm_closing(till)
    expect(till.dialog).to_contain_text("noted on the session")
    till.screenshot("closing_confirmed_by_manager")
    till.answer("Close all the same")
    wait_until_closed(shop, till)
    assert "4.50" in notes(shop)


def test_recorded_but_not_taken(till, shop, simulator):
    force(till, shop, simulator)
    simulator.faults.clear()
    shop.reader.customer_cancel()
    shop.settle()
    open_closing(till)
    box = wait_for_comparison(till, "differs")
    expect(box).to_contain_text("has a card payment of 2.40 €, but Stripe has not taken it")
    till.screenshot("closing_recorded_but_not_taken")
    confirm_closing(till)
    expect(till.dialog).to_contain_text("ask a manager")
    till.screenshot("closing_refused_to_cashier")


def test_another_amount(till, shop):
    sell(till, shop, "Espresso")
    (payment,) = shop.card_payments()
    shop.server.sql("UPDATE pos_payment SET amount = 2.45 WHERE id = %s", payment["id"])
    open_closing(till)
    box = wait_for_comparison(till, "differs")
    expect(box).to_contain_text("has a card payment of 2.45 €, but Stripe took 2.40 €")
    till.screenshot("closing_another_amount")


def test_still_open(till, manager_till, shop):
    open_closing(manager_till)
    box = wait_for_comparison(manager_till, "agrees")
    till.sell("Espresso").choose_method(shop.card).wait_for_card()
    confirm_closing(manager_till)
    manager_till.answer("Go back")
    wait_for_comparison(manager_till, "differs")
    expect(box).to_contain_text("The card payment of 2.40 € for order")
    expect(box).to_contain_text("is still open")
    manager_till.screenshot("closing_still_open")
    shop.reader.tap()
    till.wait_for_receipt()
    box.get_by_role("button", name="Compare again").click()
    wait_for_comparison(manager_till, "agrees")
    confirm_closing(manager_till)
    wait_until_closed(shop, manager_till)
    audit(shop)


def test_stripe_cannot_be_asked(manager_till, shop, simulator):
    till = manager_till
    sell(till, shop, "Espresso")
    simulator.faults.add("*", "*", "drop_before", times=None)
    open_closing(till)
    box = wait_for_comparison(till, "differs", timeout=30_000)
    expect(box).to_contain_text("Stripe cannot be asked now")
    till.screenshot("closing_stripe_cannot_be_asked")
    confirm_closing(till)
    till.answer("Go back")
    expect(popup(till)).to_be_visible()
    confirm_closing(till)
    till.answer("Close all the same")
    wait_until_closed(shop, till)


def test_a_slow_stripe_does_not_keep_the_till_waiting(till, shop, simulator):
    sell(till, shop, "Espresso")
    simulator.faults.add("GET", "/v1/payment_intents", "delay", seconds=3, times=None)
    open_closing(till)
    expect(popup(till)).to_contain_text("Comparing with Stripe…")
    till.screenshot("closing_comparing")
    wait_for_comparison(till, "agrees")


def test_refunded_in_stripes_dashboard(manager_till, shop):
    till = manager_till
    sell(till, shop, "Espresso", "Croissant")
    (row,) = shop.journal()
    refund_in_dashboard(shop, row["payment_intent"], 300)
    open_closing(till)
    box = wait_for_comparison(till, "differs")
    expect(box).to_contain_text("3.00 € of order")
    expect(box).to_contain_text("was refunded in Stripe's dashboard")
    till.screenshot("closing_refunded_in_dashboard")
    confirm_closing(till)
    till.answer("Close all the same")
    wait_until_closed(shop, till)
    assert "3.00" in notes(shop)


def test_a_customer_pays_while_a_busy_account_is_listed(till, open_till, shop, simulator):
    sell(till, shop, "Espresso")
    fill(simulator, shop, 250)
    closing = open_till(shop, login=MANAGER)
    # Of the last page the till hears only when the customer has paid.
    listing = simulator.faults.add("GET", "/v1/payment_intents", "delay", nth=2, seconds=17)
    open_closing(closing)
    expect(popup(closing)).to_contain_text("100 payments of the Stripe account read so far")
    closing.screenshot("closing_progress")
    sell(till, shop, "Cappuccino")
    assert listing.hits == 1
    expect(popup(closing)).to_contain_text("Comparing with Stripe…")
    wait_for_comparison(closing, "agrees", timeout=60_000)


def fill(simulator, shop, count):
    """Have the account of ``shop`` take many other payments."""
    (row,) = shop.journal()
    environment = simulator.account.test
    with simulator.lock:
        intent = environment.find("payment_intent", row["payment_intent"])
        for number in range(count):
            other = {"status": "canceled", "amount_received": 0, "latest_charge": None}
            environment.add({**intent, **other, "id": f"{intent['id']}{number}", "metadata": {}})


def test_other_registers_close_as_before(make_shop, open_till):
    shop = make_shop("Cash only", card=False)
    till = open_till(shop)
    open_closing(till)
    expect(popup(till)).to_be_visible()
    expect(till.page.locator(".stripe-comparison")).to_have_count(0)
    confirm_closing(till)
    wait_until_closed(shop, till)


def test_from_the_backend(open_till, shop):
    till = open_till(shop, login=MANAGER)
    sell(till, shop, "Espresso")
    (payment,) = shop.card_payments()
    admin = shop.server.admin
    shop.server.sql("UPDATE pos_payment SET amount = 2.45 WHERE id = %s", payment["id"])
    admin.write("pos.session", shop.session_id, state="closing_control")
    action = admin.ref("point_of_sale.action_pos_session")
    till.page.goto(f"{shop.server.url}/odoo/action-{action}/{shop.session_id}")
    till.page.locator("button[name='action_pos_session_closing_control']").click()
    wait_for_comparison(till, "differs")
    expect(till.dialog).to_contain_text("but Stripe took 2.40 €")
    till.screenshot("closing_backend")
    shop.server.sql("UPDATE pos_payment SET amount = 2.40 WHERE id = %s", payment["id"])
    till.answer("Compare again")
    wait_for_comparison(till, "agrees")
    till.answer("Close Session")
    expect(till.page.locator(".modal")).to_have_count(0)
    audit(shop)


def test_where_employees_log_in(start_server, make_shop):
    server = start_server(modules=["pos_hr"])
    employees = [server.admin.create("hr.employee", name=name) for name in ("Basil", "Ada")]
    basic, advanced = ([(6, 0, [employee])] for employee in employees)
    shop = make_shop(
        server=server,
        module_pos_hr=True,
        basic_employee_ids=basic,
        advanced_employee_ids=advanced,
    )
    cashier = server.client(CASHIER)

    def accept(employee):
        keys = ["unreachable"]
        cashier.call("pos.session", "stripe_terminal_accept", [shop.session_id], keys, employee)

    for refused in (employees[0], None):
        with pytest.raises(OdooError, match="Only a manager"):
            accept(refused)
    accept(employees[1])
    (comparison,) = server.admin.read(
        "pos.stripe.comparison", [("session_id", "=", shop.session_id)], ["accepted_by"]
    )
    # She has no PIN that could prove it.
    assert comparison["accepted_by"] == "Ada (as the till says)"


def test_closing_takes_running_payments_back(manager_till, open_till, shop):
    open_closing(manager_till)
    wait_for_comparison(manager_till, "agrees")
    open_till(shop).sell("Espresso").choose_method(shop.card).wait_for_card()
    confirm_closing(manager_till)
    expect(manager_till.dialog).to_contain_text("is still open")
    manager_till.answer("Close all the same")
    # The order is the other till's, which reads that the session was closed.
    wait_until_closed(shop, manager_till)
    shop.settle()
    assert [row["state"] for row in shop.journal()] == ["canceled"]
    assert [intent["amount_received"] for intent in intents(shop)] == [0]
