"""Where employees log in at the till, rights are theirs, and their PINs prove who they are."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect

from harness.rpc import OdooError
from support.audit import audit, intents
from support.closing import confirm_closing, open_closing, wait_for_comparison, wait_until_closed
from support.counter import Counter
from support.refunding import choose_card, refund, refund_order

ADA, BO = ("Ada Advanced", "0123"), ("Bo Basic", "4567")
NORA = "Nora Nopin"
UNKNOWN = "Connection error"


@pytest.fixture(scope="session")
def staff(crowded):
    """A server where employees log in, and the ids of its employees by name."""
    server = crowded
    pins = {**dict([ADA, BO]), NORA: False}
    return server, {
        name: server.admin.create("hr.employee", name=name, pin=pin) for name, pin in pins.items()
    }


@pytest.fixture
def staffed_shop(staff, make_shop):
    """A register where Bo has basic rights, Ada and Nora have advanced ones."""
    server, employees = staff
    server.sql("DELETE FROM pos_stripe_pin_guard")
    advanced = [employees[ADA[0]], employees[NORA]]

    def make(**options):
        return make_shop(
            server=server,
            module_pos_hr=True,
            basic_employee_ids=[(6, 0, [employees[BO[0]]])],
            advanced_employee_ids=[(6, 0, advanced)],
            **options,
        )

    return make


def unknown_line(shop, simulator):
    """Return a counter of the shop, and a line of which Stripe says nothing any more."""
    counter = Counter(shop)
    simulator.faults.add("*", "*", "drop_before", times=None)
    line = counter.line()
    counter.send(line)
    counter.wait_for(line, "unknown")
    return counter, line


def to_connection_error(till, shop, simulator):
    """Let a till wait for a payment of which Stripe says nothing any more."""
    till.sell("Espresso").choose_method(shop.card).wait_for_card()
    simulator.faults.add("*", "*", "drop_before", times=None)
    till.wait_for_status(UNKNOWN)


def close(till):
    """Press “Ok” of a till's dialog."""
    till.answer("Ok")
    expect(till.page.locator(".modal:visible")).to_have_count(0)


def test_only_advanced_rights_may_force(staff, staffed_shop, simulator):
    shop, (_server, employees) = staffed_shop(), staff
    counter, line = unknown_line(shop, simulator)
    for employee in (None, employees[BO[0]]):
        with pytest.raises(OdooError, match="advanced rights"):
            counter.force_done(line, employee, BO[1])
    counter.force_done(line, employees[NORA])
    (row,) = shop.journal(("forced_by", "unverified"))
    assert (row["forced_by"], row["unverified"]) == (f"{NORA} (as the till says)", True)


def test_a_pin_cannot_be_found_by_trying(staff, staffed_shop, simulator):
    """Each wrong PIN rolls its request back, and counts all the same; many at once gain nothing."""
    shop, (server, employees) = staffed_shop(), staff
    counter, line = unknown_line(shop, simulator)

    def guess(number):
        rival = Counter(shop)
        try:
            rival.force_done(line, employees[ADA[0]], f"{number:04}")
        except OdooError as error:
            return str(error)
        return "done"

    with ThreadPoolExecutor(8) as crowd:
        said = list(crowd.map(guess, range(200, 232)))
    assert "done" not in said
    assert len([text for text in said if "is wrong" in text]) <= 4
    assert guess(int(ADA[1])).startswith("Too many wrong PINs")
    assert not any(row["forced_at"] for row in shop.journal(("forced_at",)))
    server.sql("DELETE FROM pos_stripe_pin_guard")
    counter.force_done(line, employees[ADA[0]], ADA[1])
    assert [row["forced_by"] for row in shop.journal(("forced_by",))] == [ADA[0]]
    assert ADA[1] not in {word.strip("'\",:;()") for word in server.log().split()}


def test_pin_at_force_done(staffed_shop, open_till, simulator):
    shop = staffed_shop()
    till = open_till(shop, employee=ADA)
    to_connection_error(till, shop, simulator)
    till.force_done().answer("approved")
    expect(till.dialog).to_contain_text(f"PIN of {ADA[0]}")
    till.screenshot("pin_at_force_done")
    till.enter_pin("3210")
    expect(till.dialog).to_contain_text(f"The PIN of {ADA[0]} is wrong.")
    till.screenshot("pin_wrong")
    close(till)
    till.wait_for_status(UNKNOWN)
    assert [row["forced_at"] for row in shop.journal(("forced_at",))] == [False]
    for wrong in range(4):
        till.force_done().answer("approved")
        till.enter_pin("3210")
        if wrong < 3:
            close(till)
    expect(till.dialog).to_contain_text("No PIN is accepted for 5 minutes.")
    till.screenshot("pin_rate_limited")
    close(till)
    shop.server.sql("DELETE FROM pos_stripe_pin_guard")
    till.force_done().answer("approved")
    till.enter_pin(ADA[1])
    till.wait_for_receipt()
    (row,) = shop.journal(("forced_by", "unverified"))
    assert (row["forced_by"], row["unverified"]) == (ADA[0], True)


def test_forced_while_odoo_is_away(staffed_shop, open_till):
    """The till checks the PIN as pos_hr does, keeps none, and Odoo takes it for the till's word."""
    shop = staffed_shop()
    till = open_till(shop, employee=ADA)
    till.sell("Espresso").choose_method(shop.card).wait_for_card()
    shop.simulator.faults.add("*", "*", "drop_before", times=None)
    till.go_offline().tolerate("net::ERR_FAILED").tolerate("ConnectionLostError")
    till.wait_for_status(UNKNOWN)
    till.force_done().answer("approved")
    till.enter_pin("3210")
    expect(till.dialog).to_contain_text("is wrong")
    close(till)
    till.wait_for_status(UNKNOWN)
    till.force_done().answer("approved")
    till.enter_pin(ADA[1])
    till.wait_for_receipt()
    Counter(shop).wait_for({"line_uuid": shop.journal(("line_uuid",))[0]["line_uuid"]}, "unknown")
    till.go_online()
    till.wait_until(lambda: shop.journal(("forced_by",))[0]["forced_by"])
    assert shop.journal(("forced_by",))[0]["forced_by"] == f"{ADA[0]} (as the till says)"
    shop.simulator.faults.clear()


def test_pin_at_closing_with_a_difference(staffed_shop, open_till, simulator):
    shop = staffed_shop()
    till = open_till(shop, employee=ADA)
    to_connection_error(till, shop, simulator)
    till.force_done().answer("approved")
    till.enter_pin(ADA[1])
    till.wait_for_receipt().next_order()
    open_closing(till)
    wait_for_comparison(till, "differs", timeout=40_000)
    confirm_closing(till)
    till.answer("Close all the same")
    till.enter_pin("3210")
    expect(till.dialog).to_contain_text("The register stays open")
    till.screenshot("pin_wrong_at_closing")
    till.answer("Ok")
    confirm_closing(till)
    till.answer("Close all the same")
    expect(till.dialog).to_contain_text(f"PIN of {ADA[0]}")
    till.screenshot("pin_at_closing")
    till.enter_pin(ADA[1])
    wait_until_closed(shop, till)
    domain = [("model", "=", "pos.session"), ("res_id", "=", shop.session_id)]
    bodies = shop.server.admin.read("mail.message", domain, ["body"])
    (note,) = (row["body"] for row in bodies if "differs from Stripe" in row["body"])
    assert f"{ADA[0]} closed" in note
    assert ADA[1] not in note


def test_a_refund_needs_a_managers_pin(staff, staffed_shop, open_till):
    shop, (server, employees) = staffed_shop(stripe_refund_pin=True), staff
    extra = server.admin.create("hr.employee", name="Mia Manager", pin="8888")
    server.admin.write("pos.config", shop.config_id, advanced_employee_ids=[(4, extra)])
    till = open_till(shop, employee=BO)
    till.sell("Espresso", "Croissant").choose_method(shop.card).wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt().next_order()
    refund_order(till, {"Espresso": 1})
    choose_card(till, shop, "-2.40")
    refund(till)
    expect(till.dialog).to_contain_text("Who approves this refund?")
    expect(till.dialog.locator(".selection-item")).to_have_count(2)  # Nora has no PIN
    till.screenshot("refund_approvers")
    till.dialog.locator(".selection-item", has_text=ADA[0]).click()
    till.enter_pin("3210")
    till.wait_for_status(f"The PIN of {ADA[0]} is wrong.")
    till.screenshot("refund_wrong_pin")
    assert [intent["refunded"] for intent in intents(shop)] == [0]
    refund(till)
    till.dialog.locator(".selection-item", has_text=ADA[0]).click()
    till.screenshot("refund_pin")
    till.enter_pin(ADA[1])
    till.wait_for_receipt()
    assert [intent["refunded"] for intent in intents(shop)] == [240]
    row = shop.journal(("approved_by", "approved_minor", "kind"))[-1]
    assert (row["approved_by"], row["approved_minor"]) == (ADA[0], 240)
    kept = till.page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    assert f'"{ADA[1]}"' not in kept
    # Whoever asks without the page is refused as well.
    counter = Counter(shop)
    (sale,) = [payment for payment in shop.payments(("uuid", "amount")) if payment["amount"] > 0]
    line = {**counter.line(-2.20), "refunded_uuid": sale["uuid"]}
    for values in ({}, {"employee_id": employees[NORA]}, {"employee_id": extra, "pin": "8887"}):
        with pytest.raises(OdooError, match="PIN"):
            counter.send({**line, **values})
    audit(shop)
