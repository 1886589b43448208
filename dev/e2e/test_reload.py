"""The browser is reloaded in each state of a payment, and the payment goes on from there."""

import pytest

from support.audit import audit, intents
from support.stories import have_paid

PAID = "Payment Successful"
# The last request before the reader shows the amount, and the one that takes longest in a cancel.
SEND = {"server": "/v1/terminal/readers/*/process_payment_intent", "browser": "/v1/payment_intents"}
CANCEL = {
    "server": "/v1/terminal/readers/*/cancel_action",
    "browser": "/v1/payment_intents/*/cancel",
}
pytestmark = pytest.mark.kept_till


@pytest.fixture(params=["server", "browser"])
def connection(request):
    """Both drivers, where a test says nothing else."""
    return request.param


def pay_and_audit(till, shop):
    """Have the customer pay, with the one PaymentIntent, and compare the books."""
    have_paid(till, shop)
    till.wait_for_receipt()
    assert len(intents(shop)) == 1
    audit(shop)


def test_while_the_request_is_sent(till, shop, simulator):
    """What the browser keeps of the line is written before the request leaves."""
    simulator.faults.add("POST", "/v1/payment_intents", "delay", seconds=4)
    till.sell("Espresso")
    with till.reloading_at("send"):
        till.method(shop.card).click()
    till.wait_for_card()
    pay_and_audit(till, shop)


def test_while_waiting_for_the_card(till, shop):
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_card()
    till.reload()
    pay_and_audit(till, shop)


def test_while_the_answer_of_the_send_is_lost(till, shop, simulator, connection):
    simulator.faults.add("POST", SEND[connection], "drop_after", times=1)
    till.sell("Espresso")
    with till.reloading_at("send"):
        till.method(shop.card).click()
    pay_and_audit(till, shop)


# Nobody charges the card while the page is away that collects it.
@pytest.mark.parametrize("connection", ["server"])
def test_paid_while_the_till_was_away(till, shop):
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_card()
    till.crash()
    shop.reader.tap()
    till.reopen().go_to_payment()
    till.wait_for_status(PAID)
    till.validate()
    audit(shop)


def test_after_a_decline(till, shop):
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_card()
    shop.reader.decline("expired_card")
    till.wait_for_status("expired")
    till.reload()
    till.wait_for_status("expired")
    till.retry()
    pay_and_audit(till, shop)


def test_while_canceling(till, shop, simulator, connection):
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_card()
    simulator.faults.add("POST", CANCEL[connection], "delay", seconds=4)
    till.cancel()
    till.wait_for_status("Canceling")
    till.reload()
    till.wait_for_status("canceled")
    till.delete_line()
    till.choose_method(shop.cash).validate()
    audit(shop)


def test_during_a_connection_error(till, shop, simulator):
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_card()
    simulator.faults.add("*", "*", "drop_before", times=None)
    till.wait_for_status("Connection error", timeout=20_000)
    till.reload()
    till.wait_for_status("Connection error")
    assert till.has_force_done()
    simulator.faults.clear()
    pay_and_audit(till, shop)


# Nobody talks to a reader any more.
@pytest.mark.parametrize("connection", ["server"])
def test_after_it_is_paid(make_shop, open_till, connection):
    shop = make_shop(connection=connection, auto_validate_terminal_payment=False)
    till = open_till(shop)
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_card()
    shop.reader.tap()
    till.wait_for_status(PAID)
    till.reload()
    assert till.lines()
    till.validate()
    audit(shop)
