"""Rounding for cash must not change what a card pays; rounding for all changes both alike."""

from support.audit import audit, intents

PRICE = 2.43


def _sell(shop, open_till):
    """Return what Stripe took, in minor units, and what the order recorded."""
    till = open_till(shop)
    till.sell("Odd Espresso").choose_method(shop.card).wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt()
    audit(shop)
    (intent,) = intents(shop)
    return intent["amount_received"], shop.card_payments()[0]["amount"]


def test_cash_rounding(make_shop, open_till, odoo_server):
    admin = odoo_server.admin
    admin.create(
        "product.template",
        name="Odd Espresso",
        list_price=PRICE,
        taxes_id=[(6, 0, [])],
        available_in_pos=True,
    )
    rounding = admin.create(
        "account.cash.rounding",
        name="5 cents",
        rounding=0.05,
        strategy="add_invoice_line",
        rounding_method="HALF-UP",
    )
    for name, only_cash, minor in (("Cash only", True, 243), ("All methods", False, 245)):
        shop = make_shop(
            name,
            cash_rounding=True,
            rounding_method=rounding,
            only_round_cash_method=only_cash,
        )
        assert _sell(shop, open_till) == (minor, minor / 100), name
