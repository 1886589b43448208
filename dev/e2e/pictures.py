"""The manual's pictures: ``./dev/test tours dev/e2e/pictures.py`` makes them anew."""

import base64

from PIL import Image
from playwright.sync_api import expect

from harness import paths, shopfitting
from support import naming
from support.kiosk import Kiosk, KioskShop

PICTURES = paths.ROOT / "docs" / "pictures"
STORE = paths.ROOT / "static" / "description"
# What the store page shows of them.
IN_STORE = {
    *("till_waiting", "till_receipt", "till_declined", "till_connection_error"),
    *("settings", "diagnosis"),
}
COVER = {"width": 560, "height": 280}
COVER_PAGE = """
    <body style="margin: 0; height: 280px; display: flex; align-items: center; gap: 32px;
                 padding: 0 40px; font-family: sans-serif; color: white; background: #4b3f72">
        <img src="data:image/png;base64,%s" width="128" height="128" alt="">
        <div>
            <div style="font-size: 34px; font-weight: bold">Stripe Terminal</div>
            <div style="font-size: 22px">for Odoo's Point of Sale</div>
            <div style="font-size: 16px; margin-top: 16px">
                Nobody is charged twice.<br>No sale is lost.
            </div>
        </div>
    </body>
"""
# A kiosk's portrait screen, small enough for a page of text (pixels).
PORTRAIT = {"width": 480, "height": 760}


def picture(page, name):
    """Save what a page shows as a picture of the manual."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.wait_for_timeout(400)  # milliseconds, for what still moves
    style = ".o_notification { display: none }"
    page.screenshot(path=PICTURES / f"{name}.png", style=style)
    if name in IN_STORE:
        # The archive carries them: a palette takes less than half.
        full = Image.open(PICTURES / f"{name}.png").convert("RGB")
        full.quantize(dither=Image.Dither.NONE).save(STORE / f"{name}.png", optimize=True)


def test_the_cover(profiles, simulator):
    icon = base64.b64encode((STORE / "icon.png").read_bytes()).decode()
    profile = profiles.take(simulator.url, "")
    page = profile.new_page()
    page.set_viewport_size(COVER)
    page.set_content(COVER_PAGE % icon)
    page.screenshot(path=STORE / "banner.png")
    profile.close()


def test_the_till_and_the_reader(till, shop, simulator, profiles):
    profile = profiles.take(simulator.url, "")
    reader = profile.new_page()
    reader.goto(f"{simulator.url}/reader/{shop.reader.id}")
    till.sell("Cappuccino", "Croissant").choose_method(shop.card)
    till.wait_for_status("Waiting for card")
    picture(till.page, "till_waiting")
    picture(reader, "reader_waiting")
    shop.reader.decline("insufficient_funds")
    till.wait_for_status("insufficient funds")
    picture(till.page, "till_declined")
    till.retry()
    till.wait_for_status("Waiting for card")
    shop.reader.tap()
    expect(reader.locator("body[data-state=approved]")).to_be_visible()
    picture(reader, "reader_approved")
    till.wait_for_receipt()
    picture(till.page, "till_receipt")
    profile.close()


def test_a_connection_error(till, shop, simulator):
    till.sell("Cappuccino").choose_method(shop.card)
    till.wait_for_status("Waiting for card")
    simulator.faults.add("*", "*", "drop_before", times=None)
    till.wait_for_status("Connection error", timeout=20_000)
    picture(till.page, "till_connection_error")
    simulator.faults.clear()


def test_the_screens_of_the_office(shop, profiles):
    admin = shop.server.admin
    profile = profiles.take(shop.server.url, admin.session_id)
    page = profile.new_page()
    action = admin.ref("point_of_sale.action_pos_payment_method_form")
    page.goto(f"{shop.server.url}/odoo/action-{action}/{shop.register.card_method_id}")
    expect(page.get_by_text("Last seen by Stripe")).to_be_visible(timeout=30_000)
    picture(page, "payment_method")
    profile.close()


def test_the_set_up(shop, open_office):
    admin = shop.server.admin
    office = open_office(shop.server)
    (provider,) = admin.search("payment.provider", [("code", "=", "stripe")])
    office.open("payment.action_payment_provider", provider)
    office.page.get_by_role("button", name="Check the key").click()
    accepted = office.page.locator("[name=stripe_terminal_account_success]")
    expect(accepted).to_be_visible(timeout=30_000)
    picture(office.page, "key")
    office.open("pos_payment_stripe.pos_stripe_reader_action")
    office.press("Refresh from Stripe")
    expect(office.page.locator(".o_data_row").first).to_be_visible(timeout=30_000)
    office.press("Pair a Reader")
    expect(office.page.locator(".modal img")).to_be_visible(timeout=30_000)
    picture(office.page, "pairing")
    office.open_settings()
    picture(office.page, "settings")


def test_the_test_of_a_terminal(odoo_server, simulator, open_office):
    serial = naming.unique("SIM26100000")
    simulator.account.add_reader(serial, label="Counter", device_type="simulated_wisepos_e")
    name = naming.unique("Coffee bar ")
    register = shopfitting.open_register(odoo_server.admin, name, reader_serial=serial)
    office = open_office(odoo_server)
    office.open("point_of_sale.action_pos_payment_method_form", register.card_method_id)
    office.press("Test this terminal")
    expect(office.page.get_by_text("This terminal works.")).to_be_visible(timeout=60_000)
    picture(office.page, "diagnosis")


def test_the_journal(till, shop, profiles):
    till.sell("Cappuccino").choose_method(shop.card)
    till.wait_for_status("Waiting for card")
    shop.reader.tap()
    till.wait_for_receipt()
    admin = shop.server.admin
    profile = profiles.take(shop.server.url, admin.session_id)
    page = profile.new_page()
    action = admin.ref("pos_payment_stripe.pos_stripe_payment_action")
    page.goto(f"{shop.server.url}/odoo/action-{action}/{shop.journal()[0]['id']}")
    expect(page.locator(".o_form_view .o_data_row").first).to_be_visible(timeout=30_000)
    picture(page, "payment_journal")
    profile.close()


def test_the_kiosk(kiosk_server, simulator, profiles):
    serial = naming.unique("STRM26100000")
    shop = KioskShop(kiosk_server, simulator.account.add_reader(serial, label="Kiosk"))
    profile = profiles.take(simulator.url, "")
    reader = profile.new_page()
    reader.set_viewport_size(PORTRAIT)
    reader.goto(f"{simulator.url}/reader/{shop.reader.id}")
    kiosk = Kiosk(profiles.chromium, shop, PORTRAIT).open()
    kiosk.order("Cheesecake").wait_for("waiting", "card reader")
    shop.wait_for_reader("amount")
    picture(kiosk.page, "kiosk_waiting")
    picture(reader, "kiosk_reader")
    shop.reader.decline("insufficient_funds")
    kiosk.wait_for("again", "The card was declined")
    picture(kiosk.page, "kiosk_declined")
    kiosk.press("Retry").wait_for("waiting")
    shop.wait_for_reader("amount")
    shop.reader.tap()
    kiosk.wait_until_paid()
    picture(kiosk.page, "kiosk_paid")
    kiosk.close()
    profile.close()
