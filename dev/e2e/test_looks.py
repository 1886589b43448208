"""What the payment screen says is legible, and what it offers in reach, on each kind of till."""

from playwright.sync_api import expect

from support.looks import look_at
from support.refusing import refusing
from support.till import SYNC

# Milliseconds until a till that has gone is known to have.
GONE = 20_000


def test_a_payment_in_each_state(till, shop, simulator):
    problems = []
    till.sell("Espresso", "Croissant")
    till.page.locator(".stripe_terminal_split").click()
    # Its bundle is loaded on the first press.
    expect(till.dialog).to_contain_text("Split what is left to pay")
    problems += look_at(till, "split")
    till.page.keyboard.press("Escape")
    till.choose_method(shop.card).wait_for_card()
    problems += look_at(till, "waiting")
    shop.reader.decline("insufficient_funds")
    till.wait_for_status("insufficient funds")
    problems += look_at(till, "declined")
    till.retry().wait_for_card()
    simulator.faults.add("*", "*", "drop_before", times=None)
    till.wait_for_status("Connection error")
    problems += look_at(till, "unknown")
    till.force_done()
    expect(till.dialog).to_contain_text("approved")
    problems += look_at(till, "force_done")
    till.answer("approved")
    till.wait_for_receipt()
    problems += look_at(till, "forced")
    shop.reader.customer_cancel()
    simulator.faults.clear()
    expect(till.page.locator(".o_notification")).to_contain_text("the forced payment")
    problems += look_at(till, "unpaid")
    assert not problems, "\n".join(problems)


def test_payments_without_an_order_and_a_reader_in_use(make_shop, open_till):
    problems = []
    bar = make_shop("Bar")
    terrace = make_shop("Terrace", card=False, more_methods=[bar.register.card_method_id])
    gone, at_bar, at_terrace = open_till(bar), open_till(bar), open_till(terrace)
    gone.sell("Espresso", "Croissant").pay_part_by_card("2")
    at_bar.sell("Cheesecake").choose_method(bar.card).wait_for_card()
    at_terrace.sell("Cappuccino")
    expect(at_terrace.page.locator(".stripe_terminal_in_progress")).to_be_visible(timeout=GONE)
    at_terrace.choose_method(bar.card).wait_for_status(bar.name)
    problems += look_at(at_terrace, "in_progress")
    at_terrace.page.locator(".stripe_terminal_take_over").click()
    expect(at_terrace.dialog).to_contain_text("Take the reader over?")
    problems += look_at(at_terrace, "take_over")
    at_terrace.answer("Leave it")
    gone.crash()
    notice = at_terrace.page.locator(".stripe_terminal_unattached")
    expect(notice).to_be_visible(timeout=GONE)
    problems += look_at(at_terrace, "unattached")
    at_bar.cancel().wait_for_status("canceled")
    assert not problems, "\n".join(problems)


def test_a_finished_order_that_odoo_refuses(till, shop):
    problems = []
    till.sell("Cheesecake").choose_method(shop.card).wait_for_card()
    till.lose(SYNC, after=False)
    till.tolerate("ConnectionLostError: |Odoo Server Error")
    shop.reader.tap()
    till.wait_for_receipt()
    till.crash()
    condition = "NEW.full_product_name = 'Cheesecake'"
    with refusing(shop, "INSERT ON pos_order_line", condition, "It is not for sale"):
        till.reopen()
        notice = till.page.locator(".o_notification", has_text="A finished order is not in Odoo")
        expect(notice).to_contain_text("It is not for sale")
        problems += look_at(till, "refused")
        notice.get_by_role("button", name="Discard").click()
        expect(till.dialog).to_contain_text("Advanced rights needed")
        problems += look_at(till, "not_discarded")
        till.answer("Ok")
    assert not problems, "\n".join(problems)
