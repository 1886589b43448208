from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from .common import StripeTerminalCase

ROUTE = "/pos_payment_stripe/health"


@tagged("post_install", "-at_install")
class TestHealth(StripeTerminalCase, HttpCase):
    """Operators and monitoring systems see what waits, and learn nothing of the payments."""

    def setUp(self):
        super().setUp()
        self.cron = self.env.ref("pos_payment_stripe.ir_cron_look").sudo()
        self.cron.lastcall = fields.Datetime.now()

    def health(self):
        self.env.flush_all()
        return self.env["pos.stripe.payment"]._health()

    def paid(self, **values):
        payment = self.pay(12.0)
        self.reader.tap()
        self.look(payment)
        payment.write(values)
        return payment

    def token(self):
        """Make a token, and return the one that the settings show then."""
        settings = self.env["res.config.settings"].sudo()
        settings.create({}).action_stripe_terminal_health_token()
        return settings.create({}).stripe_terminal_health_token

    def ask(self, token=None):
        """Call the route as a monitoring system does, which has no session."""
        self.authenticate(None, None)
        self.env.flush_all()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.url_open(ROUTE, headers=headers)

    def test_each_figure_counts_its_rows(self):
        before = self.health()
        old = fields.Datetime.now() - timedelta(minutes=2)
        self.paid(unverified=True)
        self.paid(unpaid=True)
        self.paid(carry_at=old, carry_tries=3)
        self.paid(state="authorized", capture_refusal="api_key_expired")
        self.paid(seen_at=old, settled_at=old)
        self.paid(state="unknown", reachable=False)
        after = self.health()
        grown = {
            name: after[name] - before[name]
            for name in self.env["pos.stripe.payment"]._health_domains()
        }
        for name in ("unverified", "unpaid", "unrecorded", "refused_captures", "silent"):
            self.assertEqual(grown[name], 1, name)
        self.assertGreaterEqual(grown["unattached"], 1)

    def test_what_waits_too_long_is_late(self):
        self.assertFalse(self.health()["is_late"])
        payment = self.pay(12.0)
        payment.look_at = fields.Datetime.now() - timedelta(minutes=6)
        health = self.health()
        self.assertGreaterEqual(health["due"], 1)
        self.assertGreaterEqual(health["oldest_due_seconds"], 360)
        self.assertTrue(health["is_late"])

    def test_a_scheduled_action_that_does_not_run_is_late(self):
        for ran_at in (False, fields.Datetime.now() - timedelta(minutes=6)):
            self.cron.lastcall = ran_at
            self.assertTrue(self.health()["is_late"], ran_at)

    def test_the_route_wants_the_token(self):
        self.env["ir.config_parameter"].sudo().set_param("pos_payment_stripe.health_token", "")
        for token in (None, "", "None", "False"):
            self.assertEqual(self.ask(token).status_code, 401, token)
        token = self.token()
        for wrong in (None, "", token[:-1], f"{token}x", "é"):
            answer = self.ask(wrong and wrong.encode().decode("latin-1"))
            self.assertEqual((answer.status_code, answer.json()), (401, {"error": "unauthorized"}))
        self.assertEqual(self.ask(token).status_code, 200)

    def test_a_new_token_ends_the_one_before(self):
        first, second = self.token(), self.token()
        self.assertEqual([self.ask(one).status_code for one in (first, second)], [401, 200])

    def test_the_route_tells_numbers_only(self):
        payment = self.paid(unverified=True)
        answer = self.ask(self.token())
        for value in answer.json().values():
            self.assertIsInstance(value, int | None)
        for secret in (payment.payment_intent, payment.card_last4, "1200", "12.0"):
            self.assertNotIn(secret, answer.text)

    def test_late_is_said_with_the_status(self):
        token = self.token()
        self.cron.lastcall = fields.Datetime.now() - timedelta(minutes=6)
        answer = self.ask(token)
        self.assertEqual((answer.status_code, answer.json()["is_late"]), (503, True))

    def test_a_figure_opens_its_rows(self):
        payment = self.paid(unpaid=True)
        health = self.env["pos.stripe.health"].with_context(figure="unpaid").create({})
        rows = self.env["pos.stripe.payment"].search(health.action_open_payments()["domain"])
        self.assertIn(payment, rows)
        self.assertEqual(len(rows), health.unpaid)

    def test_who_may_see_and_who_may_make_a_token(self):
        cashier = new_test_user(self.env, "health_cashier", "point_of_sale.group_pos_user")
        manager = new_test_user(self.env, "health_manager", "point_of_sale.group_pos_manager")
        with self.assertRaises(AccessError):
            self.env["pos.stripe.health"].with_user(cashier).create({})
        self.assertGreaterEqual(self.env["pos.stripe.health"].with_user(manager).create({}).due, 0)
        settings = self.env["res.config.settings"].new({}).with_user(manager)
        with self.assertRaises(AccessError):
            settings.action_stripe_terminal_health_token()
        self.assertNotIn("stripe_terminal_health_token", settings.fields_get())

    def test_a_manager_counts_the_companies_that_are_on(self):
        self.paid(unpaid=True)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        manager = new_test_user(
            self.env,
            "health_elsewhere",
            "point_of_sale.group_pos_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.assertEqual(self.env["pos.stripe.health"].with_user(manager).create({}).unpaid, 0)
