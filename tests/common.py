import os
import uuid
from unittest.mock import patch

from odoo import Command
from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.pos_payment_stripe import runner
from odoo.addons.pos_payment_stripe.dev.stripe_simulator import Simulator
from odoo.tests import new_test_user

SERIAL_NUMBER = "WSC513105011295"


class StripeTerminalCase(AccountTestInvoicingCommon):
    """A register with an open session, a Stripe reader, and the simulator behind the real SDK.

    The Point of Sale's own test class would make much more, for every class of ours anew.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("point_of_sale.group_pos_manager")
        cls.simulator = Simulator(port=0)
        cls.simulator.start()
        cls.addClassCleanup(cls.simulator.stop)
        environment = patch.dict(os.environ, STRIPE_API_BASE=cls.simulator.url)
        cls.startClassPatcher(environment)
        # Whoever is told that there is a crowd waits in real time.
        cls.startClassPatcher(patch.object(runner, "CROWD_PATIENCE", 0))
        cls.account = cls.simulator.account
        location = cls.account.add_location(display_name="Coffee bar")
        cls.reader = cls.account.add_reader(
            serial_number=SERIAL_NUMBER, label="Counter", location=location["id"]
        )
        cls.provider = cls.env["payment.provider"].create(
            {
                "name": "Stripe",
                "code": "stripe",
                "state": "disabled",
                "company_id": cls.company.id,
                "stripe_secret_key": cls.account.secret_key,
            }
        )
        cls.method = cls._create_method("Card", SERIAL_NUMBER)
        cls.other_method = cls.env["pos.payment.method"].create(
            {"name": "Bank", "journal_id": cls.company_data["default_journal_bank"].id}
        )
        cls.config = cls._create_register("Coffee bar", cls.method)
        cls.pos_session = cls._open_session(cls.config)
        cls.config = cls.pos_session.config_id

    @classmethod
    def setup_independent_company(cls, **kwargs):
        """Return the company that ``dev/harness/shell/shared_company.py`` has made, else a new one.

        Its chart of accounts takes longer than most tests.
        """
        shared = cls.env["res.company"].search([("name", "=", "Shared by tests")])
        if not shared:
            return super().setup_independent_company(**kwargs)
        cls.env.user.company_ids = [Command.link(shared.id)]
        return shared

    def setUp(self):
        super().setUp()
        # The runner's own cursors then see, and are seen by, the test's transaction.
        if not self._registry_patched:
            self.registry_enter_test_mode()
        self.simulator.faults.clear()

    @classmethod
    def _create_method(cls, name, serial_number, **values):
        journal = cls.env["account.journal"].create(
            {
                "name": name,
                "type": "bank",
                "code": name[:3].upper() + str(len(cls.env["account.journal"].search([]))),
                "company_id": cls.company.id,
            }
        )
        return cls.env["pos.payment.method"].create(
            {
                "name": name,
                "journal_id": journal.id,
                "payment_method_type": "terminal",
                "use_payment_terminal": "stripe_terminal",
                "stripe_serial_number": serial_number,
                "company_id": cls.company.id,
                **values,
            }
        )

    @classmethod
    def _create_register(cls, name, methods):
        return cls.env["pos.config"].create(
            {
                "name": name,
                "journal_id": cls.company_data["default_journal_sale"].id,
                "invoice_journal_id": cls.company_data["default_journal_sale"].id,
                "payment_method_ids": [(6, 0, methods.ids)],
            }
        )

    @classmethod
    def _open_session(cls, config):
        config.open_ui()
        config.current_session_id.set_opening_control(0, None)
        return config.current_session_id

    def line(self, amount, **values):
        """Return what a till sends for a new payment line of `amount` (major units)."""
        return {
            "line_uuid": str(uuid.uuid4()),
            "request_uuid": str(uuid.uuid4()),
            "order_uuid": str(uuid.uuid4()),
            "order_ref": "2-0001",
            "amount": amount,
            **values,
        }

    def product_line(self, amount, **values):
        """Return the command with which a till sends an order line without taxes."""
        return (
            0,
            0,
            {
                "product_id": self.product_a.id,
                "qty": 1,
                "price_unit": amount,
                "price_subtotal": amount,
                "price_subtotal_incl": amount,
                "tax_ids": [(6, 0, [])],
                **values,
            },
        )

    def sync_order(self, **values):
        """Synchronise an order as a till does; returns it."""
        order = {"session_id": self.pos_session.id, "amount_tax": 0, "amount_return": 0, **values}
        result = self.env["pos.order"].sync_from_ui([order])
        return self.env["pos.order"].browse(result["pos.order"][0]["id"])

    def draft_order(self, payment, **values):
        """Return a draft order on the server that has the line of a journal row.

        :param values: of its `pos.payment`, such as `amount` (major units)
        """
        amount = values.get("amount", payment.amount)
        order = self.env["pos.order"].create(
            {
                "uuid": payment.order_uuid,
                "session_id": self.pos_session.id,
                "amount_total": amount,
                "amount_paid": 0,
                "amount_tax": 0,
                "amount_return": 0,
                "lines": [self.product_line(amount)],
            }
        )
        order.add_payment(
            {
                "pos_order_id": order.id,
                "amount": amount,
                "payment_method_id": self.method.id,
                "uuid": payment.line_uuid,
                **values,
            }
        )
        return order

    def again(self, line, **values):
        """Return the same line as sent by another click."""
        return {**line, "request_uuid": str(uuid.uuid4()), **values}

    def send(self, line, session=None, method=None):
        """Send a line as the till's route does, and return the journal's row."""
        self.Payment._send(
            (session or self.pos_session).sudo(), (method or self.method).sudo(), line
        )
        return self.Payment.search([("line_uuid", "=", line["line_uuid"])])

    def pay(self, amount=12.0, **values):
        """Send a new line and carry it to the reader."""
        payment = self.send(self.line(amount, **values))
        self.carry_out(payment)
        return payment

    def carry_out(self, payment):
        """Do what the runner's thread does after the till's request is committed."""
        self.env.cr.flush()
        runner.carry_out(self.env.cr.dbname, payment.id)
        self.env.invalidate_all()

    def compare_with_stripe(self, session):
        """Compare a session as the closing popup does, and return what it shows in the end."""
        session.stripe_terminal_compare(True)
        self.carry_out_listings(session)
        return session.stripe_terminal_compare()

    def carry_out_listings(self, session):
        """Do what the runner's threads do for a session that is being compared."""
        comparison = self.env["pos.stripe.comparison"].sudo()._for_session(session)
        for _turn in range(100):
            self.env.cr.flush()
            for listing in comparison._listings():
                runner.carry_out(self.env.cr.dbname, listing.id, runner.LISTING)
            self.env.invalidate_all()
            if comparison.state != "asking":
                return
        raise AssertionError("The listing does not come to an end")

    def run_cron(self):
        """Run the scheduled look at what no till asks for, as Odoo's scheduler does."""
        self.env.cr.flush()
        self.env.ref("pos_payment_stripe.ir_cron_look").method_direct_trigger()
        self.env.invalidate_all()

    def look(self, payment):
        """Read Stripe again, as a till's status or a bus message leads to."""
        self.carry_out(payment)

    @property
    def Payment(self):
        """The journal, as the routes use it once they have checked who asks."""
        return self.env["pos.stripe.payment"].sudo()

    def sent(self, method=None, path=None):
        """Return the simulator's log of requests."""
        return self.simulator.requests(method, path)

    def assertMoney(self, *payments):
        """Assert that the simulator has taken what the paid rows say, to the cent."""
        intents = {
            intent["id"]: intent["amount_received"]
            for intent in self.simulator.ledger(self.account)["intents"]
        }
        for payment in payments:
            expected = payment.amount_minor if payment.state == "paid" else 0
            received = intents.get(payment.payment_intent, 0)
            self.assertEqual(received, expected, payment.state)
            self.assertEqual(payment.amount_received, received)


class CardAndCashCase(StripeTerminalCase):
    """A register that takes cards and cash."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.config = cls._create_register("Bar", cls.method + cls.other_method)
        cls.pos_session = cls._open_session(cls.config)


class OwnAccountCase(StripeTerminalCase):
    """Each test has a Stripe account of its own, with one reader and a method nobody uses yet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.method = cls._create_method("Set-up", SERIAL_NUMBER)
        cls.manager = cls._create_user("shop manager", "point_of_sale.group_pos_manager")
        cls.cashier = cls._create_user("shop cashier", "point_of_sale.group_pos_user")

    def setUp(self):
        super().setUp()
        self.account = self.simulator.add_account()
        location = self.account.add_location(display_name="Coffee bar")
        self.reader = self.account.add_reader(
            serial_number=SERIAL_NUMBER, label="Counter", location=location["id"]
        )
        self.provider.stripe_secret_key = self.account.secret_key

    @classmethod
    def _create_user(cls, login, group, company=None):
        """Return a user who has nothing but one group of the Point of Sale."""
        return new_test_user(
            cls.env,
            login,
            groups=f"base.group_user,{group}",
            company_id=(company or cls.company).id,
        )
