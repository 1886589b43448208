"""What the office sees of card payments that were taken, declined or only forced."""

from playwright.sync_api import expect

FORCED = "Forced by"


def test_a_forced_payment_looks_different_in_the_office(till, shop, simulator, open_office):
    pay(till, shop)
    till.next_order()
    force(till, shop, simulator)
    shop.reader.customer_cancel()
    simulator.faults.clear()
    shop.settle()
    till.next_order()
    force(till, shop, simulator)

    office = open_office(shop.server)
    the_journal_tells_them_apart(office, shop)
    so_do_orders(office, shop)


def pay(till, shop):
    till.sell("Espresso").choose_method(shop.card).wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt()


def force(till, shop, simulator):
    """Sell with a card while Stripe is silent, which it stays."""
    till.sell("Espresso").choose_method(shop.card).wait_for_card()
    simulator.faults.add("*", "*", "drop_before", times=None)
    till.wait_for_status("Connection error", timeout=20_000)
    till.force_done()
    till.answer("approved")
    till.wait_for_receipt()


def the_journal_tells_them_apart(office, shop):
    office.open("pos_payment_stripe.pos_stripe_payment_action")
    page = office.page
    search(office, "2,40")
    expect(page.locator("tr.o_data_row.text-danger")).not_to_have_count(0, timeout=30_000)
    expect(page.locator("tr.o_data_row.text-warning")).not_to_have_count(0)
    office.picture("office_journal")
    page.locator(".o_searchview_dropdown_toggler").click()
    choices = page.locator(".o_add_custom_group_menu option").all_inner_texts()
    office.picture("office_journal_groups")
    assert "Cashier" in choices and "Idempotency Key" not in choices, choices
    assert len(choices) < 18, choices
    page.keyboard.press("Escape")
    (row,) = shop.server.admin.read(
        "pos.stripe.payment", [("config_id", "=", shop.config_id), ("unpaid", "=", True)], ["id"]
    )
    office.open("pos_payment_stripe.pos_stripe_payment_action", row["id"])
    story = page.locator(".alert-danger [name=story]")
    expect(story).to_contain_text(FORCED, timeout=30_000)
    expect(story).to_contain_text("Stripe took nothing; ask the customer.")
    office.picture("office_journal_form")


def so_do_orders(office, shop):
    page = office.page
    office.open("point_of_sale.action_pos_pos_form")
    expect(page.locator("tr.o_data_row .o_field_badge", has_text="Not Paid")).not_to_have_count(
        0, timeout=30_000
    )
    office.picture("office_orders")
    page.locator(".o_searchview_dropdown_toggler").click()
    page.get_by_role("menuitemcheckbox", name="Unverified Card Payments").click()
    page.keyboard.press("Escape")
    # Other tours' orders may be there, too.
    rows = page.locator("tr.o_data_row", has_text=f"{shop.name} - ")
    expect(rows).to_have_count(2)
    office.picture("office_orders_unverified")
    rows.filter(has_text="Not Paid").locator("td").nth(2).click()
    expect(page.get_by_text("Ask the customer, or correct")).to_be_visible(timeout=30_000)
    page.get_by_role("tab", name="Payments").click()
    office.picture("office_order")


def search(office, text):
    field = office.page.locator(".o_searchview_input")
    field.fill(text)
    field.press("Enter")
