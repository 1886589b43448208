import json

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import SERIAL_NUMBER, StripeTerminalCase
from .page import Page

NO_ACCESS = "You cannot use this payment terminal."
CONNECTION_TOKENS = "/v1/terminal/connection_tokens"
ROUTES = ("collect", "collecting", "let_refund", "release", "reported")


@tagged("post_install", "-at_install")
class TestBrowserSdk(StripeTerminalCase, HttpCase):
    """Who gets a connection token and a client secret, and where neither of them stays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pos_session.close_session_from_ui()
        cls.method.stripe_connection = "browser"
        cls.pos_session = cls._open_session(cls.config)
        cls.env["pos.stripe.reader"]._stripe_fetch(cls.provider)
        groups = "base.group_user,point_of_sale.group_pos_user"
        cls.cashier = cls._user("sdk_cashier", groups)
        cls.colleague = cls._user("sdk_colleague", groups)
        cls._user("sdk_office", "base.group_user")
        cls._user("sdk_portal", "base.group_portal")
        other = cls.env["res.company"].create({"name": "Next Door"})
        cls._user("sdk_stranger", groups, other)

    @classmethod
    def _user(cls, login, groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login,
            groups,
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
            password=login,
        )

    def open(self, verb, **params):
        """Call a route and return the HTTP answer."""
        return self.url_open(
            f"/pos_payment_stripe/{verb}",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )

    def post(self, verb, **params):
        """Call a route and return the result or the error's message."""
        answer = self.open(verb, **params).json()
        return answer["error"]["data"]["message"] if "error" in answer else answer["result"]

    def login(self, login):
        self.authenticate(login, login)

    def token_params(self, **values):
        return {
            "session_id": self.pos_session.id,
            "payment_method_id": self.method.id,
            **values,
        }

    def test_a_token_is_for_the_location_of_the_reader_and_kept_nowhere(self):
        self.login("sdk_cashier")
        with self.assertLogs(level="DEBUG") as logs:
            answer = self.open("connection_token", **self.token_params())
        secret = answer.json()["result"]["secret"]
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertIn(secret, self.simulator.js_sdk.tokens)
        (request,) = self.sent("POST", CONNECTION_TOKENS)[-1:]
        self.assertEqual(request.params, {"location": self.reader.object["location"]})
        self.assertNotIn(secret, "\n".join(logs.output))
        again = self.post("connection_token", **self.token_params())
        self.assertNotEqual(again["secret"], secret)

    @mute_logger("odoo.http")
    def test_others_get_no_token(self):
        before = len(self.sent("POST", CONNECTION_TOKENS))
        for login in ("sdk_office", "sdk_portal", "sdk_stranger"):
            self.login(login)
            self.assertEqual(self.post("connection_token", **self.token_params()), NO_ACCESS, login)
        self.logout()
        answer = self.open("connection_token", **self.token_params())
        self.assertNotIn("result", answer.json())
        self.login("sdk_cashier")
        server_driven = self._create_method("Other", SERIAL_NUMBER)
        cash = self.pos_session.config_id.payment_method_ids - self.method
        for params in (
            {"session_id": 0},
            {"payment_method_id": server_driven.id},
            {"payment_method_id": cash[:1].id or 0},
        ):
            answer = self.post("connection_token", **self.token_params(**params))
            self.assertEqual(answer, NO_ACCESS, params)
        self.pos_session.close_session_from_ui()
        self.assertEqual(self.post("connection_token", **self.token_params()), NO_ACCESS)
        self.assertEqual(len(self.sent("POST", CONNECTION_TOKENS)), before)

    @mute_logger("odoo.addons.pos_payment_stripe.controllers.browser_sdk")
    def test_stripe_refuses_a_token(self):
        self.login("sdk_cashier")
        self.simulator.faults.add(
            "POST", CONNECTION_TOKENS, "error", status=403, code="more_permissions_required"
        )
        answer = self.post("connection_token", **self.token_params())
        self.assertEqual(answer, {"code": "more_permissions_required"})
        self.simulator.faults.add("POST", CONNECTION_TOKENS, "drop_before")
        answer = self.post("connection_token", **self.token_params())
        self.assertEqual(answer, {"code": "connection_error"})
        self.method.stripe_reader_id.sudo().active = False
        answer = self.post("connection_token", **self.token_params())
        self.assertEqual(answer, {"code": "terminal_reader_invalid_location_for_payment"})

    def test_the_whole_payment_over_the_routes(self):
        self.login("sdk_cashier")
        payment = self.pay(5.0)
        uuid = payment.line_uuid
        (datum,) = self.post("status", line_uuids=[uuid])
        self.assertTrue(datum["collects"])
        self.assertNotIn("_secret_", str(datum))
        answer = self.open("collect", line_uuid=uuid, collector="page")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        result = answer.json()["result"]
        self.assertEqual(
            result["reader"],
            {
                "serial_number": SERIAL_NUMBER,
                "location": self.reader.object["location"],
                "simulated": False,
            },
        )
        sdk = self.simulator.js_sdk
        session = sdk.begin(self.post("connection_token", **self.token_params())["secret"])
        connection = sdk.connect(session, self.reader.id)
        sdk.collect(connection, result["client_secret"])
        self.assertTrue(self.post("collecting", line_uuid=uuid, collector="page"))
        self.assertFalse(self.post("collecting", line_uuid=uuid, collector="other page"))
        self.reader.tap()
        sdk.process(connection, payment.payment_intent)
        self.post("reported", line_uuid=uuid, collector="page", stage="process")
        self.carry_out(payment)
        (datum,) = self.post("status", line_uuids=[uuid])
        self.assertEqual(datum["state"], "paid")
        self.assertMoney(payment)

    @mute_logger("odoo.http")
    def test_others_get_no_intent(self):
        payment = self.pay(5.0)
        before = payment.read()
        for login in ("sdk_office", "sdk_portal", "sdk_stranger", None):
            if login:
                self.login(login)
            else:
                self.logout()
            for verb in ROUTES:
                params = {"line_uuid": payment.line_uuid, "collector": "page"}
                if verb == "reported":
                    params["stage"] = "process"
                answer = self.open(verb, **params)
                self.assertNotIn("result", answer.json(), (login, verb))
                self.assertNotIn("_secret_", answer.text)
        self.env.invalidate_all()
        self.assertEqual(payment.read(), before)

    @mute_logger("odoo.http")
    def test_only_the_journal_s_own_intents_in_an_open_session(self):
        """There is no way to name an intent or an amount: a line of the journal is all."""
        foreign = self.simulator.account.test
        payment = self.pay(5.0)
        self.login("sdk_cashier")
        with self.simulator.lock:
            intents = {intent["id"] for intent in foreign.all("payment_intent")}
        for verb in (*ROUTES, "cancel"):
            for line in (payment.payment_intent, "pi_other", ""):
                params = {"line_uuid": line}
                if verb != "cancel":
                    params["collector"] = "page"
                if verb == "reported":
                    params["stage"] = "process"
                self.assertEqual(self.post(verb, **params), NO_ACCESS, (verb, line))
        with mute_logger("odoo.addons.base.models.ir_http"):
            self.post("collect", line_uuid=payment.line_uuid, collector="page", amount=1)
        self.assertEqual(self.account.intent(payment.payment_intent)["amount"], 500)
        with self.simulator.lock:
            self.assertEqual({one["id"] for one in foreign.all("payment_intent")}, intents)
        payment._cancel()
        self.carry_out(payment)
        self.pos_session.close_session_from_ui()
        params = {"line_uuid": payment.line_uuid, "collector": "page"}
        self.assertEqual(self.post("collect", **params), NO_ACCESS)

    def test_the_client_secret_cannot_be_read_from_the_journal(self):
        payment = self.pay(5.0)
        secret = payment.client_secret
        self.assertTrue(secret)
        manager = new_test_user(
            self.env,
            "sdk_manager",
            "base.group_user,point_of_sale.group_pos_manager,base.group_system",
            company_id=self.company.id,
            password="sdk_manager",
        )
        self.assertNotIn("client_secret", payment.with_user(manager).fields_get())
        self.assertNotIn(secret, str(payment.with_user(manager).read()))
        self.login("sdk_manager")
        file = self.url_open(f"/pos_payment_stripe/support/{payment.id}").text
        self.assertIn(payment.payment_intent, file)
        self.assertNotIn("_secret_", file)

    def test_a_simulated_reader(self):
        simulated = self.account.add_reader("SIMULATED-1", device_type="simulated_wisepos_e")
        self.env["pos.stripe.reader"]._stripe_fetch(self.provider)
        method = self._create_method("Simulated", "SIMULATED-1", stripe_connection="browser")
        payment = self.send(self.line(5.0), method=method)
        self.carry_out(payment)
        page = Page(self)
        answer = payment._collect(page.name)
        self.assertTrue(answer["reader"]["simulated"])
        self.assertEqual(answer["reader"]["location"], simulated.object["location"])
