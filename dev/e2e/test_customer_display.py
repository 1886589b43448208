"""What the customer reads on the display beside the till while a card is asked for."""

from playwright.sync_api import expect

from support.audit import audit

SIZES = {"desktop": (1280, 800), "tablet": (1024, 768), "phone": (390, 844)}


def test_the_customer_is_told_what_happens(till, shop):
    device = till.page.evaluate("localStorage.getItem('device_uuid')")
    display = till.page.context.new_page()
    display.goto(f"{shop.server.url}/pos_customer_display/{shop.config_id}/{device}")
    told = display.locator(".stripe_terminal_told")

    def says(state, *texts):
        for text in texts:
            expect(told).to_contain_text(text)
        for size, (width, height) in SIZES.items():
            display.set_viewport_size({"width": width, "height": height})
            till.picture_of(display, f"customer_display_{state}_{size}")

    till.sell("Espresso").choose_method(shop.card).wait_for_card()
    says("ask", "2.40", "Tap, insert or swipe your card")
    shop.reader.decline("insufficient_funds")
    till.wait_for_status("insufficient funds")
    says("declined", "Your card was declined")
    till.type_amount("1").retry().wait_for_card()
    says("ask_part", "1.00", "Tap, insert or swipe your card")
    shop.reader.tap()
    till.wait_for_status("Payment Successful")
    says("paid", "1.00", "Paid. Thank you")
    till.choose_method(shop.card).wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt()
    expect(display.locator("body")).to_contain_text("Thank you.")
    expect(told).to_have_count(0)
    display.close()
    audit(shop)
