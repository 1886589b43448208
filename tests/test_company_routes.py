import json
import time

from stripe import WebhookSignature

from odoo.tests import tagged
from odoo.tools import mute_logger

from .company_case import CompanyCase, our_routes

ROOT = "/pos_payment_stripe"
REFUSED = "You cannot use this payment terminal."


@tagged("post_install", "-at_install")
class TestCompanyRoutes(CompanyCase):
    """Whoever is not of the company sees and charges nothing of it, whichever route is asked."""

    def parameters(self):
        """Return what each JSON route is called with to reach our company's payments."""
        line = self.payment.line_uuid
        session = self.pos_session.id
        return {
            f"{ROOT}/send": {
                "session_id": session,
                "payment_method_id": self.method.id,
                "line": self.line(7.0),
            },
            f"{ROOT}/status": {"line_uuids": [line]},
            f"{ROOT}/cancel": {"line_uuid": line},
            f"{ROOT}/force_done": {"line_uuid": line},
            f"{ROOT}/accept": {"session_id": session, "keys": ["unreachable"]},
            f"{ROOT}/refund_approvers": {"session_id": session},
            f"{ROOT}/take_over": {"line_uuid": line, "holder_id": self.payment.id},
            f"{ROOT}/unattached": {"session_id": session},
            f"{ROOT}/restore": {"session_id": session, "line_uuid": line},
            f"{ROOT}/attach": {
                "session_id": session,
                "line_uuid": line,
                "order_uuid": "theirs",
                "order_ref": "theirs",
            },
            f"{ROOT}/refund_unattached": {"line_uuid": line},
            f"{ROOT}/refund_plan": {
                "session_id": session,
                "order_uuids": [self.payment.order_uuid],
                "amount": 1.0,
            },
            f"{ROOT}/refund_choices": {"session_id": session},
            f"{ROOT}/connection_token": {
                "session_id": session,
                "payment_method_id": self.method.id,
            },
            f"{ROOT}/collect": {"line_uuid": line, "collector": "theirs"},
            f"{ROOT}/collecting": {"line_uuid": line, "collector": "theirs"},
            f"{ROOT}/let_refund": {"line_uuid": line, "collector": "theirs"},
            f"{ROOT}/release": {"line_uuid": line, "collector": "theirs"},
            f"{ROOT}/reported": {"line_uuid": line, "collector": "theirs", "stage": "process"},
        }

    def addresses(self):
        """Return the addresses that a browser opens, by the route that they belong to."""
        return {
            f"{ROOT}/support/<model('pos.stripe.payment'):payment>": (
                f"{ROOT}/support/{self.payment.id}"
            ),
        }

    # What Stripe and monitoring systems call; a signature or a token proves who it is.
    PROVEN = {f"{ROOT}/webhook/<int:provider_id>", f"{ROOT}/health"}

    def test_each_route_is_called(self):
        self.assertEqual(
            our_routes(self.env),
            {*self.parameters(), *self.addresses(), *self.PROVEN},
            "Say in parameters() or addresses() of tests/test_company_routes.py how these routes "
            "are called for a payment of our company: it is then proved that nobody else can.",
        )

    def call(self, route, parameters):
        """Call a JSON route; returns its result, or the text of the error."""
        answer = self.url_open(
            route,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": parameters}),
            headers={"Content-Type": "application/json"},
        ).json()
        return answer["error"]["data"]["message"] if "error" in answer else answer.get("result")

    def log_in(self, login):
        """Be a user; nobody for the public one."""
        if login == "public":
            self.authenticate(None, None)
        else:
            self.authenticate(login, login)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_strangers(self):
        for login in self.strangers:
            self.log_in(login)
            for route, parameters in self.parameters().items():
                who = f"{login}: {route}"
                with self.subTest(who), self.assertUntouched(who):
                    answer = self.call(route, parameters)
                    self.assertSilent(answer, who)
                    if login == "public":
                        self.assertIn("Session", answer)
                    elif answer != []:
                        # Who asks for payments by their uuids gets those that are there for them.
                        self.assertEqual(answer, REFUSED)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_strangers_open_no_address(self):
        for login in [*self.strangers, "cashier", "accountant"]:
            self.log_in(login)
            for route, address in self.addresses().items():
                with self.subTest(f"{login}: {route}"), self.assertUntouched(login):
                    answer = self.url_open(address)
                    self.assertSilent(answer.text, login)
                    if login == "public":
                        self.assertIn("/web/login", answer.url)
                    else:
                        self.assertEqual(answer.status_code, 403)

    @mute_logger("odoo.http")
    def test_our_cashier(self):
        """The calls above are refused for who makes them, and not for how they are made."""
        # Past the ORM, which lets nobody change a method in an open session.
        self.env.cr.execute(
            "UPDATE pos_payment_method SET stripe_connection = 'browser' WHERE id = %s",
            (self.method.id,),
        )
        self.method.invalidate_recordset(["stripe_connection"])
        self.log_in("cashier")
        for route, parameters in self.parameters().items():
            with self.subTest(route):
                answer = self.call(route, parameters)
                self.assertNotEqual(answer, REFUSED)
                self.assertNotIn("line_uuid", answer if isinstance(answer, str) else "")
        self.log_in("manager")
        for route, address in self.addresses().items():
            with self.subTest(route):
                self.assertEqual(self.url_open(address).status_code, 200)

    def test_our_cashier_is_told(self):
        self.log_in("cashier")
        (known,) = self.call(f"{ROOT}/status", self.parameters()[f"{ROOT}/status"])
        self.assertEqual(known["state"], "collecting")

    @mute_logger("odoo.http")
    def test_sessions_and_methods_are_not_mixed(self):
        """Neither who works for both companies can charge on the account of the other one."""
        self.log_in("neighbour_cashier")
        ours = self.parameters()[f"{ROOT}/send"]
        theirs = {"session_id": self.neighbour_session.id}
        with self.assertUntouched("neighbour_cashier"):
            self.assertEqual(self.call(f"{ROOT}/send", {**ours, **theirs}), REFUSED)
        self.users["neighbour_cashier"].company_ids += self.company
        with self.assertUntouched("who works for both"):
            self.assertEqual(self.call(f"{ROOT}/send", {**ours, **theirs}), REFUSED)
            self.assertEqual(
                self.call(f"{ROOT}/send", {**ours, "payment_method_id": self.neighbour_method.id}),
                REFUSED,
            )
            attach = self.parameters()[f"{ROOT}/attach"]
            self.assertEqual(self.call(f"{ROOT}/attach", {**attach, **theirs}), REFUSED)

    @mute_logger("odoo.http")
    def test_a_line_of_ours_is_not_taken_over(self):
        """A till chooses the uuids of its lines, and may know one of ours."""
        self.log_in("neighbour_cashier")
        with self.assertUntouched("neighbour_cashier"):
            answer = self.call(
                f"{ROOT}/send",
                {
                    "session_id": self.neighbour_session.id,
                    "payment_method_id": self.neighbour_method.id,
                    "line": self.line(5.0, line_uuid=self.payment.line_uuid),
                },
            )
            self.assertEqual(answer, REFUSED)

    def test_an_order_with_our_uuids(self):
        """Neither cancelling nor deleting it does anything to the payments of ours."""
        values = {
            "session_id": self.neighbour_session.id,
            "company_id": self.neighbour.id,
            "amount_total": 5.0,
            "amount_paid": 0,
            "amount_tax": 0,
            "amount_return": 0,
        }
        orders = self.env["pos.order"].with_company(self.neighbour)
        order = orders.create({**values, "uuid": self.payment.order_uuid})
        order.add_payment(
            {
                "pos_order_id": order.id,
                "amount": 5.0,
                "payment_method_id": self.neighbour_method.id,
                "uuid": self.payment.line_uuid,
            }
        )
        with self.assertUntouched("an order of the neighbour's"):
            order.payment_ids._link_stripe_payments()
            self.assertTrue(order.payment_ids.stripe_unverified)
            order.payment_ids.unlink()
            order.state = "cancel"
        other = orders.create({**values, "uuid": "another"})
        with self.assertUntouched("an order of the neighbour's"):
            other.unlink()

    def test_each_company_charges_its_own_account(self):
        self.log_in("neighbour_cashier")
        line = self.line(9.0)
        answer = self.call(
            f"{ROOT}/send",
            {
                "session_id": self.neighbour_session.id,
                "payment_method_id": self.neighbour_method.id,
                "line": line,
            },
        )
        self.assertEqual(answer["state"], "new")
        theirs = self.Payment.search([("line_uuid", "=", line["line_uuid"])])
        with self.assertUntouched("the neighbour's payment"):
            self.carry_out(theirs)
            self.neighbour_reader.tap()
            self.carry_out(theirs)
        self.assertEqual(theirs.state, "paid")
        self.assertEqual(theirs.company_id, self.neighbour)
        ledger = self.simulator.ledger(self.neighbour_account)
        self.assertEqual([intent["id"] for intent in ledger["intents"]], [theirs.payment_intent])

    @mute_logger("odoo.addons.pos_payment_stripe.controllers.webhook")
    def test_webhooks_are_believed_of_their_own_account(self):
        """Their secret signs nothing about our payments, wherever it is sent."""
        event = json.dumps(
            {
                "id": "evt_theirs",
                "type": "payment_intent.succeeded",
                "created": int(time.time()),
                "livemode": False,
                "data": {"object": {"object": "payment_intent", "id": self.payment.payment_intent}},
            }
        )
        signature = WebhookSignature.generate_signature_header(
            event, self.neighbour_provider.stripe_terminal_webhook_secret, int(time.time())
        )
        self.authenticate(None, None)
        for provider, status in ((self.provider, 400), (self.neighbour_provider, 200)):
            with self.assertUntouched(f"an event for {provider.company_id.name}"):
                answer = self.url_open(
                    f"{ROOT}/webhook/{provider.id}",
                    data=event,
                    headers={"Content-Type": "application/json", "Stripe-Signature": signature},
                )
                self.assertEqual(answer.status_code, status)
                self.assertFalse(
                    self.env["pos.stripe.webhook.event"].search([("event_id", "=", "evt_theirs")])
                )

    # What a till loads and is told

    def test_a_till_loads_nothing_of_the_other_company(self):
        self.log_in("neighbour_cashier")
        loaded = self.call_model("pos.session", "load_data", [self.neighbour_session.id], [])
        self.assertIn("Their card", json.dumps(loaded["pos.payment.method"]))
        self.assertSilent(loaded["pos.payment.method"], "a till")
        self.assertSilent(loaded, "a till")

    @mute_logger("odoo.http")
    def test_a_till_of_ours_loads_no_secret(self):
        self.log_in("cashier")
        loaded = json.dumps(self.call_model("pos.session", "load_data", [self.pos_session.id], []))
        for secret in (
            self.account.secret_key,
            self.provider.stripe_terminal_webhook_secret,
            "secret_key",
            "client_secret",
        ):
            self.assertNotIn(secret, loaded)

    def test_the_bus_carries_an_id_only(self):
        """Public self-order pages listen on the register's channel, too."""
        self.env.cr.precommit.data.pop("bus.bus.values", None)
        self.payment._notify_till()
        (told,) = self.env.cr.precommit.data["bus.bus.values"]
        self.assertEqual(
            json.loads(told["message"])["payload"].keys() - {"id"}, set(), told["message"]
        )

    def call_model(self, model, method, *arguments):
        """Call a public method of a model as a browser does."""
        return self.call(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": arguments, "kwargs": {}},
        )
