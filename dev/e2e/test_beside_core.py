"""Core's ``pos_stripe`` and this addon in one database: each takes its own payments."""

from playwright.sync_api import expect

from support import core_script
from support.audit import audit
from support.till import Till

CORE = "Card (core)"


def test_both_can_be_installed_and_used(start_server, make_shop, profiles):
    server = start_server(modules=("pos_stripe",))
    core = server.admin.create(
        "pos.payment.method",
        name=CORE,
        payment_method_type="terminal",
        use_payment_terminal="stripe",
        stripe_serial_number="CORE-1",
        journal_id=server.admin.search("account.journal", [("type", "=", "bank")], limit=1)[0],
    )
    selection = dict(
        server.admin.call("pos.payment.method", "fields_get", ["use_payment_terminal"])[
            "use_payment_terminal"
        ]["selection"]
    )
    assert selection["stripe"] != selection["stripe_terminal"]

    shop = make_shop(server=server, more_methods=[core])
    till = Till(profiles, shop)
    core_script.serve(till)
    till.open().sell("Espresso").choose_method(shop.card)
    till.wait_for_status("Waiting for card")
    shop.reader.tap()
    till.wait_for_receipt()
    audit(shop)

    # Core's line goes core's way: its own error, its own words, its own buttons.
    till.next_order().sell("Espresso").choose_method(CORE)
    expect(till.dialog).to_contain_text("Reader in use elsewhere")
    till.dialog.get_by_role("button").last.click()
    till.wait_for_status("Transaction cancelled")
    till.delete_line().choose_method(shop.cash).validate()
    assert [row["state"] for row in shop.journal()] == ["paid"]
    assert set(till.foreign_requests) == {core_script.ADDRESS}
    till.close()
