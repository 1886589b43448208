"""A shop in the middle of its day, with the version of the addon that was released before."""

import datetime
import uuid

import stripe

from harness import database, odoo_source, paths, released, template

from . import naming
from .counter import Counter
from .shop import Shop
from .tips import tip_values

# Odoo installs nothing while a scheduled action runs; and what is open shall stay open.
NO_CRON = {"max_cron_threads": 0}


def start(start_server, version, modules):
    """Return a server that runs a released version of the addon, beside other modules."""
    server = start_from(start_server, released.ensure(version), modules)
    assert installed_version(server) == version
    return server


def start_from(start_server, folder, modules):
    """Return a server that runs the addon of another folder, beside other modules."""
    addons = [*odoo_source.ensure().addons, folder]
    options = {**NO_CRON, "addons_path": ",".join(str(folder) for folder in addons)}
    server = start_server(addon=False, modules=modules, options=options)
    server.admin.call("ir.module.module", "update_list")
    found = server.admin.search("ir.module.module", [("name", "=", paths.ADDON)])
    server.admin.call("ir.module.module", "button_immediate_install", found)
    return server


def update(server):
    """Stop the server, update its database to this clone's version, and start that one.

    :return: the length of its log until then: the version before logs routine collisions as errors
    """
    server.stop()
    logged_before = len(server.log())
    del server.options["addons_path"]
    template.update(server.odoo, server.database)
    assert paths.ADDON in database.installed_modules(server.database)
    server.start()
    return logged_before


def installed_version(server):
    """Return the version of the addon that the database has."""
    domain = [("name", "=", paths.ADDON)]
    return server.admin.read("ir.module.module", domain, ["latest_version"])[0]["latest_version"]


class OldShop(Shop):
    """A register whose cashier sells and refunds by the routes that both versions have."""

    def __init__(self, server, name, reader=None, **options):
        account = server.simulator.account
        reader = reader or account.add_reader(serial_number=naming.unique("STRM26200000"))
        super().__init__(server, reader, name, **options)
        self.counter = Counter(self)

    def pay(self, amount=4.6, **values):
        """Ask for a payment and wait until the reader does; returns the line."""
        line = self.counter.line(amount) | values
        self.counter.send(line)
        self.counter.wait_for(line, "collecting")
        return line

    def sell(self, amount=4.6, state="paid", **values):
        """Have a card pay an order and finish that; returns the payment line."""
        line = self.pay(amount, **values)
        self.reader.tap()
        transaction = self.counter.wait_for(line, state)["transaction_id"]
        self.sync(line, transaction_id=transaction)
        return line

    def sync(self, line, method=None, **payment):
        """Have the till synchronise the finished order of a line."""
        self._sync(
            line,
            lines=[(0, 0, self._item(line))],
            payment_ids=[(0, 0, self._payment(line, method, **payment))],
        )

    def save(self, line):
        """Have the till synchronise the order of a line as a draft, as that version did.

        What the till then knows of the draft is in `line["draft"]`.
        """
        line["draft"] = self._sync(
            line,
            state="draft",
            lines=[(0, 0, self._item(line))],
            payment_ids=[(0, 0, self._payment(line, payment_status="waitingCard"))],
        )

    def finish(self, line, **payment):
        """Have the till finish the draft of a line with its card payment."""
        (known,) = line["draft"]["pos.payment"]
        payment = self._payment(line, **payment)
        self._sync(line, lines=[], payment_ids=[(1, known["id"], payment)])

    def finish_in_cash(self, line):
        """Have the till finish the draft of a line with cash, and not tell that the card went."""
        cash = self._payment(line, self.register.cash_method_id, uuid=str(uuid.uuid4()))
        self._sync(line, lines=[], payment_ids=[(0, 0, cash)])

    def _item(self, line):
        amount = line["amount"]
        (product,) = self.server.admin.search("product.product", [("name", "=", "Espresso")])
        item = {"product_id": product, "qty": 1, "price_unit": amount, "tax_ids": [(6, 0, [])]}
        item |= {"price_subtotal": amount, "price_subtotal_incl": amount, "uuid": str(uuid.uuid4())}
        return item

    def _payment(self, line, method=None, **values):
        return {
            "uuid": line["line_uuid"],
            "amount": line["amount"],
            "payment_method_id": method or self.register.card_method_id,
            "payment_status": "done",
            **values,
        }

    def _sync(self, line, **values):
        """Have the till synchronise the order of a line; returns what it is answered."""
        (known,) = line.get("draft", {}).get("pos.order", [{}])
        order = {
            "uuid": line["order_uuid"],
            "access_token": known.get("access_token") or str(uuid.uuid4()),
            "session_id": self.session_id,
            "state": "paid",
            "amount_total": line["amount"],
            "amount_paid": line["amount"],
            "amount_tax": 0,
            "amount_return": 0,
            "date_order": datetime.datetime.now().strftime("%Y-%m-%d %H:%M:%S"),
            **({"id": known["id"]} if known else {}),
            **values,
        }
        return self.counter.client.call("pos.order", "sync_from_ui", [order])

    def refund(self, sale, amount, state="paid"):
        """Refund a part of a sale; returns the refund's line.

        :param dict sale: its payment line
        """
        line = self.counter.line(-amount) | {"refunded_uuid": sale["line_uuid"]}
        self.counter.send(line)
        self.counter.wait_for(line, state)
        return line

    def row(self, line, *fields):
        """Return fields of the journal's row of a line."""
        domain = [("line_uuid", "=", line["line_uuid"])]
        (row,) = self.server.admin.read("pos.stripe.payment", domain, ["state", *fields])
        return row

    def payment_of(self, line):
        """Return the id of the `pos.payment` of a line."""
        (payment,) = self.server.admin.search("pos.payment", [("uuid", "=", line["line_uuid"])])
        return payment


def restaurant(server):
    """Return a shop that adds tips after the payment, which Stripe lets it."""
    server.simulator.account.overcapture = True
    return OldShop(
        server,
        "Restaurant",
        module_pos_restaurant=True,
        default_screen="register",
        **tip_values(server, set_tip_after_payment=True),
    )


def charge_of_core(shop, amount):
    """Charge a card as Odoo's own pos_stripe does; returns the PaymentIntent's id."""
    account = shop.simulator.account
    api = stripe.StripeClient(account.secret_key, base_addresses={"api": shop.simulator.url}).v1
    intent = api.payment_intents.create(
        {
            "amount": round(amount * 100),
            "currency": "eur",
            "allowed_payment_method_types": ["card_present"],
        }
    )
    api.terminal.readers.process_payment_intent(shop.reader.id, {"payment_intent": intent.id})
    shop.reader.tap()
    return intent.id
