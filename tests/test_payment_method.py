import os
from unittest.mock import patch

from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.tests import Form, tagged

from ..stripe_terminal.account import PERMISSIONS
from .common import SERIAL_NUMBER, OwnAccountCase


@tagged("post_install", "-at_install")
class TestCheck(OwnAccountCase):
    """Each way in which a set-up can be wrong is told in words, with what to do."""

    def check(self, serial_number=SERIAL_NUMBER):
        """Check as the shop's manager, who may not see payment providers."""
        return self.method.with_user(self.manager).stripe_terminal_check(serial_number)

    def test_good(self):
        answer = self.check()
        self.assertEqual(answer["level"], "success")
        self.assertRegex(
            answer["message"],
            r"^Counter \(WSC513105011295\), BBPOS WisePOS E, is ready \(test mode\)\. "
            r"Last seen by Stripe: .*\d.*\.$",
        )

    def test_unknown_serial_number(self):
        self.assertEqual(
            self.check("WSC000000000000"),
            {
                "level": "danger",
                "message": "The Stripe account (test mode) has no card reader with the serial "
                "number WSC000000000000. Compare it with the one on the back of the reader, or "
                "choose the reader from the list.",
            },
        )

    def test_reader_of_the_other_mode(self):
        self.provider.stripe_secret_key = self.account.live_secret_key
        self.account.add_reader(serial_number="WSC777777777777", livemode=True)
        answer = self.check()
        self.assertEqual(answer["level"], "danger")
        self.assertIn("(live mode) has no card reader", answer["message"])

    def test_reader_known_from_the_other_mode(self):
        self.check()
        self.provider.stripe_secret_key = self.account.live_secret_key
        answer = self.check()
        self.assertEqual(answer["level"], "danger")
        self.assertIn("This card reader is registered in test mode, and the", answer["message"])
        self.account.add_reader(serial_number="WSC777777777777", livemode=True)
        self.check()
        self.provider.stripe_secret_key = self.account.secret_key
        answer = self.check("WSC777777777777")
        self.assertEqual(answer["level"], "danger")
        self.assertIn("This card reader is registered for real payments", answer["message"])

    def test_account_in_another_currency(self):
        self.provider.stripe_secret_key = self.simulator.add_account(country="DE").secret_key
        answer = self.check("")
        self.assertEqual(answer["level"], "danger")
        self.assertIn(
            "Set-up sells in USD, but card readers of a Stripe account in Germany take EUR only. "
            "Sell in EUR, or use a Stripe account in a country with USD.",
            answer["message"],
        )

    def test_journal_in_the_currency_of_the_account(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.provider.stripe_secret_key = self.simulator.add_account(country="DE").secret_key
        self.method.journal_id.currency_id = euro
        self.assertNotIn("sells in", self.check("")["message"])

    def test_a_self_order_kiosk_is_not_saved(self):
        register = self._create_register("Kiosk", self.method)
        with self.assertRaisesRegex(ValidationError, "Kiosk: a self-order kiosk takes no cards"):
            register.self_ordering_mode = "kiosk"
        register.payment_method_ids -= self.method
        register.self_ordering_mode = "kiosk"
        with self.assertRaisesRegex(ValidationError, "Kiosk: a self-order kiosk takes no cards"):
            register.payment_method_ids += self.method
        with self.assertRaisesRegex(ValidationError, "Kiosk: a self-order kiosk takes no cards"):
            self.method.config_ids += register

    def test_a_method_of_a_kiosk_does_not_become_ours(self):
        method = self.method.copy({"use_payment_terminal": False, "name": "Card 2"})
        self._create_register("Kiosk", method).self_ordering_mode = "kiosk"
        with self.assertRaisesRegex(ValidationError, "Kiosk: a self-order kiosk takes no cards"):
            method.use_payment_terminal = "stripe_terminal"

    def test_a_self_order_kiosk_of_before(self):
        register = self._create_register("Kiosk", self.method)
        self.env.cr.execute(
            "UPDATE pos_config SET self_ordering_mode = 'kiosk' WHERE id = %s", register.ids
        )
        register.invalidate_recordset()
        answer = self.check(SERIAL_NUMBER)
        self.assertEqual(answer["level"], "danger")
        self.assertIn("Kiosk: a self-order kiosk takes no cards", answer["message"])

    def test_a_register_charges_in_its_own_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        register = self._create_register("Terrace", self.method)
        sales = register.journal_id.copy({"currency_id": euro.id})
        register.write({"journal_id": sales.id, "invoice_journal_id": sales.id})
        self.assertFalse(self.method.journal_id.currency_id)
        self.assertIn("sells in EUR", self.check(SERIAL_NUMBER)["message"])
        test = self.method.action_stripe_diagnosis()["params"]["test_id"]
        self.assertEqual(self.env["pos.stripe.diagnosis"].browse(test)._currency(), euro)

    def test_a_journal_that_is_not_saved_yet(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        journal = self.method.journal_id.copy({"currency_id": euro.id})
        method = self.method.with_user(self.manager)
        self.assertNotIn("sells in", method.stripe_terminal_check(SERIAL_NUMBER)["message"])
        answer = method.stripe_terminal_check(SERIAL_NUMBER, journal.id)
        self.assertIn("sells in EUR", answer["message"])

    def test_unsupported_country(self):
        account = self.simulator.add_account(country="BR", currency="brl")
        self.provider.stripe_secret_key = account.secret_key
        answer = self.check("")
        self.assertEqual(answer["level"], "warning")
        self.assertIn("is in Brazil, where Stripe has no card readers", answer["message"])

    def test_reader_in_another_location(self):
        """A location of another country than the account's: Stripe takes no payments there."""
        abroad = self.account.add_location(display_name="Lyon", address={"country": "FR"})
        self.account.add_reader(serial_number="WSC222222222222", location=abroad["id"])
        answer = self.check("WSC222222222222")
        self.assertEqual(answer["level"], "danger")
        self.assertEqual(
            answer["message"],
            "The card reader belongs to the location Lyon in France, and the Stripe account is in "
            "United States: Stripe takes payments in the account's own country only. Pair the "
            "reader with a location there.",
        )
        self.assertEqual(self.check()["level"], "success")

    def test_live_key_in_a_copy_for_tests(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "True")
        self.provider.stripe_secret_key = self.account.live_secret_key
        answer = self.check()
        self.assertEqual(answer["level"], "danger")
        self.assertIn("This database is a copy for tests", answer["message"])

    def test_what_was_put_right_at_stripe_is_noticed(self):
        self.account.charges_enabled = False
        self.provider.stripe_secret_key = self.account.live_secret_key
        self.assertIn("cannot take real payments yet", self.check("")["message"])
        self.account.charges_enabled = True
        self.assertNotIn("cannot take real payments yet", self.check("")["message"])

    def test_the_account_is_asked_once_for_each_key(self):
        self.check()
        before = len(self.sent("GET", "/v1/account"))
        self.check()
        self.assertEqual(len(self.sent("GET", "/v1/account")), before)

    def test_no_serial_number_yet(self):
        answer = self.check("")
        self.assertEqual(answer["level"], "warning")
        self.assertIn("Choose the card reader from the list", answer["message"])

    def test_no_reader_in_the_account(self):
        self.provider.stripe_secret_key = self.account.live_secret_key
        answer = self.check()
        self.assertEqual(answer["level"], "warning")
        self.assertIn("(live mode), but the account has no card reader yet", answer["message"])
        self.assertIn("Pair the reader in Point of Sale, Configuration", answer["message"])

    def test_silent_reader(self):
        with patch.dict(self.reader.object, status="offline"):
            answer = self.check()
        self.assertEqual(answer["level"], "warning")
        self.assertIn("Stripe has not heard from it lately. Switch it on", answer["message"])

    def test_wrong_key(self):
        self.provider.stripe_secret_key = "sk_" + "test_wrong"
        self.assertEqual(
            self.check(),
            {
                "level": "danger",
                "message": "Stripe does not accept the secret key. Copy it again from Stripe's "
                "dashboard (Developers, API keys) to the credentials of the Stripe payment "
                "provider.",
            },
        )

    def test_expired_key(self):
        key = self.account.add_restricted_key(["terminal_reader_read"])
        self.account.expire_key(key)
        self.provider.stripe_secret_key = key
        self.assertIn("has expired or was replaced", self.check()["message"])

    def test_restricted_key(self):
        needed = [permission.name for permission in PERMISSIONS if permission.is_needed]
        self.provider.stripe_secret_key = self.account.add_restricted_key(needed)
        self.assertEqual(self.check()["level"], "success")

    def test_restricted_key_that_cannot_charge(self):
        self.provider.stripe_secret_key = self.account.add_restricted_key(["terminal_reader_read"])
        answer = self.check()
        self.assertEqual(answer["level"], "danger")
        self.assertIn("lacks “PaymentIntents: Write”, “Terminal Readers: Write”", answer["message"])

    def test_restricted_key_without_the_permission(self):
        self.provider.stripe_secret_key = self.account.add_restricted_key(["charge_read"])
        self.assertIn("Give it “Terminal Readers: Write”", self.check()["message"])

    def test_no_secret_key(self):
        self.provider.stripe_secret_key = False
        self.assertEqual(
            self.check(),
            {
                "level": "danger",
                "message": "The Stripe payment provider has no secret key yet. An administrator "
                "enters it in the provider's credentials; the provider may stay disabled.",
            },
        )

    def test_no_provider(self):
        self.env["payment.provider"].search([("code", "=", "stripe")]).code = "none"
        self.assertEqual(
            self.check(),
            {
                "level": "danger",
                "message": f"There is no Stripe payment provider for {self.company.name}. An "
                "administrator can duplicate the one of another company, or install Stripe in "
                "Payment Providers, and enter the secret key.",
            },
        )

    def test_stripe_unreachable(self):
        with patch.dict(os.environ, STRIPE_API_BASE="http://127.0.0.1:1"):
            answer = self.check()
        self.assertEqual(
            answer,
            {
                "level": "danger",
                "message": "Stripe cannot be reached, so nothing could be checked. Check the "
                "internet connection of the Odoo server and try again. The payment method can be "
                "saved.",
            },
        )

    def test_answer_of_a_server_that_is_down(self):
        self.simulator.faults.add("GET", "/v1/terminal/readers", "500_before")
        self.assertIn("Stripe has a technical problem.", self.check()["message"])

    def test_without_a_saved_record(self):
        methods = self.env["pos.payment.method"].with_user(self.manager)
        answer = methods.with_company(self.company).stripe_terminal_check(SERIAL_NUMBER)
        self.assertEqual(answer["level"], "success")

    def test_while_a_session_uses_the_method(self):
        self.method = self.pos_session.payment_method_ids.filtered("stripe_serial_number")
        self.assertEqual(self.check()["level"], "success")

    def test_is_for_managers(self):
        with self.assertRaises(AccessError):
            self.method.with_user(self.cashier).stripe_terminal_check(SERIAL_NUMBER)


@tagged("post_install", "-at_install")
class TestPaymentMethod(OwnAccountCase):
    """The form of a payment method, and what may be saved."""

    def test_is_a_terminal(self):
        selection = self.env["pos.payment.method"]._get_payment_terminal_selection()
        self.assertIn(dict(selection)["stripe_terminal"], ("Stripe", "Stripe Terminal"))

    def test_card_sets_up_this_addon(self):
        status = self.env["pos.payment.method"].get_provider_status(["pos_stripe", "pos_adyen"])
        modules = {module["name"]: module for module in status["state"]}
        self.assertEqual(modules["pos_stripe"]["selection"], "stripe_terminal")
        self.assertEqual(modules["pos_stripe"]["state"], "installed")
        self.assertNotIn("selection", modules["pos_adyen"])

    def test_settings_lead_to_methods_and_readers(self):
        arch = self.env["res.config.settings"].get_view(view_type="form")["arch"]
        self.assertIn('id="stripe_terminal_setting"', arch)
        action = self.env.ref("pos_payment_stripe.pos_stripe_reader_action")
        self.assertIn(f'name="{action.id}"', arch)
        self.assertIn("Stripe (Odoo's own addon)", arch)

    def test_needs_a_serial_number(self):
        with self.assertRaisesRegex(ValidationError, "Enter the serial number of the card reader"):
            self.method.stripe_serial_number = False

    def test_registers_share_a_reader(self):
        other = self._create_method("Second register", SERIAL_NUMBER)
        self.assertEqual(other.stripe_serial_number, self.method.stripe_serial_number)

    def test_companies_do_not_share_a_reader(self):
        company = self.env["res.company"].create({"name": "Neighbour"})
        self.env.user.company_ids += company
        values = {
            "name": "Neighbour's card",
            "payment_method_type": "terminal",
            "use_payment_terminal": "stripe_terminal",
            "split_transactions": True,
            "company_id": company.id,
        }
        with self.assertRaisesRegex(ValidationError, f"{SERIAL_NUMBER} is already used by another"):
            self.env["pos.payment.method"].with_company(company).create(
                {**values, "stripe_serial_number": SERIAL_NUMBER}
            )
        self.env["pos.payment.method"].with_company(company).create(
            {**values, "stripe_serial_number": "WSC222222222222"}
        )

    def test_copy_shares_the_reader(self):
        copy = self.method.copy()
        self.assertEqual(copy.use_payment_terminal, "stripe_terminal")
        self.assertEqual(copy.stripe_serial_number, SERIAL_NUMBER)

    def test_copy_of_another_method_gets_no_serial_number(self):
        self.assertFalse(self.other_method.copy().stripe_serial_number)

    def test_choosing_a_reader(self):
        second = self.account.add_reader(serial_number="WSC222222222222", label="Terrace")
        self.env["pos.stripe.reader"]._stripe_fetch(self.provider)
        form = Form(self.method.with_user(self.manager))
        self.assertEqual(form.stripe_reader_id.label, "Counter")
        form.stripe_reader_id = self.env["pos.stripe.reader"].search(
            [("stripe_id", "=", second.id)]
        )
        self.assertEqual(form.stripe_serial_number, "WSC222222222222")
        form.save()
        self.assertEqual(self.method.stripe_serial_number, "WSC222222222222")
        self.assertEqual(self.method.stripe_reader_id.label, "Terrace")

    def test_a_form_opened_for_the_terminal_has_it(self):
        """Also beside pos_online_payment, which resets a new form."""
        action = (
            self.env["res.config.settings"]
            .with_context(selection="stripe_terminal", provider_name="Stripe")
            .open_payment_method_form()
        )
        form = Form(
            self.env["pos.payment.method"]
            .with_user(self.manager)
            .with_context(**{**action["context"], "default_journal_id": False})
        )
        self.assertEqual(form.payment_method_type, "terminal")
        self.assertEqual(form.use_payment_terminal, "stripe_terminal")

    def test_typing_the_serial_number(self):
        self.env["pos.stripe.reader"]._stripe_fetch(self.provider)
        form = Form(self.method.with_user(self.manager))
        form.stripe_serial_number = "WSC999999999999"
        self.assertFalse(form.stripe_reader_id)
        form.stripe_serial_number = " WSC5 13105011295\n"
        self.assertEqual(form.stripe_serial_number, SERIAL_NUMBER)
        self.assertEqual(form.stripe_reader_id.label, "Counter")
        form.save()
        self.assertEqual(self.method.stripe_serial_number, SERIAL_NUMBER)

    def test_choosing_a_reader_by_code(self):
        self.account.add_reader(serial_number="WSC222222222222")
        readers = self.env["pos.stripe.reader"]._stripe_fetch(self.provider)
        self.method.stripe_reader_id = readers.filtered(
            lambda reader: reader.serial_number == "WSC222222222222"
        )
        self.assertEqual(self.method.stripe_serial_number, "WSC222222222222")

    def test_importing_a_method_with_its_reader(self):
        reader = self.env["pos.stripe.reader"]._stripe_fetch(self.provider)
        columns = ["name", "payment_method_type", "use_payment_terminal", "journal_id/.id"]
        row = ["Imported", "terminal", "stripe_terminal", str(self.method.journal_id.id)]
        answer = self.method.load([*columns, "stripe_reader_id/.id"], [[*row, str(reader.id)]])
        self.assertFalse(answer["messages"])
        imported = self.method.browse(answer["ids"])
        self.assertEqual(imported.stripe_serial_number, SERIAL_NUMBER)
        imported.stripe_serial_number = f" {SERIAL_NUMBER[:5]} {SERIAL_NUMBER[5:]}\n"
        self.assertEqual(imported.stripe_reader_id, reader)

    def test_deselecting_the_terminal_forgets_the_reader(self):
        form = Form(self.method.with_user(self.manager))
        form.payment_method_type = "none"
        self.assertFalse(form.use_payment_terminal)
        form.save()
        self.assertFalse(self.method.stripe_serial_number)

    def test_form_opens_for_a_manager_without_access_to_providers(self):
        """Also beside pos_online_payment, whose field of providers such a manager cannot read."""
        methods = self.method.with_user(self.manager)
        Form(methods)
        arch = methods.get_view(view_type="form")["arch"]
        self.assertNotIn("online_payment_provider_ids", arch)

    def test_when_the_reader_is_told_reaches_the_till(self):
        self.assertEqual(self.method.stripe_send, "at_once")
        with Form(self.method.with_user(self.manager)) as form:
            form.stripe_send = "press"
        method = self.method.with_user(self.cashier)
        (loaded,) = method._load_pos_data_read(method, self.config)
        self.assertEqual(loaded["stripe_send"], "press")

    def test_saving_does_not_ask_stripe(self):
        before = len(self.sent())
        with patch.dict(os.environ, STRIPE_API_BASE="http://127.0.0.1:1"):
            method = self._create_method("Saved offline", "WSC000000000000")
            method.stripe_serial_number = "WSC111111111111"
        self.assertEqual(len(self.sent()), before)

    def test_secrets_stay_on_the_server(self):
        data = (
            self.env["pos.payment.method"]
            .with_user(self.cashier)
            ._load_pos_data_read(self.method.with_user(self.cashier), self.config)
        )
        self.assertTrue(data)
        for secret in (self.account.secret_key, "secret"):
            self.assertNotIn(secret, repr(data))


@tagged("post_install", "-at_install")
class TestProvider(OwnAccountCase):
    """Which provider a method charges with, and the way to it."""

    def test_disabled_provider_with_only_a_secret_key(self):
        self.assertEqual(self.provider.state, "disabled")
        self.assertFalse(self.provider.stripe_publishable_key)
        self.assertEqual(self.method._stripe_terminal_provider(), self.provider)

    def test_one_with_a_key_is_preferred(self):
        self.provider.copy({"company_id": self.company.id, "sequence": 0})
        self.assertEqual(self.method._stripe_terminal_provider(), self.provider)

    def test_a_branch_uses_its_parents_provider(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.assertEqual(
            self.env["payment.provider"]._stripe_terminal_provider(branch), self.provider
        )
        own = self.provider.copy({"company_id": branch.id, "stripe_secret_key": "sk_" + "test_x"})
        self.assertEqual(self.env["payment.provider"]._stripe_terminal_provider(branch), own)

    def test_another_companys_provider_is_not_used(self):
        company = self.env["res.company"].create({"name": "Neighbour"})
        provider = self.env["payment.provider"]._stripe_terminal_provider(company)
        self.assertNotEqual(provider, self.provider)
        self.assertFalse(provider.stripe_secret_key)

    def test_link_for_an_administrator(self):
        action = self.method.action_stripe_provider()
        self.assertEqual(action["res_model"], "payment.provider")
        self.assertEqual(action["res_id"], self.provider.id)

    def test_link_where_connect_works(self):
        """As on Odoo's own hosting, where another addon completes Stripe's onboarding."""

        def has_connected_account(provider):
            return False

        Provider = self.env.registry["payment.provider"]
        account, link = {"id": "acct_1"}, "https://connect.example/onboarding"
        self.provider.stripe_secret_key = False
        self.company.country_id = self.env.ref("base.us")
        with (
            patch.object(Provider, "_stripe_has_connected_account", has_connected_account),
            patch.object(Provider, "_stripe_fetch_or_create_connected_account", lambda _: account),
            patch.object(Provider, "_stripe_create_account_link", lambda *_: link),
        ):
            action = self.method.action_stripe_terminal_connect()
            self.assertEqual((action["type"], action["url"]), ("ir.actions.act_url", link))
            # The settings lead to the form in any case.
            action = self.method.action_stripe_provider()
            self.assertEqual(action["res_model"], "payment.provider")
            # Who has keys already wants to see them.
            self.provider.stripe_secret_key = self.account.secret_key
            action = self.method.action_stripe_terminal_connect()
            self.assertEqual(action["res_id"], self.provider.id)

    def test_button_where_connect_does_not_work(self):
        self.provider.stripe_secret_key = False
        action = self.method.action_stripe_terminal_connect()
        self.assertEqual(action["res_model"], "payment.provider")
        with self.assertRaisesRegex(UserError, "Only an administrator can open the Stripe"):
            self.method.with_user(self.manager).action_stripe_terminal_connect()

    def test_form_tells_how_to_fetch_keys_by_hand(self):
        arch = self.provider.get_view(view_type="form")["arch"]
        self.assertIn("“Connect Stripe” does not work on your own server (on-premise)", arch)
        self.assertIn("https://dashboard.stripe.com/apikeys", arch)

    def test_link_for_a_manager(self):
        with self.assertRaisesRegex(UserError, "Only an administrator can open the Stripe"):
            self.method.with_user(self.manager).action_stripe_provider()

    def test_link_without_a_provider(self):
        self.env["payment.provider"].search([("code", "=", "stripe")]).code = "none"
        with self.assertRaisesRegex(RedirectWarning, "There is no Stripe payment provider for"):
            self.method.action_stripe_provider()

    def test_the_link_is_for_those_who_have_no_key(self):
        method = self.method.with_user(self.manager)
        self.assertTrue(method.stripe_terminal_has_key)
        self.provider.stripe_secret_key = False
        self.env.invalidate_all()
        self.assertFalse(method.stripe_terminal_has_key)

    def test_link_says_what_the_documentation_says(self):
        arch = self.env["pos.payment.method"].get_view(view_type="form")["arch"]
        self.assertIn(
            "Don't forget to complete Stripe connect before using this payment method", arch
        )
