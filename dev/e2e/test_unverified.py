"""A payment that was forced is told apart from a paid one, and from one that turned out unpaid."""

from playwright.sync_api import expect


def test_forced_is_called_unverified_and_its_till_hears_that_it_is_unpaid(till, shop, simulator):
    till.sell("Espresso").choose_method(shop.card).wait_for_card()
    simulator.faults.add("*", "*", "drop_before", times=None)
    till.wait_for_status("Connection error", timeout=20_000)
    till.force_done().answer("approved")
    till.wait_for_receipt()
    assert "Card (unverified)" in " ".join(till.receipt_text().split())
    expect(till.page.locator(".receipt-screen .stripe_terminal_forced")).to_be_visible()
    till.screenshots("forced_receipt")

    till.next_order()
    till.page.locator(".pos-topheader").get_by_text("Orders", exact=True).click()
    till.page.locator(".ticket-screen .filter").click()
    till.page.locator(".dropdown-item", has_text="Paid").click()
    row = till.page.locator(".ticket-screen .order-row").first
    expect(row).to_contain_text("Paid, unverified")
    till.screenshots("forced_orders")

    assert not till.page.locator(".o_notification").count()
    shop.reader.customer_cancel()
    simulator.faults.clear()
    told = till.page.locator(".o_notification:has(.bg-danger)")
    expect(told).to_contain_text("the forced payment of 2.40")
    (order,) = shop.orders()
    expect(told).to_contain_text(order["pos_reference"])
    till.page.wait_for_timeout(8000)
    expect(told).to_be_visible()
    till.screenshots("forced_unpaid")


def test_forced_and_paid_after_all_is_like_any_payment(till, shop, simulator):
    till.sell("Espresso").choose_method(shop.card).wait_for_card()
    simulator.faults.add("*", "*", "drop_before", times=None)
    till.wait_for_status("Connection error", timeout=20_000)
    shop.reader.tap()
    till.force_done().answer("approved")
    till.wait_for_receipt()
    warning = till.page.locator(".receipt-screen .stripe_terminal_forced")
    expect(warning).to_be_visible()
    simulator.faults.clear()
    expect(warning).to_have_count(0)
    assert "unverified" not in till.receipt_text()
    assert not till.page.locator(".o_notification").count()
