"""Installed, upgraded and uninstalled under registers that are open and have sold."""

import pytest
from playwright.sync_api import expect

from harness import paths
from support import naming
from support.audit import audit, intents
from support.closing import confirm_closing, open_closing, popup, wait_until_closed
from support.counter import Counter
from support.kiosk import Kiosk, KioskShop
from support.shop import Shop

# Odoo installs and uninstalls nothing while a scheduled action runs.
NO_CRON = {"max_cron_threads": 0}
ADDON = "pos_payment_stripe"
# A till hears errors while Odoo loads its modules anew, and until it is reloaded itself.
MEANWHILE = r"Failed to load resource|WebSocket|RPC_ERROR|XmlHttpRequestError|Connection"
LOADING = 60_000


# Odoo loads all modules anew three times, and each time a till takes its scripts anew.
@pytest.mark.timeout(400)
def test_installed_upgraded_and_uninstalled(start_server, make_shop, open_till, simulator):
    server = start_server(addon=False, options=NO_CRON)
    old_shop = make_shop(server=server, card=False)
    old_till = open_till(old_shop).tolerate(MEANWHILE)
    old_till.sell("Espresso").validate().next_order()

    change(server, "install")
    old_till.reload().sell("Espresso").validate()
    assert [order["state"] for order in old_shop.orders()] == ["paid", "paid"]

    shop = make_shop(server=server)
    till = open_till(shop).tolerate(MEANWHILE)
    till.sell("Espresso").choose_method(shop.card).wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt().next_order()
    till.sell("Croissant").choose_method(shop.card).wait_for_card()

    change(server, "upgrade")
    till.reload().wait_for_card(timeout=LOADING)
    shop.reader.tap()
    till.wait_for_receipt(timeout=LOADING)
    audit(shop)
    till.next_order()

    counter = Counter(make_shop(server=server))
    line = counter.line()
    simulator.faults.add("*", "*", "drop_before", times=None)
    counter.send(line)
    counter.wait_for(line, "unknown")
    simulator.faults.clear()
    till.sell("Cheesecake").choose_method(shop.card).wait_for_card()
    before = history(shop)
    assert [payment["card_no"] for payment in before[:2]] == ["4242", "4242"]

    change(server, "uninstall")
    # The card that is waited for is not charged any more, and can be paid in another way.
    assert shop.reader.screen["state"] != "amount"
    assert {intent["status"] for intent in intents(shop)} == {"succeeded", "canceled"}
    # The till hears no more; what it had is in its browser only.
    till.wait_for_status("Connection error", timeout=LOADING)
    till.page.wait_for_timeout(1000)  # milliseconds, in which the browser keeps that
    till.reload()
    expect(till.payment_screen).to_be_visible()
    till.delete_line()
    till.choose_method(shop.cash).validate().next_order()
    till.sell("Espresso").choose_method(shop.cash).validate().next_order()
    assert history(shop)[:2] == before[:2]
    open_closing(till)
    popup(till).locator(".fa-clone").first.click()
    confirm_closing(till)
    wait_until_closed(shop, till)
    assert leftovers(server) == []
    server.admin.post("/mail/data", fetch_params=["systray_get_activities"])


# Odoo loads all modules anew twice.
@pytest.mark.timeout(400)
def test_the_kiosks_addon_under_an_open_kiosk(start_server, simulator, profiles, open_till):
    server = start_server(modules=[paths.KIOSK_ADDON], options=NO_CRON)
    reader = simulator.account.add_reader(serial_number=naming.unique("STRM26100000"))
    shop = KioskShop(server, reader)
    kiosk = Kiosk(profiles.chromium, shop).open()
    kiosk.order("Cheesecake").wait_for("waiting")
    shop.wait_for_reader("amount")

    change(server, "uninstall", paths.KIOSK_ADDON)
    shop.wait_for_reader("cancelled")
    shop.settle()
    assert [row["state"] for row in shop.journal()] == ["canceled"]
    assert session_state(shop) == "opened"
    kiosk.crash()
    kiosk.reopen()
    # The reader is free for a till.
    till_shop = Shop(server, reader)
    till = open_till(till_shop).tolerate(MEANWHILE)
    till.sell("Espresso").choose_method(till_shop.card).wait_for_card()
    reader.tap()
    till.wait_for_receipt()

    change(server, "install", paths.KIOSK_ADDON)
    kiosk.crash()
    kiosk.reopen().order("Cheesecake").wait_for("waiting")
    shop.wait_for_reader("amount")
    reader.tap()
    kiosk.wait_until_paid()
    assert session_state(shop) == "opened"
    audit(shop)
    audit(till_shop)
    kiosk.close()


def session_state(shop):
    """Return the state of a shop's `pos.session`."""
    admin = shop.server.admin
    (session,) = admin.read("pos.session", [("id", "=", shop.session_id)], ["state"])
    return session["state"]


def change(server, verb, addon=ADDON):
    """Install, upgrade or uninstall an addon as Odoo's Apps do."""
    admin = server.admin
    admin.timeout = LOADING / 1000
    module = admin.search("ir.module.module", [("name", "=", addon)])
    admin.call("ir.module.module", f"button_immediate_{verb}", module)
    (module,) = admin.read("ir.module.module", [("name", "=", addon)], ["state"])
    assert module["state"] == ("uninstalled" if verb == "uninstall" else "installed")


def history(shop):
    """Return what Odoo itself keeps of the register's card payments, oldest first."""
    fields = ("amount", "transaction_id", "card_brand", "card_no", "payment_method_authcode")
    payments = shop.payments((*fields, "payment_method_id", "pos_order_id"))
    # Not by terminal, which a method has no more when the addon is gone.
    card = shop.register.card_method_id
    return [payment for payment in payments if payment["payment_method_id"][0] == card]


def leftovers(server):
    """Return what of the addon is still in the database and could be in somebody's way."""
    admin = server.admin
    found = admin.read("ir.model.data", [("module", "=", ADDON)], ["name"])
    for model, field in (
        ("ir.cron", "name"),
        ("ir.actions.server", "code"),
        ("ir.actions.act_window", "res_model"),
        ("ir.ui.menu", "name"),
        ("ir.ui.view", "arch_db"),
        ("ir.model.fields", "name"),
        ("ir.model", "model"),
        ("ir.rule", "name"),
    ):
        for word in ("stripe.terminal", "Stripe Terminal", "stripe_terminal", "pos.stripe."):
            found += admin.read(model, [(field, "ilike", word)], [field])
    found += admin.read("mail.activity", [("res_model", "=", "pos.order")], ["summary"])
    found += admin.read("pos.payment.method", [("payment_method_type", "=", "terminal")], ["name"])
    found += admin.read(
        "ir.model", [("model", "=", "pos.order"), ("is_mail_activity", "=", True)], []
    )
    return found
