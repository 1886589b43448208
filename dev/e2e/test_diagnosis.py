"""“Test this terminal”, from the payment method's form: all ticked, and a reader that is off."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect

from harness import shopfitting
from support import naming

METHOD = "point_of_sale.action_pos_payment_method_form"
STEPS = ["key", "location", "reader", "screen", "webhook", "payment"]


@pytest.fixture
def webhook(odoo_server):
    """A webhook that the button on the provider has created at the simulator."""
    admin = odoo_server.admin
    address = admin.call("ir.config_parameter", "get_param", "web.base.url")
    admin.call("ir.config_parameter", "set_param", "web.base.url", odoo_server.url)
    provider = admin.search("payment.provider", [("code", "=", "stripe")], limit=1)
    admin.call("payment.provider", "action_stripe_terminal_create_webhook", provider)
    yield
    admin.call("payment.provider", "action_stripe_terminal_remove_webhook", provider)
    admin.call("ir.config_parameter", "set_param", "web.base.url", address)


def states(dialog):
    """Return the state of each step that the dialog shows, in order."""
    steps = dialog.locator("[data-step]").all()
    assert [step.get_attribute("data-step") for step in steps] == STEPS
    return [step.get_attribute("data-state") for step in steps]


def test_all_ticked_then_a_reader_that_is_off(odoo_server, webhook, simulator, open_office):
    reader = simulator.account.add_reader(
        serial_number=naming.unique("SIM"), label="Practice", device_type="simulated_wisepos_e"
    )
    name = naming.unique("Practice ")
    register = shopfitting.open_register(
        odoo_server.admin, name, reader_serial=reader.serial_number
    )
    made_before = [intent["id"] for intent in simulator.account.test.all("payment_intent")]
    office = open_office(odoo_server)
    office.open(METHOD, register.card_method_id)
    with ThreadPoolExecutor() as aside:
        # The message stays for seconds only: look out for it before it is asked for.
        shown = aside.submit(reader.wait_for, "cart", timeout=60)
        office.press("Test this terminal")
        shown.result()
    dialog = office.page.locator(".modal")
    office.picture("diagnosis_1_message")
    expect(dialog.get_by_text("This terminal works.")).to_be_visible(timeout=60_000)
    assert states(dialog) == ["done"] * 6
    # An id of Stripe's may have these letters too.
    expect(dialog.get_by_text(re.compile(r"^\d+ ms$"))).to_have_count(6)
    office.picture("diagnosis_2_good")

    reader.go_offline()
    office.press("Test again", dialog)
    failed = dialog.locator("[data-state=failed]")
    expect(failed).to_contain_text("Check that it is on, charged and connected", timeout=30_000)
    expect(dialog.get_by_text("not tried")).to_have_count(2)
    assert states(dialog) == ["done"] * 3 + ["failed"] + ["untried"] * 2
    office.picture("diagnosis_3_off")
    office.press("Close", dialog.locator("footer"))

    intents = simulator.account.test.all("payment_intent")
    ours = [intent for intent in intents if intent["id"] not in made_before]
    assert all("odoo_diagnosis" in intent["metadata"] for intent in ours)
    assert sorted(intent["status"] for intent in ours) == ["canceled", "succeeded"]
    of_reader = [("reader_serial", "=", reader.serial_number)]
    assert not odoo_server.admin.search("pos.stripe.payment", of_reader)

    office.picture("diagnosis_4_method")
    with office.page.expect_popup() as help_page:
        office.page.get_by_role("link", name="Set up a reader").click()
    office.page = help_page.value
    expect(office.page.get_by_text("10 % of battery")).to_be_visible(timeout=30_000)
    expect(office.page.get_by_text("The smallest payment that Stripe takes is")).to_be_visible()
    office.picture("diagnosis_5_help")
    office.press("Pair a reader")
    expect(office.page.locator(".modal img")).to_be_visible(timeout=30_000)
    office.picture("diagnosis_6_pairing")
