"""From a database where the addon was just installed to the first paid order, on screens alone."""

from playwright.sync_api import expect

from support.till import STARTING


def test_from_an_empty_database_to_the_first_paid_order(empty_server, simulator, open_office):
    account = simulator.add_account(country="BE")
    office = open_office(empty_server)
    page = office.page
    office.make_first_shop()
    office.picture("first_sale_1_shop")

    block = office.open_settings()
    office.press("Enter the key", block)
    page.locator("[name=stripe_secret_key] input").fill(account.secret_key)
    office.press("Save manually")
    expect(page.get_by_text("Stripe accepts the key").locator("visible=true")).to_be_visible()

    block = office.open_settings()
    office.press("Pair a reader", block)
    dialog = page.locator(".modal")
    expect(dialog).to_be_visible()
    office.picture("first_sale_2_pair")
    office.press("Add a Simulated Reader", dialog)
    page.get_by_role("button", name="Complete the address").click()
    page.locator("[name=street] input").first.fill("Rue Haute 1")
    page.locator("[name=city] input").first.fill("Bruxelles")
    page.locator("[name=zip] input").first.fill("1000")
    office.picture("first_sale_3_address")
    # Odoo loads the page again when a company has changed.
    with page.expect_event("load", timeout=STARTING):
        office.press("Save manually")

    block = office.open_settings()
    office.press("Pair a reader", block)
    office.press("Add a Simulated Reader", dialog)
    expect(page.get_by_text("BBPOS WisePOS E (simulated)")).to_be_visible()
    office.picture("first_sale_4_reader")
    (reader,) = account.readers()

    block = office.open_settings()
    office.press("Create one", block)
    office.choose_reader(reader.object["label"])
    office.press("Save manually")
    expect(page.get_by_text("Last seen by Stripe")).to_be_visible()
    office.picture("first_sale_5_method")

    office.open("point_of_sale.action_pos_config_kanban")
    office.press("Open Register")
    page.locator(".modal").get_by_role("button", name="Open Register").click(timeout=STARTING)
    page.get_by_text("Create Manually").click()
    page.locator(".modal [name=name] input").fill("Espresso")
    page.locator(".modal [name=list_price] input").fill("2.40")
    office.press("Save", dialog)
    page.locator("article.product", has_text="Espresso").click()
    page.locator(".pay-order-button").click()
    office.picture("first_sale_6_payment_screen")
    page.locator(".paymentmethod", has_text="Stripe").click()
    expect(page.get_by_text("Waiting for card")).to_be_visible()
    reader.tap()
    expect(page.locator(".receipt-screen")).to_be_visible(timeout=STARTING)
    office.picture("first_sale_7_receipt")

    (intent,) = simulator.ledger(account)["intents"]
    (order,) = empty_server.admin.read("pos.order", [], ["state", "amount_paid"])
    assert order["state"] == "paid"
    assert intent["amount_received"] == round(order["amount_paid"] * 100)
