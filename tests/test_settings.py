import os
from unittest.mock import patch

from lxml import etree

from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import OwnAccountCase

LOGGER = "odoo.addons.pos_payment_stripe.models.payment_provider_account"


@tagged("post_install", "-at_install")
class TestSettings(OwnAccountCase):
    """The settings tell what of a set-up is there, without asking Stripe."""

    def settings(self):
        return self.env["res.config.settings"].with_company(self.company).create({})

    def test_nothing_is_there(self):
        self.provider.stripe_secret_key = False
        company = self.env["res.company"].create({"name": "New shop"})
        self.env.user.company_ids += company
        settings = self.env["res.config.settings"].with_company(company).create({})
        self.assertFalse(settings.stripe_terminal_keys)
        self.assertFalse(settings.stripe_terminal_location_count)
        self.assertFalse(settings.stripe_terminal_reader_count)
        self.assertFalse(settings.stripe_terminal_method_count)
        self.assertFalse(settings.stripe_terminal_webhook)
        self.assertFalse(settings.stripe_terminal_core_method_count)

    def test_all_is_there(self):
        self.env["pos.stripe.reader"]._stripe_fetch(self.provider)
        self.provider.stripe_terminal_webhook_secret = "a secret"
        before = len(self.sent())
        with patch.dict(os.environ, STRIPE_API_BASE="http://127.0.0.1:1"):
            settings = self.settings()
            self.assertTrue(settings.stripe_terminal_keys)
            self.assertTrue(settings.stripe_terminal_is_test)
            self.assertEqual(settings.stripe_terminal_location_count, 1)
            self.assertEqual(settings.stripe_terminal_reader_count, 1)
            self.assertEqual(settings.stripe_terminal_method_count, 2)
            self.assertTrue(settings.stripe_terminal_webhook)
        self.assertEqual(len(self.sent()), before)

    def test_a_live_key_needs_readers_and_webhook_of_its_own(self):
        self.env["pos.stripe.reader"]._stripe_fetch(self.provider)
        self.provider.stripe_terminal_webhook_secret = "a secret"
        self.provider.stripe_terminal_webhook_id = "we_1"
        self.provider.stripe_secret_key = self.account.add_restricted_key([])
        self.assertTrue(self.settings().stripe_terminal_webhook)
        self.provider.stripe_secret_key = self.account.live_secret_key
        settings = self.settings()
        self.assertFalse(settings.stripe_terminal_webhook)
        self.assertFalse(settings.stripe_terminal_location_count)
        self.assertFalse(settings.stripe_terminal_reader_count)

    def test_another_account_needs_readers_and_webhook_of_its_own(self):
        payment = self.send(self.line(12.0), method=self.config.payment_method_ids)
        self.carry_out(payment)
        self.provider._stripe_terminal_check_account()
        self.env["pos.stripe.reader"]._stripe_fetch(self.provider)
        self.provider.stripe_terminal_webhook_secret = "a secret"
        self.provider.stripe_terminal_webhook_id = "we_1"
        mine, other = self.account, self.simulator.add_account(name="Sandbox")

        # A wrong key in between tells nothing of the account.
        for key in ("sk_" + "test_wrong", other.secret_key):
            self.provider.stripe_secret_key = key
            with mute_logger(LOGGER):
                self.provider._stripe_terminal_check_account()
        settings = self.settings()
        self.assertFalse(settings.stripe_terminal_webhook)
        self.assertFalse(settings.stripe_terminal_location_count)
        self.assertFalse(settings.stripe_terminal_reader_count)
        self.assertEqual(settings.stripe_terminal_key_level, "danger")
        self.assertIn(
            f"Card payments of the Stripe account Simulated shop ({mine.id}) that are not "
            "finished: 1.",
            settings.stripe_terminal_key_advice,
        )

        self.provider.stripe_secret_key = mine.secret_key
        self.provider._stripe_terminal_check_account()
        self.assertFalse(self.settings().stripe_terminal_key_advice)
        self.env["pos.stripe.reader"]._stripe_fetch(self.provider)
        self.assertEqual(self.settings().stripe_terminal_reader_count, 1)
        self.assertEqual(payment.state, "collecting")

    def test_a_provider_in_test_mode_comes_last(self):
        keys = {"stripe_publishable_key": "pk_test_1", "stripe_secret_key": "sk_test_1"}
        sandbox = self.provider.copy({"state": "test", **keys})
        find = self.env["payment.provider"]._stripe_terminal_provider
        self.assertEqual(find(self.company), self.provider)
        self.provider.stripe_secret_key = False
        self.assertEqual(find(self.company), sandbox)

    def test_other_companies_may_do_without_stripe(self):
        company = self.env["res.company"].create({"name": "New shop"})
        self.env.user.company_ids += company
        Reader = self.env["pos.stripe.reader"]
        both = Reader.with_context(allowed_company_ids=[company.id, self.company.id])
        told = both.action_stripe_refresh()["params"]
        self.assertEqual(told["type"], "success")
        self.assertIn("Card readers registered with Stripe: 1", told["message"])
        alone = Reader.with_company(company).action_stripe_refresh()["params"]
        self.assertEqual(alone["type"], "warning")
        self.assertIn("has no secret key yet", alone["message"])

    def test_each_step_has_a_button(self):
        settings = self.settings()
        self.assertEqual(settings.action_stripe_terminal_provider()["res_id"], self.provider.id)
        self.assertEqual(settings.action_stripe_terminal_pair()["res_model"], "pos.stripe.pairing")
        self.assertEqual(settings.action_stripe_terminal_refresh()["params"]["type"], "success")
        arch = etree.fromstring(settings.get_view(view_type="form")["arch"])
        for step in ("keys", "location", "reader", "method", "webhook"):
            with self.subTest(step):
                self.assertTrue(arch.xpath(f"//div[@name='stripe_terminal_{step}_step']//button"))

    def test_form_opens(self):
        Form(self.env["res.config.settings"])

    def test_kiosks_without_their_addon(self):
        """`pos_self_order` comes with restaurants, our addon for it by another addons path."""
        self.assertTrue(self.settings().stripe_terminal_lacks_kiosk)
        modules = self.env.registry._init_modules - {"pos_self_order"}
        with patch.object(self.env.registry, "_init_modules", modules):
            self.assertFalse(self.settings().stripe_terminal_lacks_kiosk)
