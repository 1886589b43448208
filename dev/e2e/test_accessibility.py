"""People who do not see well, or use no mouse, find, read and reach all that is ours."""

from playwright.sync_api import expect

from harness import shopfitting
from support import naming
from support.accessibility import DIALOG, Looks, press
from support.adopting import leave_as_core, open_adoption
from support.audit import audit
from support.closing import open_closing, wait_for_comparison
from support.counter import Counter
from support.kiosk import Kiosk, KioskShop
from support.refunding import choose_card, refund, refund_order
from support.till import GONE

STATUS = ".stripe_terminal_status"
SPLIT = ".stripe_terminal_split"


def test_a_payment_in_each_state(till, shop, simulator):
    looks = Looks(till.page)
    display = Looks(till.page.context.new_page())
    device = till.page.evaluate("localStorage.getItem('device_uuid')")
    display.page.goto(f"{shop.server.url}/pos_customer_display/{shop.config_id}/{device}")
    till.sell("Espresso", "Croissant")
    till.page.locator(SPLIT).click()
    looks.at("split", DIALOG)
    till.dialog.locator(".stripe_terminal_parts button").first.click()
    looks.at("part", SPLIT, ".paymentmethod")
    till.choose_method(shop.card).wait_for_card()
    looks.at("waiting", STATUS)
    display.at("display_waiting", ".stripe_terminal_told")
    shop.reader.decline("insufficient_funds")
    till.wait_for_status("insufficient funds")
    looks.at("declined", STATUS)
    display.at("display_declined", ".stripe_terminal_told.text-bg-danger")
    display.find_nothing()
    display.page.close()
    till.retry().wait_for_card()
    shop.reader.tap()
    expect(till.page.locator(".stripe_terminal_card")).to_be_visible()
    till.wait_for_card()
    looks.at("second_part", STATUS, ".stripe_terminal_card", SPLIT)
    simulator.faults.add("*", "*", "drop_before", times=None)
    till.wait_for_status("Connection error")
    looks.at("unknown", STATUS)
    till.force_done()
    expect(till.dialog).to_contain_text("approved")
    looks.at("force_done", DIALOG)
    till.answer("approved")
    till.wait_for_receipt()
    looks.at("forced", ".stripe_terminal_forced", ".pos-receipt .paymentlines")
    simulator.faults.clear()
    shop.reader.customer_cancel()
    shop.settle()
    till.next_order()
    open_closing(till)
    wait_for_comparison(till, "differs")
    looks.at("closing", ".stripe-comparison")
    looks.find_nothing()


def test_refunds_and_payments_of_others(make_shop, open_till):
    bar = make_shop("Bar")
    terrace = make_shop("Terrace", card=False, more_methods=[bar.register.card_method_id])
    gone, till = open_till(bar), open_till(terrace)
    looks = Looks(till.page)
    gone.sell("Espresso", "Croissant").pay_part_by_card("2")
    counter = Counter(bar)
    line = counter.line()
    counter.send(line)
    counter.wait_for(line, "collecting")
    till.sell("Cappuccino")
    notice = till.page.locator(".stripe_terminal_in_progress").first
    expect(notice).to_be_visible(timeout=GONE)
    till.choose_method(bar.card).wait_for_status(bar.name)
    looks.at("in_progress", ".stripe_terminal_in_progress", STATUS)
    till.page.locator(".stripe_terminal_take_over").click()
    looks.at("take_over", DIALOG)
    till.page.keyboard.press("Escape")
    counter.cancel(line)
    gone.crash()
    expect(till.page.locator(".stripe_terminal_unattached")).to_be_visible(timeout=GONE)
    looks.at("unattached", ".stripe_terminal_unattached")
    counter.wait_for(line, "canceled")
    till.retry().wait_for_status("Waiting for card")
    bar.wait_for_reader("amount")
    bar.reader.tap()
    till.wait_for_receipt()
    till.next_order().add_product("Espresso")
    for key in ("1", "+/-"):
        till.page.locator(".product-screen .numpad").get_by_text(key, exact=True).click()
    expect(till.page.locator(".order-summary")).to_contain_text("-2.40")
    till.go_to_payment().choose_method(bar.card)
    expect(till.dialog.locator(".stripe_terminal_refund_choice").first).to_be_visible()
    looks.at("refund_choice", DIALOG)
    till.dialog.locator(".stripe_terminal_refund_choice:enabled").first.click()
    looks.at("return", ".stripe_terminal_refunded_card", STATUS)
    refund(till).wait_for_receipt().next_order()
    refund_order(till, {"Cappuccino": 1}, total="3.60")
    choose_card(till, bar, "-1.20")  # the return took the rest
    looks.at("refund", ".stripe_terminal_refunded_card", ".send_refund_request")
    press(till.page.locator(".send_refund_request"), "Enter")
    till.wait_for_status("Refund Successful")
    looks.find_nothing()


def test_the_kiosk(kiosk_server, simulator, profiles):
    reader = simulator.account.add_reader(serial_number=naming.unique("STRM26100000"))
    shop = KioskShop(kiosk_server, reader)
    kiosk = Kiosk(profiles.chromium, shop).open()
    looks = Looks(kiosk.page)
    kiosk.order("Cheesecake").wait_for("waiting")
    shop.wait_for_reader("amount")
    looks.at("kiosk_waiting", ".stripe_kiosk_payment", ".stripe_kiosk_cancel")
    shop.reader.decline("insufficient_funds")
    kiosk.wait_for("again")
    looks.at("kiosk_declined", ".stripe_kiosk_payment", ".o_self_footer")
    kiosk.page.locator(".o_self_footer .btn-primary").click()
    kiosk.wait_for("waiting")
    shop.wait_for_reader("amount")
    admin = shop.server.admin
    (order,) = admin.search("pos.order", [("session_id", "=", shop.session_id)])
    admin.write("pos.order", order, amount_total=9.0)
    shop.reader.tap()
    kiosk.wait_for("help")
    looks.at("kiosk_help", ".stripe_kiosk_payment", ".o_self_footer")
    kiosk.page.locator(".o_self_footer .btn-primary").click()
    kiosk.order("Cheesecake").wait_for("waiting")
    shop.wait_for_reader("amount")
    shop.reader.tap()
    kiosk.wait_until_paid()
    kiosk.close()
    looks.find_nothing()


def test_the_office(odoo_server, simulator, open_office):
    serial = naming.unique("SIM26100000")
    reader = simulator.account.add_reader(serial, device_type="simulated_wisepos_e")
    register = shopfitting.open_register(
        odoo_server.admin, naming.unique("Office "), reader_serial=serial
    )
    office = open_office(odoo_server)
    looks = Looks(office.page)
    look_at_readers(office, looks)
    look_at_the_method(office, looks, register, reader)
    page = office.page
    page.goto(f"{odoo_server.url}/odoo/stripe-reader-help")
    expect(page.locator(".o_stripe_reader_help article")).to_be_visible(timeout=30_000)
    looks.at("help", ".o_stripe_reader_help article", ".o_stripe_reader_help button")
    (provider,) = odoo_server.admin.search("payment.provider", [("code", "=", "stripe")])
    office.open("payment.action_payment_provider", provider)
    page.locator("button[name=action_stripe_terminal_check_account]").click()
    expect(page.locator("[name=stripe_terminal_account_success]")).to_be_visible(timeout=30_000)
    looks.at("provider", ".o_form_view")
    office.open_settings()
    looks.at("settings", "#stripe_terminal_setting", "#stripe_refund_pin_setting")
    office.open("pos_payment_stripe.pos_stripe_health_action")
    expect(page.locator(".modal .alert").locator("visible=true")).to_be_visible(timeout=30_000)
    looks.at("health", DIALOG)
    looks.find_nothing()


def look_at_readers(office, looks):
    page = office.page
    office.open("pos_payment_stripe.pos_stripe_reader_action")
    page.locator("button[name=action_stripe_refresh]").click()
    expect(page.locator(".o_data_row").first).to_be_visible(timeout=30_000)
    looks.at("readers", ".o_list_renderer", ".o_control_panel_main_buttons")
    page.locator("button[name=action_stripe_pair]").click()
    expect(page.locator(".modal img")).to_be_visible(timeout=30_000)
    looks.at("pairing", DIALOG)
    page.keyboard.press("Escape")
    page.locator(".o_data_row .o_data_cell").first.click()
    expect(page.locator(".o_form_view")).to_be_visible(timeout=30_000)
    looks.at("reader", ".o_form_view")
    office.open("pos_payment_stripe.pos_stripe_location_action")
    page.locator(".o_data_row .o_data_cell").first.click()
    expect(page.locator(".o_form_view")).to_be_visible(timeout=30_000)
    looks.at("location", ".o_form_view")
    page.locator("button[name=action_stripe_tips]").click()
    expect(page.locator(".modal [name=kind]")).to_be_visible(timeout=30_000)
    looks.at("tips", DIALOG)


def look_at_the_method(office, looks, register, reader):
    page = office.page
    office.open("point_of_sale.action_pos_payment_method_form", register.card_method_id)
    expect(page.locator(".o_stripe_terminal_check .flex-grow-1")).to_be_visible(timeout=30_000)
    looks.at("method", ".o_field_widget[name^=stripe_]", "[name=stripe_terminal_connect]")
    page.locator("button[name=action_stripe_diagnosis]").click()
    expect(page.locator(".modal .alert-success")).to_be_visible(timeout=60_000)
    looks.at("test_good", DIALOG)
    reader.go_offline()
    page.locator(".modal footer .btn-secondary").click()
    expect(page.locator("[data-state=failed]")).to_be_visible(timeout=30_000)
    expect(page.locator(".modal footer .btn-secondary")).to_be_enabled()
    looks.at("test_failed", DIALOG)


def test_the_journal(till, shop, simulator, open_office):
    till.sell("Espresso").choose_method(shop.card).wait_for_card()
    simulator.faults.add("*", "*", "drop_before", times=None)
    till.wait_for_status("Connection error")
    till.force_done().answer("approved").wait_for_receipt()
    shop.reader.customer_cancel()
    simulator.faults.clear()
    shop.settle()
    till.next_order().sell("Espresso").choose_method(shop.card).wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt()
    shop.settle()
    office = open_office(shop.server)
    page = office.page
    looks = Looks(office.page)
    office.open("pos_payment_stripe.pos_stripe_payment_action")
    expect(page.locator("tr.o_data_row").first).to_be_visible(timeout=30_000)
    looks.at("journal_list", ".o_list_renderer")
    for row in shop.journal():
        office.open("pos_payment_stripe.pos_stripe_payment_action", row["id"])
        expect(page.locator(".o_form_view .o_data_row").first).to_be_visible(timeout=30_000)
        looks.at(f"journal_{row['state']}", ".o_form_view")
    orders = shop.orders(("id",))
    office.open("point_of_sale.action_pos_pos_form", orders[0]["id"])
    expect(page.locator(".o_form_view")).to_be_visible(timeout=30_000)
    page.get_by_role("tab", name="Payments").click()
    looks.at("order", "[name=payment_ids]", ".o_form_view .alert-danger")
    open_adoption(office, leave_as_core(shop))
    looks.at("adoption", DIALOG)
    looks.find_nothing()


def test_the_keyboard_alone(till, shop, simulator):
    page = till.page
    product = page.locator("article.product", has_text="Espresso")
    payment = page.locator(".product-screen .pay-order-button")
    method = till.method(shop.card)
    next_order = page.locator(".receipt-screen .button.next[name=done]")

    press(product, is_ours=False)
    press(payment, "Enter", is_ours=False)
    press(method)
    till.wait_for_card()
    press(page.locator(f"{STATUS} .send_payment_cancel"), "Enter")
    till.wait_for_status("canceled")
    press(page.locator(f"{STATUS} .send_payment_request"), "Enter")
    till.wait_for_card()
    till.screenshot("keyboard_retried")
    shop.reader.tap()
    till.wait_for_receipt()
    press(next_order, "Enter", is_ours=False)

    press(product, is_ours=False)
    press(payment, is_ours=False)
    press(method)
    till.wait_for_card()
    outage = simulator.faults.add("*", "*", "drop_before", times=None)
    till.wait_for_status("Connection error")
    shop.reader.tap()
    press(page.locator(f"{STATUS} .send_force_done"))
    till.screenshot("keyboard_forced")
    press(till.dialog.locator("footer .btn-primary"), "Enter", is_ours=False)
    till.wait_for_receipt()
    simulator.faults.remove(outage)
    shop.settle()
    press(next_order, is_ours=False)

    press(product, is_ours=False)
    for key in "1-":
        page.keyboard.press(key)
        # The numpad takes quick presses for a barcode scanner's.
        page.wait_for_timeout(150)
    press(payment, is_ours=False)
    press(method)
    choice = till.dialog.locator(".stripe_terminal_refund_choice:enabled").first
    expect(choice).to_be_visible()
    till.screenshot("keyboard_refund_choice")
    press(choice, "Enter")
    press(page.locator(f"{STATUS} .send_payment_request"), "Enter")
    till.wait_for_receipt()
    audit(shop)
