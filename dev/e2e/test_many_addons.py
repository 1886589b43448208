"""Online payment, loyalty with eWallets, employees and sales orders, all in one register."""

import pytest
from playwright.sync_api import expect

from harness.shopfitting import CASHIER
from support.audit import audit, intents
from support.printing import keep_prints, take_print
from support.refusing import refusing
from support.till import SYNC

EVE = ("Eve Employee", "4567")
# What each wallet holds, and what an espresso and a croissant cost then.
WALLET, SUM, REST = 3.00, 4.60, "1.60"
# Points for the sum, which is what is charged otherwise.
POINTS = 4.6
CUSTOMERS = [
    f"Wanda {word}" for word in ["One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight"]
]

on_its_way = pytest.mark.parametrize("after", [False, True], ids=["before", "after"])


class Crowd:
    """What a register of the server needs, where all these addons are.

    :ivar options: values of ``pos.config``
    :ivar customers: the ids of :data:`CUSTOMERS`, by name
    :ivar cards: the ids of each customer's ``loyalty.card``: the wallet and the points
    """

    def __init__(self, server):
        self.server = server
        admin = server.admin
        self.options = {
            "more_methods": [self._online_method(admin)],
            "module_pos_hr": True,
            "basic_employee_ids": [(6, 0, [admin.create("hr.employee", name=EVE[0], pin=EVE[1])])],
        }
        salesman = admin.ref("sales_team.group_sale_salesman_all_leads")
        cashier = admin.search("res.users", [("login", "=", CASHIER)])
        admin.write("res.users", cashier, group_ids=[(4, salesman)])
        (company,) = admin.read("res.company", [], ["currency_id"], limit=1)
        lists = admin.search("product.pricelist", [])
        admin.write("product.pricelist", lists, currency_id=company["currency_id"][0])
        programs = admin.search("loyalty.program", [])
        admin.write("loyalty.program", programs, active=False)
        wallet, points = [
            admin.call("loyalty.program", "create_from_template", kind)["res_id"]
            for kind in ("ewallet", "loyalty")
        ]
        self.customers = {name: admin.create("res.partner", name=name) for name in CUSTOMERS}
        self.cards = {
            name: [
                admin.create("loyalty.card", program_id=program, partner_id=partner, points=held)
                for program, held in ((wallet, WALLET), (points, 0))
            ]
            for name, partner in self.customers.items()
        }

    def _online_method(self, admin):
        providers = admin.search("payment.provider", [("code", "=", "stripe")], limit=1)
        admin.write(
            "payment.provider",
            providers,
            state="test",
            stripe_publishable_key="pk_test_1",
            is_published=True,
        )
        return admin.create("pos.payment.method", name="Online", is_online_payment=True)

    def held(self, name):
        """Return what a customer's wallet and points card hold."""
        rows = self.server.admin.read("loyalty.card", [("id", "in", self.cards[name])], ["points"])
        return [row["points"] for row in sorted(rows, key=lambda row: row["id"])]


@pytest.fixture(scope="session")
def crowd(crowded):
    return Crowd(crowded)


@pytest.fixture
def till(kept_till, crowd):
    """A till that goes on from test to test, where Eve sells."""
    return kept_till("server", crowd.server, EVE, **crowd.options)


@pytest.fixture
def shop(till):
    return till.shop


def choose_customer(till, name):
    """Press “Customer” on the screen that is shown, and choose one."""
    till.page.locator(".set-partner, .payment-screen .partner-button").first.click()
    till.page.locator(".modal .partner-info", has_text=name).first.click()
    return till


def press_action(till, name):
    """Press one of the product screen's actions."""
    till.page.locator(".product-screen .more-btn").click()
    till.page.locator(".control-buttons button", has_text=name).click()
    return till


def pay_partly_by_wallet(till, name):
    """Sell something to a customer, whose wallet pays what it holds; shows the payment screen."""
    till.add_product("Espresso").add_product("Croissant")
    choose_customer(till, name)
    press_action(till, "eWallet Pay")
    expect(till.page.locator(".product-screen .order-summary")).to_contain_text(REST)
    return till.go_to_payment()


def wait_until_paid(till, number=1):
    """Wait until Odoo has so many orders of the test, all of them finished."""
    states = ["paid"] * number
    till.wait_until(lambda: [order["state"] for order in till.shop.orders()] == states)


def assert_once(crowd, name):
    """Assert that a customer's wallet was charged once, and the points given once."""
    assert crowd.held(name) == [0, POINTS]


def test_an_employee_sells(till, shop, crowd):
    for name in CUSTOMERS[:2]:
        pay_partly_by_wallet(till, name).choose_method(shop.card).wait_for_card()
        assert shop.reader.screen["amount"] == 160
        shop.reader.tap()
        till.wait_for_receipt().next_order()
        assert_once(crowd, name)
    till.sell("Espresso", "Croissant").choose_method(shop.cash).type_amount("2")
    till.choose_method(shop.card).wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt()
    orders = shop.orders(("state", "employee_id"))
    assert [(order["state"], order["employee_id"][1]) for order in orders] == [("paid", EVE[0])] * 3
    audit(shop)


@on_its_way
def test_the_finished_order_is_lost_and_its_receipt_printed(till, shop, crowd, after):
    name = CUSTOMERS[2 + after]
    pay_partly_by_wallet(till, name).choose_method(shop.card).wait_for_card()
    lost = till.lose(SYNC, after=after)
    keep_prints(till)
    shop.reader.tap()
    till.wait_for_receipt()
    till.carry_on_offline()
    till.page.locator(".receipt-screen .button.print").first.click()
    take_print(till, "many_addons_receipt")
    wait_until_paid(till)
    assert lost.hits == 1
    till.wait_until(lambda: crowd.held(name)[0] == 0)
    assert_once(crowd, name)
    audit(shop)


@on_its_way
def test_the_finished_order_is_sent_again_by_the_next_page(till, shop, crowd, after):
    name = CUSTOMERS[4 + after]
    pay_partly_by_wallet(till, name).choose_method(shop.card).wait_for_card()
    till.lose(SYNC, after=after)
    till.tolerate("ConnectionLostError: ")
    shop.reader.tap()
    till.wait_for_receipt()
    till.crash()
    till.reopen()
    wait_until_paid(till)
    till.wait_until(lambda: crowd.held(name)[0] == 0)
    till.sell("Espresso").choose_method(shop.cash).validate()
    assert_once(crowd, name)
    audit(shop)


def test_a_dead_tills_order_is_restored(crowd, make_shop, open_till):
    shop = make_shop(server=crowd.server, **crowd.options)
    till, name = open_till(shop, employee=EVE), CUSTOMERS[7]
    pay_partly_by_wallet(till, name).choose_method(shop.card).wait_for_card()
    till.crash()
    shop.reader.tap()
    other = open_till(shop, employee=EVE)
    other.sell("Espresso")
    restore = other.page.get_by_role("button", name="Restore its order")
    restore.click(timeout=40_000)
    expect(other.page.locator(".paymentlines")).to_contain_text("Visa 4242")
    assert [amount for _method, amount in other.lines()] == [f"{REST}€"]
    other.screenshot("many_addons_restored")
    other.validate()
    wait_until_paid(other)
    assert_once(crowd, name)
    audit(shop)


def test_another_customer_while_the_reader_asks(till, shop, crowd):
    pay_partly_by_wallet(till, CUSTOMERS[6]).choose_method(shop.card).wait_for_card()
    choose_customer(till, CUSTOMERS[0])
    expect(till.page.locator(".o_notification")).to_contain_text("The total has changed")
    till.wait_for_status("canceled").retry().wait_for_card()
    assert shop.reader.screen["amount"] == 460
    shop.reader.tap()
    till.wait_for_receipt()
    assert crowd.held(CUSTOMERS[6]) == [WALLET, 0]
    audit(shop)


def test_a_quotation_is_settled(till, shop, crowd):
    admin = crowd.server.admin
    products = admin.search("product.product", [("name", "=", "Cheesecake")])
    quotation = admin.create(
        "sale.order",
        partner_id=crowd.customers[CUSTOMERS[0]],
        order_line=[(0, 0, {"product_id": products[0], "product_uom_qty": 2})],
    )
    press_action(till, "Quotation/Order")
    till.page.locator(".modal .o_data_row td", has_text=CUSTOMERS[0]).first.click()
    till.page.locator(".modal .selection-item", has_text="Settle the order").click()
    expect(till.page.locator(".product-screen .order-summary")).to_contain_text("9.00")
    till.go_to_payment().choose_method(shop.card).wait_for_card()
    lost = till.lose(SYNC, after=True)
    shop.reader.tap()
    till.wait_for_receipt()
    till.carry_on_offline()
    wait_until_paid(till)
    assert lost.hits == 1
    (sold,) = admin.read("sale.order", [("id", "=", quotation)], ["state", "amount_unpaid"])
    assert (sold["state"], sold["amount_unpaid"]) == ("sale", 0)
    audit(shop)


def test_a_refused_order_comes_back_and_the_next_is_sold(till, shop):
    till.tolerate("Odoo Server Error")
    condition = "NEW.full_product_name = 'Cheesecake'"
    with refusing(shop, "INSERT ON pos_order_line", condition, "It is not for sale"):
        till.sell("Cheesecake").choose_method(shop.card).wait_for_card()
        shop.reader.tap()
        expect(till.dialog).to_contain_text("Error")
        till.screenshot("refused")
        till.answer("Ok")
        till.wait_for_status("Payment Successful")
        till.screenshot("refused_back")
        till.back()
        till.page.locator(".pos-topheader .list-plus-btn").click()
        till.sell("Espresso").choose_method(shop.card).wait_for_card()
        shop.reader.tap()
        till.wait_for_receipt()
        wait_until_paid(till)
        till.next_order()
    till.load_order("4.50").payment_screen.wait_for()
    till.wait_for_status("Payment Successful").validate()
    wait_until_paid(till, 2)
    assert len(intents(shop)) == 2
    audit(shop)
