import os
from unittest.mock import patch

from odoo.addons.pos_payment_stripe.stripe_terminal.account import PERMISSIONS
from odoo.exceptions import AccessError
from odoo.modules.neutralize import get_neutralization_queries, neutralize_database
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import OwnAccountCase

UNREACHABLE = {"STRIPE_API_BASE": "http://127.0.0.1:1"}
ALL = [permission.name for permission in PERMISSIONS]
LOGGER = "odoo.addons.pos_payment_stripe.models.payment_provider_account"


class KeyCase(OwnAccountCase):
    def check(self, key=None):
        """Check a key and return level and sentences of the provider's form."""
        if key:
            self.provider.stripe_secret_key = key
        with mute_logger(LOGGER):
            self.provider._stripe_terminal_check_account()
        return (
            self.provider.stripe_terminal_account_level,
            self.provider.stripe_terminal_account_advice,
        )

    def restricted(self, *missing):
        """Return a restricted key with all permissions that are needed, but some."""
        return self.account.add_restricted_key([name for name in ALL if name not in missing])

    def assertSays(self, level, sentence, key=None):
        found, text = self.check(key)
        self.assertIn(sentence, text)
        self.assertEqual(found, level)


@tagged("post_install", "-at_install")
class TestKey(KeyCase):
    """What Stripe says of a secret key is shown, and what is wrong with it is said."""

    def test_secret_key(self):
        self.assertEqual(
            self.check(),
            (
                "success",
                "Stripe accepts the key, and it may do all that card payments need. No real money "
                "moves with it.",
            ),
        )
        self.assertEqual(
            self.provider.stripe_terminal_account_name, f"Simulated shop ({self.account.id})"
        )
        self.assertEqual(self.provider.stripe_terminal_account_country_id.code, "US")
        self.assertEqual(self.provider.stripe_terminal_account_mode, "Test mode or sandbox")
        self.assertEqual(self.provider.stripe_terminal_account_charges, "Enabled")
        self.assertIn("Full access.", self.provider.stripe_terminal_account_permissions)

    def test_secret_key_takes_one_request(self):
        before = len(self.sent())
        self.check()
        self.assertEqual(len(self.sent()) - before, 1)

    def test_live_key(self):
        self.assertSays("success", "Stripe accepts the key", self.account.live_secret_key)
        self.assertEqual(self.provider.stripe_terminal_account_mode, "Live: real payments")

    def test_restricted_key_with_all_permissions(self):
        self.assertSays("success", "Stripe accepts the key", self.restricted())
        ticks = self.provider.stripe_terminal_account_permissions
        self.assertEqual(ticks.count("fa-check"), len(PERMISSIONS))
        self.assertIn("PaymentIntents: Write</strong>: take payments", ticks)

    def test_each_missing_permission_is_named(self):
        for permission in PERMISSIONS:
            with self.subTest(permission.name):
                self.assertSays(
                    "danger" if permission.is_needed else "warning",
                    f"“{permission.label}”",
                    self.restricted(permission.name),
                )
                ticks = self.provider.stripe_terminal_account_permissions
                self.assertEqual(ticks.count("fa-times"), 1)
                self.assertIn(f'fa-times text-danger"></i> <strong>{permission.label}', ticks)

    def test_trying_permissions_changes_nothing(self):
        self.check(self.restricted())
        for objects in ("payment_intent", "refund", "webhook_endpoint"):
            self.assertFalse(self.account.test.objects[objects], objects)
        self.assertEqual(len(self.account.test.objects["terminal.reader"]), 1)
        self.assertEqual(len(self.account.test.objects["terminal.location"]), 1)

    def test_key_that_may_not_read_the_account(self):
        self.assertSays("warning", "“Accounts: Read”", self.restricted("accounts_kyc_basic_read"))
        self.assertFalse(self.provider.stripe_terminal_account_name)
        self.assertFalse(self.provider.stripe_terminal_account_country_id)
        self.assertFalse(self.provider.stripe_terminal_account_charges)

    def test_permission_that_could_not_be_tried(self):
        self.simulator.faults.add("POST", "/v1/refunds", "429")
        self.assertSays("warning", "Not every permission could be checked.", self.restricted())
        self.assertIn("fa-question", self.provider.stripe_terminal_account_permissions)

    def test_wrong_key(self):
        self.assertSays("danger", "Stripe does not accept the secret key.", "sk_" + "test_wrong")

    def test_revoked_key(self):
        key = self.restricted()
        self.account.expire_key(key)
        self.assertSays("danger", "The secret key has expired or was replaced", key)

    def test_malformed_keys_are_not_sent(self):
        before = len(self.sent())
        for key, sentence in (
            (self.account.publishable_key, "is the publishable key (pk_…)"),
            ("whsec_" + "12345678", "is the secret of a webhook (whsec_…)"),
            ("sk_" + "test_12 34", "has blanks or other characters"),
            ("sk_" + "live_…1234", "has blanks or other characters"),
            ("   ", "has no secret key yet"),
        ):
            with self.subTest(key):
                self.assertSays("danger", sentence, key)
        self.assertEqual(len(self.sent()), before)

    def test_blanks_around_a_key_do_no_harm(self):
        self.assertSays("success", "Stripe accepts", f" {self.account.secret_key}\n")

    def test_unreachable(self):
        self.check()
        with patch.dict(os.environ, UNREACHABLE):
            self.assertSays("warning", "Stripe cannot be reached, so the key could not be checked.")
        # What was known of the same key stays in view.
        self.assertIn("Simulated shop", self.provider.stripe_terminal_account_name)
        self.assertSays("success", "Stripe accepts the key")

    def test_stripe_out_of_order(self):
        self.simulator.faults.add("GET", "/v1/account", "500_before")
        self.assertSays("warning", "Stripe has a technical problem")

    def test_live_key_in_a_copy_for_tests(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "True")
        self.assertSays("danger", "This database is a copy for tests", self.account.live_secret_key)
        self.assertSays("success", "Stripe accepts the key", self.account.secret_key)

    def test_live_key_with_a_provider_in_test_mode(self):
        self.provider.stripe_publishable_key = self.account.publishable_key
        self.provider.state = "test"
        self.assertSays(
            "danger", "The payment provider is in test mode", self.account.live_secret_key
        )

    def test_account_that_may_not_charge(self):
        self.account.charges_enabled = False
        self.assertSays("success", "Stripe accepts the key")
        self.assertEqual(self.provider.stripe_terminal_account_charges, "Not enabled by Stripe yet")
        self.assertSays(
            "danger",
            "Simulated shop cannot take real payments yet. Finish its activation",
            self.account.live_secret_key,
        )

    def test_unsupported_country(self):
        account = self.simulator.add_account(country="BR", currency="brl")
        self.assertSays("warning", "is in Brazil, where Stripe has no", account.secret_key)

    def test_account_in_another_currency(self):
        account = self.simulator.add_account(country="DE")
        self.assertSays(
            "warning",
            f"{self.company.name} sells in USD, but card readers of a Stripe account in Germany "
            "take EUR only.",
            account.secret_key,
        )

    def test_another_key_is_not_yet_checked(self):
        self.check()
        self.provider.stripe_secret_key = self.account.live_secret_key
        self.assertFalse(self.provider.stripe_terminal_account_level)
        self.assertFalse(self.provider.stripe_terminal_account_name)
        self.provider.stripe_secret_key = False
        self.assertFalse(self.provider.stripe_terminal_account_level)

    def test_nothing_of_the_key_is_stored_or_logged(self):
        key = self.restricted()
        self.account.expire_key(key)
        self.provider.stripe_secret_key = key
        with self.assertLogs(LOGGER, "WARNING") as logged:
            self.provider._stripe_terminal_check_account()
        self.assertIn("api_key_expired", logged.output[0])
        for text in (repr(self.provider.stripe_terminal_account), logged.output[0]):
            self.assertNotIn(key, text)
            self.assertNotIn(key[12:], text)


@tagged("post_install", "-at_install")
class TestKeyForm(KeyCase):
    """The key is checked when it is entered in the form, and nothing else asks Stripe."""

    SHOWN = {"stripe_terminal_account_level": {}, "stripe_terminal_account_advice": {}}

    def save(self, **values):
        (answer,) = self.provider.web_save(values, self.SHOWN)
        return answer

    def test_saving_checks(self):
        self.provider.stripe_secret_key = False
        answer = self.save(stripe_secret_key=self.account.secret_key)
        self.assertEqual(answer["stripe_terminal_account_level"], "success")

    @mute_logger(LOGGER)
    def test_saving_is_never_refused(self):
        answer = self.save(stripe_secret_key=self.account.publishable_key)
        self.assertEqual(answer["stripe_terminal_account_level"], "danger")
        self.assertEqual(self.provider.stripe_secret_key, self.account.publishable_key)
        with patch.dict(os.environ, UNREACHABLE):
            answer = self.save(stripe_secret_key=self.account.secret_key)
        self.assertIn("It is saved.", answer["stripe_terminal_account_advice"])
        self.assertEqual(self.provider.stripe_secret_key, self.account.secret_key)

    def test_other_writes_do_not_ask_stripe(self):
        before = len(self.sent())
        self.save(name="Stripe of the shop")
        self.save(stripe_secret_key=False)
        self.provider.write({"stripe_secret_key": self.account.live_secret_key})
        self.provider.code = "none"
        self.save(stripe_secret_key=self.account.secret_key)
        self.assertEqual(len(self.sent()), before)

    def test_button(self):
        answer = self.provider.action_stripe_terminal_check_account()
        self.assertEqual(answer["params"]["type"], "success")
        self.assertIn("Stripe accepts the key", answer["params"]["message"])

    def test_is_for_administrators(self):
        with self.assertRaises(AccessError):
            self.provider.with_user(self.manager).action_stripe_terminal_check_account()
        with self.assertRaises(AccessError):
            self.provider.with_user(self.manager).read(["stripe_terminal_account_advice"])

    def test_form(self):
        form = Form(self.provider)
        self.assertFalse(form.stripe_terminal_connect_works)
        for name in ALL:
            self.assertIn(f"rak_{name}", form.stripe_terminal_restricted_key_url)

    def test_settings(self):
        Settings = self.env["res.config.settings"].with_company(self.company)
        self.assertFalse(Settings.create({}).stripe_terminal_key_level)
        notification = Settings.create({}).action_stripe_terminal_check_account()
        self.assertEqual(notification["params"]["type"], "success")
        settings = Settings.create({})
        self.assertIn("United States", settings.stripe_terminal_account)
        self.assertFalse(settings.stripe_terminal_key_advice)
        self.check(self.restricted("charge_write"))
        settings = Settings.create({})
        self.assertEqual(settings.stripe_terminal_key_level, "danger")
        self.assertIn("Charges and Refunds", settings.stripe_terminal_key_advice)


@tagged("post_install", "-at_install")
class TestNeutralize(KeyCase):
    """A copy of the database takes no real money and none of the shop's events."""

    def neutralize(self, *modules):
        self.env.flush_all()
        for query in get_neutralization_queries(modules):
            self.env.cr.execute(query)
        self.env.invalidate_all()

    def test_live_keys_and_webhook(self):
        self.check(self.account.live_secret_key)
        self.provider.stripe_terminal_webhook_secret = "a secret"
        self.provider.stripe_terminal_webhook_id = "we_1"
        restricted = self.provider.copy()
        restricted.stripe_secret_key = self.account.add_restricted_key(ALL, livemode=True)
        self.neutralize("payment_stripe", "pos_payment_stripe")
        self.assertFalse(self.provider.stripe_secret_key)
        self.assertFalse(restricted.stripe_secret_key)
        self.assertFalse(self.provider.stripe_terminal_webhook_secret)
        self.assertFalse(self.provider.stripe_terminal_webhook_id)
        self.assertFalse(self.provider.stripe_terminal_account)

    def test_as_odoo_does_it(self):
        self.provider.stripe_secret_key = self.account.live_secret_key
        self.env.flush_all()
        neutralize_database(self.env.cr)
        self.env.invalidate_all()
        self.assertFalse(
            self.env["payment.provider"].search([("stripe_secret_key", "like", "_live_")])
        )
