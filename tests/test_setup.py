import os
from unittest.mock import patch

from odoo.addons.pos_payment_stripe.dev.stripe_simulator.simulator import WRONG_CODE
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import OwnAccountCase

LOGGER = "odoo.addons.pos_payment_stripe.models.payment_provider_account"
MODEL = "pos.stripe.setup"


@tagged("post_install", "-at_install")
class TestSetup(OwnAccountCase):
    """One dialog leads from the key to a register that takes cards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(
            cls.env,
            "shop owner",
            "base.group_user,base.group_system,point_of_sale.group_pos_manager,"
            "account.group_account_manager",
            company_id=cls.company.id,
        )
        cls.register = cls._create_register("Bar", cls.other_method)
        cls.company.partner_id.write(
            {
                "street": "1 Main Street",
                "city": "Gainesville",
                "zip": "32601",
                "country_id": cls.env.ref("base.us").id,
                "state_id": cls.env.ref("base.state_us_10").id,
            }
        )

    def setUp(self):
        super().setUp()
        # As it is for a shop that begins: an account without anything, and no key in Odoo.
        self.account = self.simulator.add_account()
        self.provider.stripe_secret_key = False
        self.provider = self.env["payment.provider"]._stripe_terminal_provider(self.company)
        self.other_method.write({"payment_method_type": "none"})
        self.method.active = False

    def open(self, user=None):
        """Return the dialog as a person opens it."""
        user = user or self.admin
        method = self.env["pos.payment.method"].with_user(user)
        return self.shown(method.action_stripe_terminal_setup(), user)

    def shown(self, action, user=None):
        """Return the dialog that an action shows, in a new request."""
        self.assertEqual(action["res_model"], MODEL)
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env[MODEL].with_user(user or self.admin).browse(action["res_id"])

    def press(self, setup, button, **values):
        """Enter values as the dialog does, press a button, and return what is shown then."""
        if values:
            with Form(setup) as form:
                for name, value in values.items():
                    if name == "config_ids":
                        self.choose(form.config_ids, value)
                    else:
                        form[name] = value
        return self.shown(getattr(setup, button)(), setup.env.user)

    def choose(self, chosen, registers):
        """Choose these registers in the dialog, and no others."""
        for other in list(chosen):
            chosen.remove(other.id)
        for register in registers:
            chosen.add(register)

    def enter_key(self, setup, key=None):
        with mute_logger(LOGGER):
            key = key or self.account.secret_key
            return self.press(setup, "action_check_key", secret_key=key)

    def test_from_the_key_to_the_register(self):
        setup = self.open()
        self.assertEqual(setup.step, "key")
        setup = self.enter_key(setup)
        self.assertEqual(setup.step, "location")
        self.assertEqual(self.provider.stripe_secret_key, self.account.secret_key)
        self.assertFalse(setup.secret_key)
        setup = self.press(setup, "action_create_location")
        self.assertEqual(setup.step, "reader")
        self.assertEqual(setup.location_id.street, "1 Main Street")
        setup = self.press(
            setup, "action_pair", registration_code=" quick brown-fox", label="Counter"
        )
        self.assertEqual((setup.step, setup.reader_id.label), ("method", "Counter"))
        self.assertFalse(setup.registration_code)
        setup = self.press(setup, "action_save_method", config_ids=self.register)
        self.assertEqual(setup.step, "ready")
        self.assertFalse(setup.to_do)
        method = self.register.payment_method_ids.filtered(
            lambda found: found.use_payment_terminal == "stripe_terminal"
        )
        self.assertEqual(method.stripe_reader_id, setup.reader_id)
        self.assertEqual(setup.action_test()["tag"], "stripe_diagnosis")
        self.assertEqual(setup.config_id, self.register)
        self.assertEqual(setup.action_open_register()["type"], "ir.actions.act_url")

    def test_only_the_key_is_kept_of_the_key(self):
        """The dialog's own row never has the secret."""
        setup = self.enter_key(self.open())
        self.env.cr.execute("SELECT to_jsonb(t)::text FROM pos_stripe_setup t")
        self.assertNotIn(self.account.secret_key, str(self.env.cr.fetchall()))
        self.assertNotIn(self.account.secret_key, str(setup.read()))

    def test_opens_where_it_was_left(self):
        setup = self.enter_key(self.open())
        with Form(setup) as form:
            form.location_name = "Terrace"
        again = self.open()
        self.assertEqual(again, setup)
        self.assertEqual((again.step, again.location_name), ("location", "Terrace"))

    def test_what_the_account_has_is_found(self):
        location = self.account.add_location(display_name="Main Street")
        self.account.add_reader(serial_number="WSC1", label="Counter", location=location["id"])
        setup = self.enter_key(self.open())
        self.assertEqual(setup.step, "method")
        self.assertEqual(setup.location_id.name, "Main Street")
        self.assertEqual(setup.reader_id.label, "Counter")

    def test_a_reader_that_comes_later_is_found(self):
        location = self.account.add_location(display_name="Main Street")
        setup = self.enter_key(self.open())
        self.assertEqual(setup.step, "reader")
        self.account.add_reader(serial_number="WSC1", label="Counter", location=location["id"])
        setup = self.press(setup, "action_refresh")
        self.assertEqual(setup.reader_id.label, "Counter")

    def test_one_of_several_readers_is_chosen_by_the_person(self):
        location = self.account.add_location(display_name="Main Street")
        for number in ("WSC1", "WSC2"):
            self.account.add_reader(serial_number=number, location=location["id"])
        setup = self.enter_key(self.open())
        self.assertFalse(setup.reader_id)
        with self.assertRaisesRegex(UserError, "Choose first: Card Reader"):
            setup.action_save_method()

    def test_every_step_can_be_skipped(self):
        setup, steps = self.open(), []
        while setup.step != "ready":
            steps.append(setup.step)
            setup = self.press(setup, "action_next")
        self.assertEqual(steps, ["key", "location", "reader", "method"])
        self.assertEqual(setup.to_do, "Key, Location, Card reader, Payment method")
        with self.assertRaisesRegex(UserError, "no payment method for the card reader"):
            setup.action_test()
        self.assertEqual(self.open().step, "key")

    def test_a_skipped_location_is_made_with_the_reader(self):
        setup = self.press(self.enter_key(self.open()), "action_next")
        self.assertEqual(setup.step, "reader")
        setup = self.press(setup, "action_add_simulated")
        self.assertEqual(setup.reader_id.device_name, "BBPOS WisePOS E (simulated)")
        self.assertEqual(setup.location_count, 1)

    def test_wrong_key(self):
        setup = self.enter_key(self.open(), "sk_" + "test_wrong")
        self.assertEqual((setup.step, setup.key_level), ("key", "danger"))
        self.assertIn("Stripe does not accept the secret key", setup.key_advice)
        self.assertFalse(setup.is_key_accepted)
        self.assertEqual(self.enter_key(setup).step, "location")

    def test_publishable_key(self):
        setup = self.enter_key(self.open(), "pk_" + "test_1")
        self.assertEqual(setup.step, "key")
        self.assertIn("is the publishable key", setup.key_advice)

    def test_no_key(self):
        setup = self.press(self.open(), "action_check_key")
        self.assertEqual(setup.step, "key")

    def test_key_without_a_permission(self):
        key = self.account.add_restricted_key(["payment_intent_write", "terminal_reader_write"])
        setup = self.enter_key(self.open(), key)
        self.assertEqual((setup.step, setup.key_level), ("key", "danger"))
        self.assertIn("Charges and Refunds: Write", setup.key_advice)
        self.assertIn("fa-times", setup.permissions)

    def test_stripe_unreachable(self):
        setup = self.open()
        with patch.dict(os.environ, STRIPE_API_BASE="http://127.0.0.1:1"):
            setup = self.enter_key(setup)
            self.assertEqual((setup.step, setup.key_level), ("key", "warning"))
            self.assertIn("Stripe cannot be reached", setup.key_advice)
            setup = self.open()
            with self.assertRaisesRegex(UserError, "Stripe cannot be reached"):
                setup.action_create_location()
            with self.assertRaisesRegex(UserError, "Stripe cannot be reached"):
                setup.action_refresh()

    def test_no_address(self):
        self.company.street = False
        setup = self.enter_key(self.open())
        with self.assertRaisesRegex(RedirectWarning, "has no street"):
            setup.action_create_location()
        with self.assertRaisesRegex(UserError, "has no street"):
            self.open(self.manager).action_create_location()

    def test_wrong_code(self):
        setup = self.press(self.enter_key(self.open()), "action_create_location")
        with Form(setup) as form:
            form.registration_code = WRONG_CODE
        with self.assertRaisesRegex(UserError, "does not accept this registration code"):
            setup.action_pair()
        setup = self.press(setup, "action_pair", registration_code="quick-brown-fox")
        self.assertEqual(setup.step, "method")

    def ready_for_a_method(self, user=None):
        location = self.account.add_location(display_name="Main Street")
        self.account.add_reader(serial_number="WSC1", label="Counter", location=location["id"])
        self.enter_key(self.open())
        return self.open(user)

    def test_a_card_method_that_was_never_used_is_taken(self):
        setup = self.ready_for_a_method()
        self.assertEqual(setup.method_id.payment_method_type, "none")
        self.assertEqual(setup.method_id.journal_id.type, "bank")

    def test_opened_from_a_method_it_is_about_that_one(self):
        setup = self.press(self.ready_for_a_method(), "action_save_method")
        self.assertEqual(self.open().step, "ready")
        other = self.other_method.with_user(self.admin).copy({"name": "Card on the terrace"})
        opened = self.shown(other.action_stripe_terminal_setup())
        self.assertEqual((opened, opened.step, opened.method_id), (setup, "method", other))
        opened = self.press(opened, "action_save_method", config_ids=self.register)
        self.assertEqual((opened.step, opened.method_id), ("ready", other))
        self.assertIn(other, self.register.payment_method_ids)

    def test_a_method_that_does_not_work_is_not_kept_beside_one_that_does(self):
        setup = self.press(self.ready_for_a_method(), "action_save_method")
        working = setup.method_id
        other = self.other_method.with_user(self.admin).copy({"name": "Card on the terrace"})
        self.shown(other.action_stripe_terminal_setup())
        setup = self.open()
        self.assertEqual((setup.step, setup.method_id), ("ready", working))

    def test_new_method_and_journal(self):
        setup = self.ready_for_a_method()
        with Form(setup) as form:
            form.method_id = self.env["pos.payment.method"]
            form.method_name = "Card at the bar"
            form.journal_id = self.env["account.journal"]
            self.choose(form.config_ids, self.register)
        setup = self.press(setup, "action_save_method")
        method = setup.method_id
        self.assertEqual((method.name, method.journal_id.name), ("Card at the bar",) * 2)
        self.assertEqual(method.config_ids, self.register)

    def test_registers_with_an_open_session(self):
        setup = self.ready_for_a_method()
        self.assertNotIn(self.config, setup.config_ids)
        setup.config_ids = self.config
        with self.assertRaisesRegex(UserError, "Close the session of Coffee bar first"):
            setup.action_save_method()

    def test_the_first_register(self):
        """A company without one gets one, with the payment methods that Odoo makes for it."""
        company = self.setup_other_company(name="New shop")["company"]
        self.admin.company_ids += company
        location = self.account.add_location(display_name="Main Street")
        self.account.add_reader(serial_number="WSC1", location=location["id"])
        env = self.env(user=self.admin, context={"allowed_company_ids": company.ids})
        setup = env[MODEL].browse(
            env["pos.payment.method"].action_stripe_terminal_setup()["res_id"]
        )
        setup.secret_key = self.account.secret_key
        setup.action_check_key()
        self.assertTrue(setup.lacks_register)
        setup.action_save_method()
        self.assertEqual(setup.config_id.name, "New shop")
        self.assertIn(setup.method_id, setup.config_id.payment_method_ids)
        self.assertTrue(setup.config_id.payment_method_ids.filtered("is_cash_count"))
        self.assertEqual(setup.method_id.stripe_reader_id, setup.reader_id)

    def test_a_manager_is_told_whom_to_ask(self):
        setup = self.open(self.manager)
        self.assertEqual(setup.step, "key")
        self.assertFalse(setup.may_enter_key)
        self.assertIn("shop owner", setup.administrators)
        self.assertTrue(setup.key_url.endswith(f"/odoo/payment-providers/{self.provider.id}"))
        arch = setup.get_view(view_type="form")["arch"]
        self.assertNotIn("secret_key", arch)
        with self.assertRaises(AccessError):
            setup.secret_key = self.account.secret_key
        self.assertFalse(self.provider.stripe_secret_key)

    def test_a_manager_does_the_rest(self):
        self.enter_key(self.open())
        setup = self.press(self.open(self.manager), "action_create_location")
        setup = self.press(setup, "action_add_simulated")
        setup = self.press(setup, "action_save_method", config_ids=self.register)
        self.assertEqual(setup.step, "ready")
        self.assertFalse(setup.to_do)
        self.assertEqual(setup.action_test()["tag"], "stripe_diagnosis")

    def test_a_manager_without_a_journal(self):
        setup = self.ready_for_a_method(self.manager)
        setup.write({"method_id": False, "journal_id": False})
        with self.assertRaisesRegex(UserError, "Choose first: Journal"):
            setup.action_save_method()

    def test_is_for_managers(self):
        with self.assertRaises(AccessError):
            self.open(self.cashier)

    def test_a_company_without_provider(self):
        company = self.env["res.company"].create({"name": "New shop"})
        self.admin.company_ids += company
        self.env["payment.provider"].search([("company_id", "=", company.id)]).unlink()
        method = self.env["pos.payment.method"].with_user(self.admin).with_company(company)
        setup = self.env[MODEL].with_user(self.admin).with_company(company)
        setup = setup.browse(method.action_stripe_terminal_setup()["res_id"])
        self.assertIn("There is no Stripe payment provider for New shop", setup.key_advice)
        with self.assertRaisesRegex(UserError, "There is no Stripe payment provider"):
            setup.secret_key = self.account.secret_key

    def test_the_menu_leads_there(self):
        """A manager has no settings."""
        menu = self.env.ref("pos_payment_stripe.pos_stripe_setup_menu")
        Menu = self.env["ir.ui.menu"]
        self.assertIn(menu.id, Menu.with_user(self.manager)._visible_menu_ids())
        self.assertNotIn(menu.id, Menu.with_user(self.cashier)._visible_menu_ids())
        action = menu.action
        setup = self.shown(action.with_user(self.manager).run(), self.manager)
        self.assertEqual((setup.step, setup.company_id), ("key", self.company))
        with self.assertRaises(AccessError):
            action.with_user(self.cashier).run()

    def test_settings_lead_there(self):
        settings = self.env["res.config.settings"].with_company(self.company).create({})
        self.assertEqual(settings.action_stripe_terminal_setup()["res_model"], MODEL)
