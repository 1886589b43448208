from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import SERIAL_NUMBER, OwnAccountCase


@tagged("post_install", "-at_install")
class TestSwitch(OwnAccountCase):
    """Settings, Payment Terminals, Stripe: on in a fresh database, off only when nobody uses it."""

    def switch(self, enabled):
        settings = self.env["res.config.settings"].with_company(self.company).create({})
        settings.stripe_terminal_enabled = enabled
        settings.execute()

    def unuse(self):
        methods = self.env["pos.payment.method"].search([])
        users = methods.filtered(lambda method: method.use_payment_terminal == "stripe_terminal")
        self.pos_session.state = "closed"
        self.env.invalidate_all()
        users.use_payment_terminal = False
        return users

    def terminals(self):
        return dict(self.env["pos.payment.method"]._get_payment_terminal_selection())

    def test_is_on_at_first(self):
        self.assertFalse(
            self.env["ir.config_parameter"].search([("key", "=", "pos_payment_stripe.enabled")])
        )
        self.assertTrue(self.env["res.config.settings"].create({}).stripe_terminal_enabled)
        self.assertIn("stripe_terminal", self.terminals())

    def test_saving_settings_leaves_it(self):
        self.switch(True)
        self.assertIn("stripe_terminal", self.terminals())

    def test_methods_in_use_are_named(self):
        with self.assertRaisesRegex(UserError, "while payment methods use it: .*Set-up"):
            self.switch(False)
        self.assertIn("stripe_terminal", self.terminals())

    def test_methods_of_other_companies_count(self):
        self.unuse()
        neighbour = self.env["res.company"].create({"name": "Neighbour"})
        self.method.with_company(neighbour).create(
            {
                "name": "Theirs",
                "payment_method_type": "terminal",
                "use_payment_terminal": "stripe_terminal",
                "stripe_serial_number": SERIAL_NUMBER,
                "split_transactions": True,
                "company_id": neighbour.id,
            }
        )
        with self.assertRaisesRegex(UserError, r"Theirs \(Neighbour\)"):
            self.switch(False)

    def test_archived_methods_do_not_count(self):
        self.method.active = False
        self.unuse()
        self.assertEqual(self.method.use_payment_terminal, "stripe_terminal")
        self.switch(False)
        self.assertNotIn("stripe_terminal", self.terminals())
        with self.assertRaisesRegex(ValidationError, "Stripe is switched off."):
            self.method.active = True

    def test_off_and_on_again(self):
        method = self.unuse()[:1]
        self.switch(False)
        self.assertNotIn("stripe_terminal", self.terminals())
        status = self.method.get_provider_status(["pos_stripe"])
        self.assertNotIn("selection", status["state"][0])
        with self.assertRaisesRegex(UserError, "Stripe is switched off."):
            method.action_stripe_terminal_convert()
        self.switch(True)
        self.assertIn("stripe_terminal", self.terminals())

    def test_the_form_follows(self):
        self.unuse()
        form = Form(self.env["res.config.settings"])
        self.assertTrue(form.stripe_terminal_enabled)
        form.stripe_terminal_enabled = False
        form.save().execute()
        self.assertFalse(Form(self.env["res.config.settings"]).stripe_terminal_enabled)

    def test_cores_switch_is_shown_beside_core_only(self):
        settings = self.env["res.config.settings"].create({})
        installed = self.env["ir.module.module"]._get("pos_stripe").state == "installed"
        self.assertEqual(settings.stripe_terminal_beside_core, installed)
