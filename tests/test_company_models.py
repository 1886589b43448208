from contextlib import suppress

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SERIAL_NUMBER
from .company_case import CompanyCase, our_methods, our_models

OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}
# What cashiers and managers of a company may do with its own records, as letters of OPERATIONS.
OWN = {
    "pos.stripe.adoption": ("", "r"),
    "pos.stripe.closing": ("rwc", "rwc"),
    "pos.stripe.comparison": ("", "r"),
    "pos.stripe.health": ("", "rwc"),
    "pos.stripe.listing": ("", ""),
    "pos.stripe.location": ("r", "r"),
    "pos.stripe.location.creation": ("", "rwc"),
    "pos.stripe.pairing": ("", "rwc"),
    "pos.stripe.payment": ("", "r"),
    "pos.stripe.payment.event": ("", "r"),
    "pos.stripe.pin.guard": ("", ""),
    "pos.stripe.reader": ("r", "r"),
    "pos.stripe.rename": ("", "rwc"),
    "pos.stripe.setup": ("", "rwc"),
    "pos.stripe.diagnosis": ("", "r"),
    "pos.stripe.tips": ("", "rwc"),
    "pos.stripe.tips.currency": ("", "rwcu"),
    "pos.stripe.webhook.event": ("", "r"),
}
# They belong to nothing of a company, and tell what the user may read of any.
PERSONAL = {"pos.stripe.health"}


@tagged("post_install", "-at_install")
class TestCompanyModels(CompanyCase):
    """The records of each model of ours are for the users of their company, as far as they may."""

    def test_each_model_is_looked_at(self):
        models = our_models(self.env)
        self.assertEqual(
            set(models) - set(OWN),
            set(),
            "Say in OWN (tests/test_company_models.py) what cashiers and managers may do with "
            "these models, and in CompanyCase._records how a record of ours is made: it is then "
            "proved that no other company sees it.",
        )
        self.assertEqual(set(models), set(self.records), "CompanyCase._records lacks a model")
        for name, records in self.records.items():
            self.assertTrue(records.sudo().exists(), f"There is no record of {name} to look for")

    def test_own_company(self):
        """Managers configure, cashiers only use, and accountants have no business here."""
        for name, (cashier, manager) in OWN.items():
            for login, letters in (("cashier", cashier), ("manager", manager), ("accountant", "")):
                for letter, operation in OPERATIONS.items():
                    with self.subTest(f"{login}: {operation} {name}"):
                        records = self.records[name].with_user(self.users[login])
                        # The wizard of somebody else is nobody's business.
                        records = records if login == "manager" else records.browse()
                        self.assertEqual(records.has_access(operation), letter in letters)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_others_reach_no_record(self):
        for login, user in self.strangers.items():
            for name, ours in self.records.items():
                with self.subTest(f"{login}: {name}"), self.assertUntouched(login):
                    self.assertOutOfReach(ours.with_user(user))

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_others_find_nothing(self):
        for login, user in self.strangers.items():
            for name in self.records:
                with self.subTest(f"{login}: {name}"):
                    self.assertFindsNothing(self.env[name].with_user(user), login)

    def test_a_company_that_is_not_switched_on(self):
        """Who works for both sees only the companies that are switched on."""
        both = self.users["neighbour_manager"]
        both.company_ids += self.company
        for name, ours in self.records.items():
            with self.subTest(name):
                model = self.env[name].with_user(both)
                model = model.with_context(allowed_company_ids=self.neighbour.ids)
                self.assertFindsNothing(model, both.login)
                self.assertOutOfReach(model.browse(ours.ids))

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_switching_a_foreign_company_on(self):
        for name in self.records:
            with self.subTest(name), self.assertRaises(AccessError):
                model = self.env[name].with_user(self.users["neighbour_manager"])
                model.with_context(allowed_company_ids=self.company.ids).search([])

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_others_create_nothing_of_ours(self):
        for login, user in self.strangers.items():
            for name, ours in self.records.items():
                values = ours.sudo().copy_data()[0]
                raises = suppress if name in PERSONAL else self.assertRaises
                with self.subTest(f"{login}: {name}"), raises(AccessError), self.env.cr.savepoint():
                    created = self.env[name].with_user(user).create(values)
                    self.assertSilent(created.read(), login)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_forms_tell_others_nothing(self):
        """Also not what a form computes for values that were never saved."""
        for login, user in self.strangers.items():
            for name, ours in self.records.items():
                with self.subTest(f"{login}: {name}"):
                    values = {
                        field: value
                        for field, value in ours.sudo().copy_data()[0].items()
                        if ours._fields[field].type not in ("char", "text")
                    }
                    self.assertSilent(self.onchange(user, name, values), login)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_our_fields_on_the_forms_of_core(self):
        user = self.users["neighbour_settings"]
        company = {"company_id": self.company.id}
        method = {**company, "stripe_serial_number": SERIAL_NUMBER}
        shown = self.onchange(user, "pos.payment.method", method, ["stripe_reader_id"])
        self.assertFalse(shown["value"].get("stripe_reader_id"))
        steps = [
            name
            for name in self.env["res.config.settings"]._fields
            if name.startswith("stripe_terminal_")
        ]
        shown = self.onchange(user, "res.config.settings", company, steps)["value"]
        self.assertEqual({name: shown[name] for name in steps if shown.get(name)}, {})
        own = self.onchange(self.users["settings"], "res.config.settings", company, steps)
        self.assertTrue(own["value"]["stripe_terminal_keys"])

    def onchange(self, user, model, values, fields=None):
        """Return what a user's new form shows for values, "" when it does not open."""
        model = self.env[model].with_user(user)
        spec = {
            name: {"fields": {"display_name": {}}} if model._fields[name].relational else {}
            for name in fields or model._fields
        }
        try:
            return model.onchange(values, list(values), spec)
        except AccessError:
            return ""

    def test_two_managers_of_a_company(self):
        """What a person types into a dialog is for this person."""
        colleague = self.users["settings"]
        for name, ours in self.records.items():
            if self.env[name]._transient:
                with self.subTest(name):
                    self.assertOutOfReach(ours.with_user(colleague))

    def assertOutOfReach(self, records):
        for operation in ("read", "write", "unlink"):
            self.assertFalse(records.has_access(operation), operation)
        names = [name for name, field in records._fields.items() if field.store]
        with self.assertRaises(AccessError):
            records.read(names)
        with self.assertRaises(AccessError):
            records.web_read({"display_name": {}})
        with self.assertRaises(AccessError):
            records.write({names[0]: False})
        with self.assertRaises(AccessError):
            records.unlink()

    def assertFindsNothing(self, model, who):
        ours = set(self.records[model._name].ids)
        model = model.with_context(active_test=False)
        if not model.has_access("read"):
            with self.assertRaises(AccessError):
                model.search([])
            return
        self.assertFalse(ours & set(model.search([]).ids))
        self.assertFalse(ours & {record_id for record_id, _name in model.name_search("")})
        self.assertSilent(model.search_read([]), who)
        self.assertSilent(model.web_search_read([], {"display_name": {}}), who)
        groups = model.formatted_read_group([], ["create_uid:count"][:0], ["id:array_agg"])
        self.assertFalse(ours & set(groups[0]["id:array_agg"] or []))


# How a browser calls each method that it can call: the arguments after the records.
CALLS = {
    ("payment.provider", "action_stripe_terminal_check_account"): (),
    ("payment.provider", "action_stripe_terminal_create_webhook"): (),
    ("payment.provider", "action_stripe_terminal_remove_webhook"): (),
    ("pos.payment.method", "action_stripe_provider"): (),
    ("pos.payment.method", "action_stripe_terminal_connect"): (),
    ("pos.payment.method", "action_stripe_terminal_convert"): (),
    ("pos.payment.method", "action_stripe_terminal_convert_back"): (),
    ("pos.payment.method", "action_stripe_terminal_setup"): (),
    ("pos.payment.method", "action_stripe_diagnosis"): (),
    ("pos.payment.method", "stripe_terminal_check"): ("WSC513105011295",),
    ("pos.payment", "action_stripe_adopt"): (),
    ("pos.stripe.health", "action_open_payments"): (),
    ("pos.session", "stripe_terminal_accept"): ([],),
    ("pos.session", "stripe_terminal_compare"): (True,),
    ("pos.stripe.adoption", "action_confirm"): (),
    ("pos.stripe.closing", "action_close"): (),
    ("pos.stripe.location", "action_stripe_remove"): (),
    ("pos.stripe.location", "action_stripe_rename"): (),
    ("pos.stripe.location", "action_stripe_tips"): (),
    ("pos.stripe.location.creation", "action_create"): (),
    ("pos.stripe.pairing", "action_add_simulated"): (),
    ("pos.stripe.pairing", "action_pair"): (),
    ("pos.stripe.payment", "action_carry_over"): (),
    ("pos.stripe.payment", "action_export"): (),
    ("pos.stripe.payment", "action_refund_unattached"): (),
    ("pos.stripe.reader", "action_stripe_pair"): (),
    ("pos.stripe.reader", "action_stripe_refresh"): (),
    ("pos.stripe.reader", "action_stripe_remove"): (),
    ("pos.stripe.reader", "action_stripe_rename"): (),
    ("pos.stripe.reader", "action_stripe_diagnosis"): (),
    ("pos.stripe.reader", "stripe_help_facts"): (),
    ("pos.stripe.rename", "action_rename"): (),
    ("pos.stripe.setup", "action_add_simulated"): (),
    ("pos.stripe.setup", "action_check_key"): (),
    ("pos.stripe.setup", "action_create_location"): (),
    ("pos.stripe.setup", "action_next"): (),
    ("pos.stripe.setup", "action_open_register"): (),
    ("pos.stripe.setup", "action_pair"): (),
    ("pos.stripe.setup", "action_refresh"): (),
    ("pos.stripe.setup", "action_save_method"): (),
    ("pos.stripe.setup", "action_test"): (),
    ("pos.stripe.diagnosis", "restart"): (),
    ("pos.stripe.diagnosis", "run_step"): ("key",),
    ("pos.stripe.diagnosis", "stop"): (),
    ("pos.stripe.tips", "action_save"): (),
    ("res.config.settings", "action_stripe_terminal_check_account"): (),
    ("res.config.settings", "action_stripe_terminal_convert"): (),
    ("res.config.settings", "action_stripe_terminal_health_token"): (),
    ("res.config.settings", "action_stripe_terminal_pair"): (),
    ("res.config.settings", "action_stripe_terminal_provider"): (),
    ("res.config.settings", "action_stripe_terminal_refresh"): (),
    ("res.config.settings", "action_stripe_terminal_setup"): (),
    ("res.config.settings", "action_stripe_diagnosis"): (),
}


# These answer for the companies of whoever calls them, whatever record they are called with.
GENERAL = {
    ("pos.stripe.health", "action_open_payments"),
    ("pos.stripe.reader", "action_stripe_pair"),
    ("pos.stripe.reader", "action_stripe_refresh"),
    ("res.config.settings", "action_stripe_terminal_check_account"),
    ("res.config.settings", "action_stripe_terminal_convert"),
    ("res.config.settings", "action_stripe_terminal_health_token"),
    ("res.config.settings", "action_stripe_terminal_pair"),
    ("res.config.settings", "action_stripe_terminal_provider"),
    ("res.config.settings", "action_stripe_terminal_refresh"),
    ("res.config.settings", "action_stripe_terminal_setup"),
    ("res.config.settings", "action_stripe_diagnosis"),
}


@tagged("post_install", "-at_install")
class TestCompanyMethods(CompanyCase):
    """What a browser may call on models does nothing to, and tells nothing of, another company."""

    def targets(self, model):
        """Return our company's records that a method is called with."""
        if model in self.records:
            return self.records[model]
        return {
            "payment.provider": self.provider,
            "pos.payment": self.records["pos.stripe.adoption"].payment_id,
            "pos.payment.method": self.config.payment_method_ids,
            "pos.session": self.pos_session,
            "res.config.settings": self.env["res.config.settings"].create(
                {"company_id": self.company.id}
            ),
        }[model]

    def call(self, user, model, method):
        """Call a method as a browser does; returns what it answers, or the error it raises."""
        function = getattr(self.env[model], method)
        ids = () if getattr(function, "_api_model", False) else (self.targets(model).ids,)
        try:
            with self.env.cr.savepoint():
                return call_kw(
                    self.env[model].with_user(user), method, [*ids, *CALLS[model, method]], {}
                )
        except UserError as error:
            return error

    def test_each_method_is_called(self):
        methods = {
            (model, method)
            for model, method in our_methods(self.env)
            if not self.env[model]._abstract
        }
        self.assertEqual(
            methods,
            set(CALLS),
            "Say in CALLS (tests/test_company_models.py) how a browser calls these methods: it is "
            "then proved that they are safe from other companies. A method that no browser needs "
            "begins with an underscore.",
        )

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_others_do_nothing(self):
        for login, user in self.strangers.items():
            for model, method in CALLS:
                who = f"{login}: {model}.{method}"
                with self.subTest(who), self.assertUntouched(who):
                    answer = self.call(user, model, method)
                    self.assertSilent(repr(answer), who)
                    # With a record of ours there is nothing to be had at all.
                    is_general = (model, method) in GENERAL or getattr(
                        getattr(self.env[model], method), "_api_model", False
                    )
                    if not is_general:
                        self.assertIsInstance(answer, AccessError)

    def test_our_own_people_may(self):
        """The calls above are refused for who makes them, and not for how they are made."""
        for model, method in CALLS:
            login = "manager" if self.env[model]._transient and "stripe" in model else "settings"
            with self.subTest(f"{model}.{method}"):
                answer = self.call(self.users[login], model, method)
                self.assertNotIsInstance(answer, AccessError)
