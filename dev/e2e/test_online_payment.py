"""A register with one of Odoo's online payment methods: cards are charged as elsewhere."""

import pytest

from support.audit import audit


@pytest.fixture
def till(start_server, make_shop, open_till):
    server = start_server(modules=("pos_online_payment",))
    admin = server.admin
    providers = admin.search("payment.provider", [("code", "=", "stripe")], limit=1)
    admin.write(
        "payment.provider",
        providers,
        state="test",
        stripe_publishable_key="pk_test_1",
        is_published=True,
    )
    online = admin.create("pos.payment.method", name="Online", is_online_payment=True)
    return open_till(make_shop(server=server, more_methods=[online]))


def test_a_card_sale(till):
    shop = till.shop
    for product in ("Espresso", "Croissant"):
        till.sell(product).choose_method(shop.card).wait_for_card()
        shop.reader.tap()
        till.wait_for_receipt().next_order()
    assert [order["state"] for order in shop.orders()] == ["paid", "paid"]
    audit(shop)
    till.sell("Espresso").choose_method(shop.cash).validate()
    assert [order["state"] for order in shop.orders()] == ["paid"] * 3


def test_cash_and_then_a_card(till):
    shop = till.shop
    till.sell("Espresso", "Croissant").choose_method(shop.cash).type_amount("2")
    till.choose_method(shop.card).wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt()
    assert [order["state"] for order in shop.orders()] == ["paid"]
    audit(shop)
