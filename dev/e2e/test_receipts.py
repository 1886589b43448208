"""What customers get on paper and by mail, and what the office sees, of a card payment."""

import base64

from playwright.sync_api import expect

from harness import paths, shopfitting
from support import naming
from support.printing import keep_prints, take_print
from support.shop import Shop

FONTS = "https://fonts.odoocdn.com/"
INTERAC = "4506445006931933"
# Stripe requires the first two, and the account type, which is printed in words.
EMV = (
    "application_preferred_name",
    "dedicated_file_name",
    "authorization_code",
    "authorization_response_code",
    "application_cryptogram",
    "terminal_verification_results",
    "transaction_status_information",
)


def assert_slip(text, account, heading):
    """Assert that a text has all that the account's last charge says for receipts.

    :returns: the charge
    """
    (intent,) = account.simulator.ledger(account)["intents"]
    charge = account.charge(account.intent(intent["id"])["latest_charge"])
    card = charge["payment_method_details"]["interac_present"]
    for name in EMV:
        value = card["receipt"][name]
        if value:
            assert f": {value}" in text, (name, text)
    assert {"checking": "Account: Checking"}[card["receipt"]["account_type"]] in text
    assert {"contact_emv": "Entry: Chip"}[card["read_method"]] in text
    assert f"Interac **** {card['last4']}" in text
    assert heading in text
    return charge


def test_on_paper_by_mail_and_in_the_office(start_server, simulator, open_till, profiles):
    """In Canada, where a refused card gets a slip too; what is stored needs no Stripe."""
    server = start_server()
    account = simulator.add_account(country="CA")
    shopfitting.settle_in(server.admin, "CA", "CAD")
    shopfitting.connect_stripe(server.admin, account.secret_key)
    reader = account.add_reader(serial_number=naming.unique("STRM26100000"))
    shop = Shop(server, reader, "Halifax")

    till = open_till(shop)
    keep_prints(till)
    till.sell("Espresso", "Croissant").choose_method(shop.card).wait_for_card()
    reader.insert(card=INTERAC, decline="insufficient_funds")
    till.wait_for_status("insufficient funds")
    till.screenshot("decline_slip_offered")
    till.page.locator(".stripe_terminal_decline_slip").click()
    slip = take_print(till, "decline_slip")
    assert assert_slip(slip, account, "CARD PAYMENT - DECLINED")["status"] == "failed"
    assert "Nothing was charged" in slip

    till.retry().wait_for_card()
    expect(till.page.locator(".stripe_terminal_decline_slip")).to_have_count(0)
    reader.insert(card=INTERAC)
    till.wait_for_receipt()
    charge = assert_slip(till.receipt_text(), account, "CARD PAYMENT - APPROVED")
    assert charge["captured"] and charge["amount"] == 460
    till.screenshot("receipt_interac")
    till.page.get_by_role("button", name="Print Full Receipt").click()
    assert_slip(take_print(till, "receipt_interac_printed"), account, "APPROVED")

    till.page.locator(".send-receipt-email-input").fill("ada@example.com")
    till.page.locator(".send-receipt-email-input + div button").click()
    expect(till.page.get_by_text("Receipt sent successfully")).to_be_visible(timeout=30_000)
    # To draw the picture for the mail, core fetches all fonts that its style sheets name.
    till.tolerate(FONTS)
    till.foreign_requests[:] = [url for url in till.foreign_requests if FONTS not in url]
    (order,) = server.admin.read("pos.order", [], ["name", "payment_ids"])
    (mailed,) = server.admin.read("ir.attachment", [("name", "like", "Receipt-")], ["datas"])
    path = paths.SCREENSHOTS / "receipt_interac_mailed.jpg"
    path.write_bytes(base64.b64decode(mailed["datas"]))

    # Another till, later, and Stripe is away: all comes from what is stored.
    simulator.faults.add("*", "*", "drop_before", times=None)
    other = open_till(shop)
    keep_prints(other)
    other.page.locator(".orders-button").click()
    other.page.locator(".pos-search-bar .filter").click()
    other.page.locator(".pos-search-bar .filter ul li", has_text="Paid").click()
    other.page.locator(".ticket-screen .order-row").first.click()
    other.page.get_by_role("button", name="Print Receipt").click()
    assert_slip(take_print(other, "receipt_interac_again"), account, "APPROVED")

    page = profiles.take(server.url, server.admin.session_id).new_page()
    action = server.admin.ref("point_of_sale.action_pos_pos_form")
    page.goto(f"{server.url}/odoo/action-{action}/{order['id']}")
    page.get_by_role("tab", name="Payments").click(timeout=30_000)
    cell = page.locator(".o_field_widget[name=payment_ids] .o_data_cell[name=ticket]")
    assert_slip(cell.inner_text(), account, "APPROVED")
    till.picture_of(page, "receipt_in_the_office")
    page.context.close()
