import json

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import StripeTerminalCase

NO_ACCESS = "You cannot use this payment terminal."


@tagged("post_install", "-at_install")
class TestAccess(StripeTerminalCase, HttpCase):
    """Who may ask for what on the till's routes, and what an answer gives away."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "base.group_user,point_of_sale.group_pos_user"
        cls.cashier = new_test_user(
            cls.env, "till_cashier", groups, company_id=cls.company.id, password="till_cashier"
        )
        cls.employee = new_test_user(
            cls.env, "office", "base.group_user", company_id=cls.company.id, password="office"
        )
        cls.portal = new_test_user(cls.env, "visitor", "base.group_portal", password="visitor")
        other_company = cls.env["res.company"].create({"name": "Next Door"})
        cls.stranger = new_test_user(
            cls.env,
            "stranger",
            groups,
            company_id=other_company.id,
            company_ids=[(6, 0, other_company.ids)],
            password="stranger",
        )

    def post(self, verb, **params):
        """Call a route and return the result or the error's message."""
        answer = self.url_open(
            f"/pos_payment_stripe/{verb}",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        ).json()
        if "error" in answer:
            return answer["error"]["data"]["message"]
        return answer["result"]

    def post_send(self, line, session=None, method=None):
        return self.post(
            "send",
            session_id=(session or self.pos_session).id,
            payment_method_id=(method or self.method).id,
            line=line,
        )

    def test_a_cashier_pays(self):
        self.authenticate("till_cashier", "till_cashier")
        line = self.line(5.0)
        self.assertEqual(self.post_send(line)["state"], "new")
        payment = self.Payment.search([("line_uuid", "=", line["line_uuid"])])
        self.assertEqual(payment.user_id, self.cashier)
        self.carry_out(payment)
        (datum,) = self.post("status", line_uuids=[line["line_uuid"]])
        self.assertEqual(datum["state"], "collecting")
        self.assertTrue(self.post("cancel", line_uuid=line["line_uuid"])["canceling"])
        self.carry_out(payment)
        (datum,) = self.post("status", line_uuids=[line["line_uuid"]])
        self.assertEqual(datum["state"], "canceled")

    def test_the_answer_holds_no_secret(self):
        self.authenticate("till_cashier", "till_cashier")
        line = self.line(5.0)
        self.post_send(line)
        payment = self.Payment.search([("line_uuid", "=", line["line_uuid"])])
        self.carry_out(payment)
        answer = json.dumps(self.post("status", line_uuids=[line["line_uuid"]]))
        for secret in (self.account.secret_key, "client_secret", "_secret_"):
            self.assertNotIn(secret, answer)

    @mute_logger("odoo.http")
    def test_others_get_nothing(self):
        payment = self.pay(5.0)
        for login in ("office", "visitor", "stranger"):
            self.authenticate(login, login)
            self.assertEqual(self.post_send(self.line(5.0)), NO_ACCESS, login)
            self.assertIn(
                self.post("status", line_uuids=[payment.line_uuid]), ([], NO_ACCESS), login
            )
            self.assertEqual(self.post("cancel", line_uuid=payment.line_uuid), NO_ACCESS, login)
            self.assertEqual(self.post("force_done", line_uuid=payment.line_uuid), NO_ACCESS, login)
            session = {"session_id": self.pos_session.id}
            plan = self.post("refund_plan", order_uuids=[], amount=5.0, **session)
            self.assertEqual(plan, NO_ACCESS, login)
            self.assertEqual(self.post("refund_choices", **session), NO_ACCESS, login)
        self.assertFalse(payment.wanted)
        self.authenticate(None, None)
        self.assertIn("Session", self.post_send(self.line(5.0)))

    @mute_logger("odoo.http")
    def test_only_methods_of_an_open_session(self):
        self.authenticate("till_cashier", "till_cashier")
        foreign_method = self._create_method("Foreign", "WSC000000000001")
        self.assertEqual(self.post_send(self.line(5.0), method=foreign_method), NO_ACCESS)
        self.assertEqual(self.post_send(self.line(5.0), method=self.other_method), NO_ACCESS)
        closed = self._open_session(self._create_register("Closed", self.method))
        closed.state = "closed"
        self.assertEqual(self.post_send(self.line(5.0), session=closed), NO_ACCESS)

    def test_a_line_of_another_company_cannot_be_taken_over(self):
        payment = self.pay(5.0)
        self.env.cr.execute(
            "UPDATE pos_stripe_payment SET company_id = %s WHERE id = %s",
            (self.stranger.company_id.id, payment.id),
        )
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self.send(self.line(5.0, line_uuid=payment.line_uuid))

    def test_the_journal_is_written_by_the_server_only(self):
        payment = self.pay(5.0)
        for user in (self.cashier, self.env.ref("base.user_admin")):
            journal = payment.with_user(user)
            with self.assertRaises(AccessError):
                journal.write({"state": "paid"})
            with self.assertRaises(AccessError):
                journal.unlink()

    @mute_logger("odoo.http")
    def test_the_support_file(self):
        payment = self.pay(5.0)
        address = f"/pos_payment_stripe/support/{payment.id}"
        self.authenticate("till_cashier", "till_cashier")
        self.assertEqual(self.url_open(address).status_code, 403)
        manager = new_test_user(
            self.env,
            "till_manager",
            "base.group_user,point_of_sale.group_pos_manager",
            company_id=self.company.id,
            password="till_manager",
        )
        self.assertFalse(payment.with_user(manager).is_unattached)
        self.authenticate("till_manager", "till_manager")
        answer = self.url_open(address)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.json()["payment"]["payment_intent"], payment.payment_intent)
        self.assertEqual(
            [event["verb"] for event in answer.json()["events"]],
            payment.event_ids.mapped("verb"),
        )
        self.assertNotIn(self.account.secret_key, answer.text)
