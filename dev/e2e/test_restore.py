"""The till and all it had are gone: any register makes the order again from its payment."""

import pytest
from playwright.sync_api import expect

from support.audit import audit, intents
from support.till import GONE


def notice(till):
    """Return the locator of what says that a payment is on no order."""
    return till.page.locator(".stripe_terminal_unattached")


def in_progress(till):
    """Return the locator of what says that somebody else finishes an order."""
    return till.page.locator(".stripe_terminal_in_progress")


def restore(till):
    """Press “Restore its order” once it is offered."""
    expect(notice(till)).to_be_visible(timeout=GONE)
    till.screenshot("restore")
    notice(till).get_by_role("button", name="Restore its order").click()
    expect(notice(till)).to_have_count(0)
    return till


def expect_paid(till, amount):
    """Expect the one payment line of the order to be that of a card that was charged."""
    lines = till.page.locator(".paymentlines")
    expect(lines).to_contain_text("Visa 4242")
    assert [shown for _method, shown in till.lines()] == [amount]


def products_of(shop):
    """Return the names of the products of the register's finished orders."""
    orders = shop.orders(("state", "lines"))
    assert [order["state"] for order in orders] == ["paid"], orders
    lines = shop.server.admin.read(
        "pos.order.line", [("id", "in", orders[0]["lines"])], ["full_product_name"]
    )
    return sorted(line["full_product_name"] for line in lines)


def test_charged_while_the_till_dies(shop, open_till):
    till = open_till(shop)
    till.sell("Espresso", "Croissant").choose_method(shop.card).wait_for_card()
    till.crash()
    assert not shop.orders()
    other = open_till(shop)
    other.sell("Cappuccino")
    expect(in_progress(other)).to_contain_text("is in progress", timeout=GONE)
    other.screenshot("on_its_way")
    shop.reader.tap()
    restore(other)
    expect_paid(other, "4.60€")
    other.screenshot("restored")
    other.validate()
    assert products_of(shop) == ["Croissant", "Espresso"]
    assert len(intents(shop)) == 1
    audit(shop)


def test_a_part_at_another_register(make_shop, open_till):
    bar = make_shop("Bar")
    terrace = make_shop("Terrace", card=False, more_methods=[bar.register.card_method_id])
    at_bar, at_terrace = open_till(bar), open_till(terrace)
    at_bar.sell("Espresso", "Croissant").pay_part_by_card("2")
    at_terrace.sell("Cappuccino")
    # Nothing is wrong while the bar goes on with its order.
    expect(in_progress(at_terrace)).to_contain_text(f"in progress at {bar.name}", timeout=GONE)
    at_terrace.screenshot("in_progress")
    expect(notice(at_terrace)).to_have_count(0)
    at_bar.crash()
    restore(at_terrace)
    expect_paid(at_terrace, "2.00€")
    at_terrace.choose_method(terrace.cash).validate()
    assert products_of(terrace) == ["Croissant", "Espresso"]
    assert sorted(payment["amount"] for payment in terrace.payments()) == [2, 2.6]
    assert sum(intent["amount_received"] for intent in intents(bar)) == 200


def test_about_the_same_amount(shop, open_till):
    till = open_till(shop)
    till.sell("Espresso", "Croissant").choose_method(shop.card).wait_for_card()
    till.crash()
    shop.reader.tap()
    shop.settle()
    other = open_till(shop)
    other.sell("Espresso", "Croissant")
    expect(notice(other)).to_be_visible(timeout=GONE)
    other.choose_method(shop.card)
    other.wait_for_status("Is it this customer's?")
    other.screenshot("doubt")
    assert len(intents(shop)) == 1
    other.retry().wait_for_card()
    shop.reader.tap()
    other.wait_for_receipt()
    other.next_order().sell("Espresso")
    restore(other).validate()
    assert [intent["amount_received"] for intent in intents(shop)] == [460, 460]
    audit(shop)


@pytest.mark.kept_till
def test_the_browsers_own_storage_comes_first(till, shop):
    till.sell("Espresso", "Croissant").pay_part_by_card("2")
    till.crash()
    till.reopen().go_to_payment()
    expect_paid(till, "2.00€")
    expect(notice(till)).to_have_count(0)
    till.choose_method(shop.cash).validate()
    assert products_of(shop) == ["Croissant", "Espresso"]
    audit(shop)
