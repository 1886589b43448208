"""From a database without keys to a chosen reader, on the screens alone."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def account(simulator):
    """A Stripe account without locations and readers."""
    return simulator.add_account(country="BE")


@pytest.fixture
def server(start_server):
    """A server whose Stripe provider has no key, and whose company has an address."""
    server = start_server()
    admin = server.admin
    provider = admin.search("payment.provider", [("code", "=", "stripe")], limit=1)
    admin.write("payment.provider", provider, stripe_secret_key=False)
    admin.write(
        "res.company",
        admin.search("res.company", [], limit=1),
        street="Rue Haute 1",
        city="Bruxelles",
        zip="1000",
        country_id=admin.ref("base.be"),
        state_id=False,
    )
    admin.create("pos.config", name="Coffee bar")
    return server


def test_from_no_key_to_the_first_reader(server, account, open_office):
    office = open_office(server)
    block = office.open_settings()
    expect(block.locator(".fa-circle-o:visible")).to_have_count(5)
    office.picture("setup_1_nothing")

    office.press("Enter the key", block)
    key = office.page.locator("[name=stripe_secret_key] input")
    expect(key).to_be_visible(timeout=30_000)
    office.picture("setup_1_hint")
    key.fill(account.add_restricted_key(["payment_intent_write", "terminal_reader_write"]))
    office.press("Save manually")
    missing = office.page.get_by_text("it lacks “Charges and Refunds: Write”")
    expect(missing.locator("visible=true")).to_be_visible()
    office.picture("setup_1_restricted_key")
    key.fill(account.secret_key)
    office.press("Save manually")
    good = office.page.get_by_text("Stripe accepts the key")
    expect(good.locator("visible=true")).to_be_visible()
    office.picture("setup_1_key")
    block = office.open_settings()
    expect(block.locator(".fa-circle-o:visible")).to_have_count(4)

    office.press("Pair a reader", block)
    dialog = office.page.locator(".modal")
    expect(dialog).to_contain_text("07139")
    expect(dialog).to_contain_text("Rue Haute 1")
    office.picture("setup_2_pair")
    dialog.locator("[name=registration_code] input").fill("invalid-code")
    dialog.locator("[name=label] input").fill("Counter")
    office.press("Pair Reader", dialog)
    refusal = office.page.get_by_text("Stripe does not accept this registration code.")
    expect(refusal).to_be_visible()
    office.picture("setup_3_wrong_code")
    office.press("Close", office.page.locator(".modal", has=refusal).locator("footer"))
    dialog.locator("[name=registration_code] input").fill("quick-brown-fox")
    office.press("Pair Reader", dialog)
    expect(office.page.get_by_text("BBPOS WisePOS E")).to_be_visible()
    office.picture("setup_4_reader")
    (reader,) = account.readers()
    assert reader.object["label"] == "Counter"

    block = office.open_settings()
    expect(block.locator(".fa-circle-o:visible")).to_have_count(2)
    office.press("Create one", block)
    office.choose_reader("Counter")
    office.press("Save manually")
    expect(office.page.get_by_text("Last seen by Stripe")).to_be_visible()
    office.picture("setup_5_method")
    block = office.open_settings()
    expect(block.locator(".fa-circle-o:visible")).to_have_count(1)
    expect(block).to_contain_text("Belgium")
    office.picture("setup_6_settings")
    block.get_by_role("checkbox", name="Stripe").uncheck()
    office.press("Save")
    refusal = office.page.locator(".modal", has_text="Stripe cannot be switched off")
    expect(refusal).to_contain_text("Bank Stripe")
    office.press("Close", refusal.locator("footer"))

    office.open("pos_payment_stripe.pos_stripe_location_action")
    expect(office.page.locator(".o_data_row")).to_have_count(1)
    office.picture("setup_7_locations")
    office.page.locator(".o_data_row .o_data_cell").first.click()
    office.press("Rename")
    name = office.page.locator(".modal [name=name] input")
    name.fill("Coffee bar")
    office.press("Rename", office.page.locator(".modal"))
    expect(office.page.locator(".o_form_view h1")).to_contain_text("Coffee bar")
    office.picture("setup_8_location")
    office.open("pos_payment_stripe.pos_stripe_reader_action")
    expect(office.page.locator(".o_data_row")).to_have_count(1)
    office.picture("setup_9_readers")
