"""The browser is reloaded in each state of a payment, and the payment goes on from there."""

from support.audit import audit

PAID = "Payment Successful"


def pay_and_audit(till, shop):
    """Have the customer pay, and compare the books."""
    till.wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt()
    audit(shop)


def test_while_the_request_is_sent(till, shop, simulator):
    simulator.faults.add("POST", "/v1/payment_intents", "delay", seconds=4)
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_status("Request sent")
    till.reload()
    pay_and_audit(till, shop)


def test_while_waiting_for_the_card(till, shop):
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_card()
    till.reload()
    pay_and_audit(till, shop)


def test_while_the_answer_of_the_send_is_lost(till, shop, simulator):
    simulator.faults.add(
        "POST", "/v1/terminal/readers/*/process_payment_intent", "drop_after", times=1
    )
    till.sell("Espresso").choose_method(shop.card)
    till.reload()
    pay_and_audit(till, shop)


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


def test_while_canceling(till, shop, simulator):
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_card()
    simulator.faults.add("POST", "/v1/terminal/readers/*/cancel_action", "delay", seconds=4)
    till.cancel()
    till.wait_for_status("Request sent")
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


def test_after_it_is_paid(make_shop, open_till):
    shop = make_shop(auto_validate_terminal_payment=False)
    till = open_till(shop)
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_card()
    shop.reader.tap()
    till.wait_for_status(PAID)
    till.reload()
    assert till.lines()
    till.validate()
    audit(shop)


def test_on_another_till_of_the_register(open_till, shop):
    till = open_till(shop)
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_card()
    till.crash()
    # Another device opens the register: the order is on the server already.
    pay_and_audit(open_till(shop).go_to_payment(), shop)
