"""The harness itself, with what Odoo can do without us: sales paid in cash.

A shop without a card method has only one, which the Point of Sale then chooses itself.
"""


def test_a_coffee_is_paid_in_cash(make_shop, open_till):
    shop = make_shop(card=False)
    till = open_till(shop).sell("Espresso", "Croissant")
    assert [name for name, _amount in till.lines()] == [shop.cash]
    till.validate()
    assert "4.60" in till.receipt_text()
    (order,) = shop.orders()
    assert (order["state"], order["amount_paid"]) == ("paid", 4.6)
    assert [payment["amount"] for payment in shop.payments()] == [4.6]


def test_the_page_asks_no_other_host(make_shop, open_till):
    till = open_till(make_shop(card=False))
    till.sell("Cappuccino").validate()
    till.next_order().reload()
    assert till.foreign_requests == []
