import inspect
import json
import re
import uuid
from contextlib import suppress
from pathlib import Path

from odoo.addons.pos_payment_stripe.models.pos_payment_settled import SETTLED_FIELDS
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from .company_case import MODULE, CompanyCase, our_methods, our_rules
from .test_company_models import CALLS

ADDON = Path(__file__).parents[1]
ROOT = "/pos_payment_stripe"
PAGE = Path("docs", "10-security.md")
CHAPTER = "## What is believed"
# Fields that cashiers may write and that our code reads to choose something; said in that page.
FIELDS = {
    "pos.order.is_tipped",
    "pos.order.lines",
    "pos.order.state",
    "pos.order.tip_amount",
    "pos.order.uuid",
    "pos.payment.amount",
    "pos.payment.company_id",
    "pos.payment.payment_method_id",
    "pos.payment.pos_order_id",
    "pos.payment.stripe_refunded_uuid",
    "pos.payment.stripe_tip",
    "pos.payment.stripe_unverified",
    "pos.payment.transaction_id",
    "pos.payment.uuid",
}
# What a till's line may say, as the journal reads it.
LINE_KEY = re.compile(r'\bline(?:\.get\(|\[)"(\w+)"')
MONEY = re.compile(r"^/v1/(refunds|payment_intents)|/(process_payment_intent|refund_payment)$")


@tagged("post_install", "-at_install")
class TestSecurityList(CompanyCase):
    """What chooses an object or an amount at Stripe is listed, and each entry is attacked."""

    def setUp(self):
        super().setUp()
        self.reader.tap()
        self.look(self.payment)
        order = self.draft_order(self.payment)
        order._process_saved_order(draft=False)
        self.theirs = self.send(
            self.line(9.0), self.neighbour_session, self.neighbour_method.with_env(self.env)
        )
        self.carry_out(self.theirs)
        self.neighbour_reader.tap()
        self.look(self.theirs)
        self.assertEqual((self.payment.state, self.theirs.state), ("paid", "paid"))

    # The list

    def listed(self):
        """Return the chapter's code, of the first column of its table by rows, and of the rest."""
        chapter = (ADDON / PAGE).read_text().split(CHAPTER)[1].split("\n## ")[0]
        rows = [line.split("|")[1] for line in chapter.splitlines() if line.startswith("|")]
        rest = "\n".join(line for line in chapter.splitlines() if not line.startswith("|"))
        return [re.findall(r"`([^`]+)`", row) for row in rows], re.findall(r"`([\w.]+)`", rest)

    def routes(self):
        """Return the parameters of each route of ours, by its address below the root."""
        found = {}
        for rule in our_rules(self.env):
            address = re.sub(r"<.*:(\w+)>", r"<\1>", rule.rule.removeprefix(ROOT))
            parameters = inspect.signature(inspect.unwrap(rule.endpoint.func)).parameters
            found[address] = set(parameters) - {"self"}
        return found

    def test_every_route_and_parameter_is_listed(self):
        rows, _rest = self.listed()
        told = {}
        for row in rows:
            for route in (code for code in row if code.startswith("/")):
                parameters = {code for code in row if not code.startswith("/")}
                told.setdefault(route, set()).update(parameters)
        self.assertEqual(told, self.routes(), "docs/10-security.md lists other routes.")

    def test_every_key_of_a_line_is_listed(self):
        read = {
            f"line.{key}"
            for path in (ADDON / "models").glob("pos_stripe_payment*.py")
            for key in LINE_KEY.findall(path.read_text())
        }
        told = {code for row in self.listed()[0] for code in row if code.startswith("line.")}
        self.assertEqual(told, read, "docs/10-security.md lists other keys of a line.")

    def test_every_method_and_field_is_listed(self):
        rows, rest = self.listed()
        told = {
            code for row in rows for code in row if re.match(r"[a-z]\w*\.(?!\w+$)[\w.]+$", code)
        }
        told |= {code for code in rest if code.count(".") >= 2}
        methods = {
            f"{model}.{method}"
            for model, method in our_methods(self.env)
            if not self.env[model]._abstract
        }
        self.assertEqual(told, methods | FIELDS)

    def test_fields_of_ours_on_what_cashiers_write(self):
        """A new field of this addon on orders and payments is guarded, computed, or listed."""
        for model in ("pos.order", "pos.payment"):
            for name, field in self.env[model]._fields.items():
                if field.store and MODULE in (field._modules or ()) and name.startswith("stripe_"):
                    self.assertIn(f"{model}.{name}", FIELDS)
                    self.assertIn(name, SETTLED_FIELDS)

    # The attacks

    def attacks(self):
        """Return what a cashier may send to reach what is not theirs, by route."""
        session, closed = self.pos_session.id, self.closed_session().id
        sessions = (self.neighbour_session.id, closed, 0)
        ours, theirs = self.payment.line_uuid, self.theirs.line_uuid
        method, their_method = self.method.id, self.neighbour_method.id

        def send(session_id=session, method_id=method, **line):
            values = {**self.line(7.0), **line}
            return {"session_id": session_id, "payment_method_id": method_id, "line": values}

        page = {"collector": "of an attacker"}
        back = {"amount": -5.0, "refunded_uuid": theirs}
        return {
            "/send": [
                *[send(other) for other in sessions],
                send(method_id=their_method),
                send(method_id=self.other_method.id),
                *[send(line_uuid=line) for line in (ours, theirs)],
                *[send(line_uuid=line, **back) for line in (ours, theirs)],
                send(**back),
                send(amount=-5.0, refunded_uuid=self.tampered().uuid),
                send(amount=-5.0, refunded_uuid=self.payment.order_uuid),
            ],
            "/status": [{"line_uuids": [theirs, "%", ""]}],
            "/cancel": [{"line_uuid": line} for line in (ours, theirs, "%")],
            "/force_done": [{"line_uuid": line} for line in (ours, theirs)],
            "/accept": [
                {
                    "session_id": other,
                    "keys": [f"not_recorded:{ours}"],
                    "employee_id": 1,
                    "pin": "0",
                }
                for other in (session, *sessions)
            ],
            "/refund_approvers": [
                {
                    "session_id": other,
                    "line": {"line_uuid": line, "amount": -5.0, "refunded_uuid": theirs},
                }
                for other in (session, *sessions)
                for line in (ours, theirs)
            ],
            "/take_over": [
                {"line_uuid": line, "holder_id": holder.id}
                for line in (ours, theirs)
                for holder in (self.payment, self.theirs)
            ],
            "/unattached": [{"session_id": other} for other in sessions],
            "/attach": [
                {"session_id": session_id, "line_uuid": line, "order_uuid": "x", "order_ref": "x"}
                for session_id in (session, *sessions)
                for line in (ours, theirs)
            ],
            "/restore": [
                {"session_id": session_id, "line_uuid": line}
                for session_id in (session, *sessions)
                for line in (ours, theirs)
            ],
            "/refund_unattached": [{"line_uuid": line} for line in (ours, theirs)],
            "/refund_plan": [
                {"session_id": session, "order_uuids": [self.theirs.order_uuid], "amount": 9.0},
                {
                    "session_id": session,
                    "order_uuids": [self.payment.order_uuid],
                    "amount": 9.0,
                    "held": [[ours, 99.0], [theirs, -9.0]],
                },
                *[{"session_id": other, "order_uuids": [], "amount": 9.0} for other in sessions],
            ],
            "/refund_choices": [
                {"session_id": session, "query": self.theirs.payment_intent},
                *[{"session_id": other} for other in sessions],
            ],
            "/connection_token": [
                {"session_id": session_id, "payment_method_id": method_id}
                for session_id in (session, *sessions)
                for method_id in (method, their_method)
            ],
            **{
                route: [{"line_uuid": line, **page} for line in (ours, theirs)]
                for route in ("/collect", "/collecting", "/let_refund", "/release")
            },
            "/reported": [
                {"line_uuid": line, "stage": "process", **page} for line in (ours, theirs)
            ],
        }

    # A signature or a token proves who it is; and a link is opened, see test_company_routes.py.
    NOT_CALLED = {"/health", "/webhook/<provider_id>", "/support/<payment>"}

    def closed_session(self):
        session = self._open_session(self._create_register("Closed", self.other_method))
        session.state = "closed"
        return session

    def tampered(self):
        """Return a payment by which a cashier claims the neighbour's charge."""
        line = {"payment_method_id": self.method.id, "amount": 5.0, "uuid": str(uuid.uuid4())}
        order = self.sync_order(
            uuid=str(uuid.uuid4()),
            state="paid",
            amount_total=5.0,
            amount_paid=5.0,
            date_order="2026-01-01 10:00:00",
            lines=[self.product_line(5.0)],
            payment_ids=[(0, 0, {**line, "transaction_id": self.payment.payment_intent})],
        )
        return order.payment_ids

    def money(self):
        """Return what Stripe and the journal have of both companies' payments."""
        self.env.invalidate_all()
        fields = ["state", "wanted", "amount_minor", "amount_received", "refunded_minor"]
        fields += ["payment_intent", "order_uuid", "payment_id", "company_id", "forced_at"]
        ledgers = [
            self.simulator.ledger(account)["intents"]
            for account in (self.account, self.neighbour_account)
        ]
        return (self.payment + self.theirs).read(fields, load=False), ledgers

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_each_route_as_a_cashier(self):
        attacks = self.attacks()
        self.assertEqual({*attacks, *self.NOT_CALLED}, set(self.routes()), "Attack these routes.")
        self.authenticate("cashier", "cashier")
        before, known = self.money(), set(self.Payment.search([]).ids)
        for route, calls in attacks.items():
            for params in calls:
                with self.subTest(f"{route} {params}"):
                    answer = self.url_open(
                        ROOT + route,
                        data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
                        headers={"Content-Type": "application/json"},
                    ).text
                    for row in self.Payment.search([("id", "not in", list(known))]):
                        self.carry_out(row)
                    self.assertEqual(self.money(), before)
                    self.assertNotIn("pos_payment_line_uuid", answer)
                    if self.theirs.payment_intent not in json.dumps(params):
                        self.assertNotIn(self.theirs.payment_intent, answer)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_each_method_as_a_cashier(self):
        """With records of both companies; nothing that moves money is asked for."""
        before = self.money()
        for model, method in CALLS:
            function = getattr(self.env[model], method)
            targets = {
                "payment.provider": [self.provider, self.neighbour_provider],
                "pos.payment": [self.payment.payment_id, self.tampered()],
                "pos.payment.method": [self.method, self.neighbour_method],
                "pos.session": [self.pos_session, self.neighbour_session],
                "pos.stripe.payment": [self.payment, self.theirs],
            }.get(model) or [self.records.get(model, self.env[model])]
            for record in targets:
                asked = len(self.sent("POST"))
                ids = () if getattr(function, "_api_model", False) else (record.ids,)
                with self.subTest(f"{model}.{method}", record=record):
                    refusals = (AccessError, UserError, ValueError)
                    with suppress(*refusals), self.env.cr.savepoint():
                        call_kw(
                            self.env[model].with_user(self.users["cashier"]),
                            method,
                            [*ids, *CALLS[model, method]],
                            {},
                        )
                    posts = [request.path for request in self.sent("POST")[asked:]]
                    self.assertFalse([path for path in posts if MONEY.search(path)])
                    self.assertEqual(self.money(), before)

    def test_no_model_of_the_journal_is_written(self):
        for model in ("pos.stripe.payment", "pos.stripe.payment.event", "pos.stripe.adoption"):
            for login in ("cashier", "manager", "settings"):
                for operation in ("write", "create", "unlink"):
                    with self.subTest(f"{login}: {operation} {model}"):
                        allowed = self.env[model].with_user(self.users[login]).has_access(operation)
                        self.assertFalse(allowed)
