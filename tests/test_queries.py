import json
import threading
from contextlib import contextmanager

from odoo.sql_db import Cursor
from odoo.tests import new_test_user, tagged

from .test_webhook import SECRET, WebhookCase

# What tests do instead of beginning and ending transactions.
TRANSACTIONS = ("SAVEPOINT", "RELEASE", "ROLLBACK")
# The thread that renews leases now and then, and writes the more of them the slower a machine is.
LEASES = "stripe_terminal_leases"
# The most statements of each step of a payment by card, all that Odoo asks itself included, but for
# the registry's signals that no test has; see benchmarks/README.md.
BUDGET = {
    "send": 13,
    "to the reader": 10,
    "status": 3,
    "webhook": 3,
    "paid": 7,
    "status of the paid": 1,
}


@tagged("post_install", "-at_install")
class TestQueries(WebhookCase):
    """How many statements a payment costs the database, step by step."""

    def setUp(self):
        super().setUp()
        self.provider.stripe_terminal_webhook_secret = SECRET
        # As the form does when a key is entered: it tells the account's country.
        self.provider.action_stripe_terminal_check_account()
        groups = "base.group_user,point_of_sale.group_pos_user"
        new_test_user(self.env, "cashier", groups, company_id=self.company.id, password="cashier")
        self.authenticate("cashier", "cashier")
        self.statements, self.is_counting = {}, None
        execute = Cursor.execute

        def note(cr, query, params=None, log_exceptions=True):
            text = getattr(query, "code", query)
            is_ours = threading.current_thread().name != LEASES
            if self.is_counting and is_ours and not text.startswith(TRANSACTIONS):
                self.statements[self.is_counting].append(" ".join(text.split())[:150])
            return execute(cr, query, params, log_exceptions)

        self.patch(Cursor, "execute", note)

    @contextmanager
    def counting(self, step):
        """Count the statements of a step; what the test has still to write is not the step's."""
        self.env.flush_all()
        self.statements[step], self.is_counting = [], step
        yield
        self.is_counting = None

    def ask(self, route, **params):
        """Call one of the till's routes and return its result."""
        answer = self.url_open(
            f"/pos_payment_stripe/{route}",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        return answer.json()["result"]

    def pay_in_steps(self):
        """Pay as a till does that is told of its payment, counting."""
        line = self.line(5.0)
        with self.counting("send"):
            self.ask(
                "send",
                session_id=self.pos_session.id,
                payment_method_id=self.method.id,
                line=line,
            )
        payment = self.Payment.search([("line_uuid", "=", line["line_uuid"])])
        with self.counting("to the reader"):
            self.carry_out(payment)
        with self.counting("status"):
            self.ask("status", line_uuids=[line["line_uuid"]])
        self.reader.tap()
        event = self.event()
        with self.counting("webhook"):
            self.deliver(event).raise_for_status()
        with self.counting("paid"):
            self.carry_out(payment)
        with self.counting("status of the paid"):
            (datum,) = self.ask("status", line_uuids=[line["line_uuid"]])
        self.assertEqual(datum["state"], "paid")
        self.assertMoney(payment)

    def test_a_payment_keeps_to_its_budget(self):
        # What a process keeps for all payments is asked for by the first.
        self.pay_in_steps()
        self.pay_in_steps()
        self.assertEqual(self.statements.keys(), BUDGET.keys())
        for step, most in BUDGET.items():
            statements = self.statements[step]
            with self.subTest(step):
                self.assertLessEqual(len(statements), most, "\n".join(statements))
