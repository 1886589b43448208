"""What Stripe said stands, and is shown, while Odoo's own records refuse it."""

from playwright.sync_api import expect

from support.audit import audit
from support.closing import open_closing, wait_for_comparison
from support.refusing import refusing


def locked_payments(shop):
    """Have the database refuse to change the session's payments."""
    of_session = f"NEW.session_id = {int(shop.session_id)}"
    return refusing(shop, "UPDATE ON pos_payment", of_session, "The books are locked")


def test_odoo_could_not_record_it(till, shop, simulator, open_office):
    till.sell("Espresso").choose_method(shop.card).wait_for_card()
    simulator.faults.add("*", "*", "drop_before", times=None)
    till.wait_for_status("Connection error", timeout=20_000)
    till.force_done().answer("approved")
    till.wait_for_receipt()
    till.next_order()
    with locked_payments(shop):
        simulator.faults.clear()
        shop.reader.tap()
        shop.settle()
        (row,) = shop.journal(("state", "carry_tries"))
        assert row["state"] == "paid"
        open_closing(till)
        box = wait_for_comparison(till, "differs")
        expect(box).to_contain_text("Odoo could not record it because")
        till.screenshot("unrecorded_closing")
        office = open_office(shop.server)
        office.open("pos_payment_stripe.pos_stripe_payment_action", row["id"])
        alert = office.page.locator(".alert-danger", has_text="could not record")
        expect(alert).to_contain_text("Stripe took it")
        office.picture("unrecorded_form")
        office.press("Try Again")
        office.page.wait_for_timeout(500)
        expect(alert).to_be_visible()
    office.press("Try Again")
    expect(alert).to_be_hidden()
    office.picture("unrecorded_mended")
    (payment,) = shop.server.admin.read(
        "pos.payment",
        [("session_id", "=", shop.session_id)],
        ["card_no", "stripe_unverified"],
    )
    assert (payment["card_no"], payment["stripe_unverified"]) == ("4242", False)
    audit(shop)
