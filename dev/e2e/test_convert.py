"""Payment methods of core's ``pos_stripe`` go over to this addon, with core installed."""

import datetime
import uuid

import pytest

from harness import shopfitting
from harness.rpc import OdooError
from support import naming
from support.counter import Counter

FACTS = ["name", "journal_id", "stripe_serial_number", "config_ids", "payment_method_type"]
FACTS += ["outstanding_account_id", "receivable_account_id", "company_id", "active"]
# As core writes them: the brand, and the PaymentIntent's id or, in Canada, the charge's.
OLD_PAYMENTS = (
    {"card_type": "visa", "transaction_id": "pi_3OldPaymentOfCore"},
    {"card_type": "interac", "transaction_id": "ch_3OldPaymentOfCore"},
)
# Odoo installs and uninstalls nothing while a scheduled action runs.
NO_CRON = {"max_cron_threads": 0}
CONVERT, CONVERT_BACK = "action_stripe_terminal_convert", "action_stripe_terminal_convert_back"


class OldShop:
    """A shop that took cards with core's addon; sold, closed, and made by Odoo's own routes."""

    def __init__(self, server, simulator):
        self.admin = server.admin
        self.server = server
        self.serial = naming.unique("STRM26100000")
        self.reader = simulator.account.add_reader(serial_number=self.serial, label="Counter")
        self.name = "Coffee bar"
        self.method = self.create_method("Card", self.serial)
        self.config_id = self.admin.create(
            "pos.config", name=self.name, payment_method_ids=[self.method]
        )
        self.session_id = shopfitting.start_session(self.admin, self.config_id)
        for payment in OLD_PAYMENTS:
            self.sell(2.4, payment)
        self.admin.call("pos.session", "close_session_from_ui", [self.session_id])

    def create_method(self, name, serial, terminal="stripe"):
        return self.admin.create(
            "pos.payment.method",
            name=name,
            payment_method_type="terminal",
            use_payment_terminal=terminal,
            stripe_serial_number=serial,
            journal_id=self.admin.search("account.journal", [("type", "=", "bank")], limit=1)[0],
        )

    def sell(self, amount, payment):
        """Have a till synchronise an order that core's addon was paid for."""
        (product,) = self.admin.search("product.product", [("name", "=", "Espresso")])
        line = {"product_id": product, "qty": 1, "price_unit": amount, "tax_ids": [(6, 0, [])]}
        line |= {"price_subtotal": amount, "price_subtotal_incl": amount, "uuid": str(uuid.uuid4())}
        paid = {"payment_method_id": self.method, "amount": amount, "payment_status": "done"}
        order = {
            "uuid": str(uuid.uuid4()),
            "session_id": self.session_id,
            "state": "paid",
            "amount_total": amount,
            "amount_paid": amount,
            "amount_tax": 0,
            "amount_return": 0,
            "date_order": datetime.datetime.now().strftime("%Y-%m-%d %H:%M:%S"),
            "lines": [(0, 0, line)],
            "payment_ids": [(0, 0, {**paid, **payment, "uuid": str(uuid.uuid4())})],
        }
        self.admin.call("pos.order", "sync_from_ui", [order])

    def convert(self, action=CONVERT, method=None):
        """Press a button of the conversion; returns what the person is told."""
        answer = self.admin.call("pos.payment.method", action, [method or self.method])
        return answer["params"]

    def terminal(self):
        """Return who takes the method's payments, and which reader is known of it."""
        fields = ["use_payment_terminal", "stripe_reader_id"]
        (found,) = self.admin.read("pos.payment.method", [("id", "=", self.method)], fields)
        return found["use_payment_terminal"], found["stripe_reader_id"]

    def everything(self):
        """Return what a conversion must leave as it is."""
        orders = [("session_id", "=", self.session_id)]
        payments = ["amount", "payment_method_id", "payment_date", "card_type", "card_no"]
        payments += ["transaction_id", "payment_status", "pos_order_id", "uuid"]
        session = ["state", "name", "move_id", "stop_at", "cash_register_balance_end_real"]
        return {
            "method": self.admin.read("pos.payment.method", [("id", "=", self.method)], FACTS),
            "session": self.admin.read("pos.session", [("id", "=", self.session_id)], session),
            "orders": self.admin.read(
                "pos.order", orders, ["name", "state", "amount_paid", "pos_reference", "lines"]
            ),
            "payments": self.admin.read("pos.payment", orders, payments, order="id"),
        }


def test_there_and_back_and_without_core(start_server, simulator):
    server = start_server(modules=("pos_stripe",), options=NO_CRON)
    admin = server.admin
    shop = OldShop(server, simulator)
    before = shop.everything()
    assert [payment["transaction_id"] for payment in before["payments"]] == [
        payment["transaction_id"] for payment in OLD_PAYMENTS
    ]
    assert before["session"][0]["state"] == "closed"
    assert len(before["orders"]) == 2 and before["session"][0]["move_id"]

    for action, terminal in (
        (CONVERT, "stripe_terminal"),
        (CONVERT_BACK, "stripe"),
        (CONVERT, "stripe_terminal"),
    ):
        answer = shop.convert(action)
        assert answer["type"] == "success", answer
        assert shop.terminal()[0] == terminal
        assert shop.everything() == before
    share_the_reader(shop)

    core = admin.search("ir.module.module", [("name", "=", "pos_stripe")])
    admin.call("ir.module.module", "button_immediate_uninstall", core)
    assert shop.everything() == before
    terminal, reader = shop.terminal()
    assert terminal == "stripe_terminal"
    assert "Counter" in reader[1]
    sell_by_card(shop)
    assert shop.everything() == before


def share_the_reader(shop):
    """Methods of ours share a reader; core's rule against it holds for core's methods."""
    admin = shop.admin
    second = shop.create_method("Second card", shop.serial, "stripe_terminal")
    (shared,) = admin.read(
        "pos.payment.method", [("id", "=", shop.method)], ["stripe_reader_sharing"]
    )
    assert "is shared by Coffee bar, Second card." in shared["stripe_reader_sharing"]
    third = admin.call("pos.payment.method", "copy", [shop.method])[0]
    with pytest.raises(OdooError, match="is already used on payment method"):
        shop.create_method("Core's card", shop.serial)
    with pytest.raises(OdooError, match="is already used on payment method"):
        shop.convert(CONVERT_BACK)
    admin.call("pos.payment.method", "unlink", [second, third])

    core = shop.create_method("Core's card", "CORE-1")
    with pytest.raises(OdooError, match="is used by Core's card with Odoo's own Stripe addon"):
        shop.create_method("Second card", "CORE-1", "stripe_terminal")
    with pytest.raises(OdooError, match="is already used on payment method"):
        admin.write("pos.payment.method", core, stripe_serial_number=shop.serial)
    admin.call("pos.payment.method", "unlink", [core])


def sell_by_card(shop):
    """Charge a card on the reader that core used before."""
    session_id = shopfitting.start_session(shop.server.client(shopfitting.CASHIER), shop.config_id)
    counter = Counter(shop)
    line = counter.line()
    send = {"session_id": session_id, "payment_method_id": shop.method, "line": line}
    counter.client.post("/pos_payment_stripe/send", **send)
    counter.wait_for(line, "collecting")
    shop.reader.tap()
    assert counter.wait_for(line, "paid")["card_no"] == "4242"
