import json
import threading
from contextlib import contextmanager

from odoo import models
from odoo.tests import HttpCase, new_test_user
from odoo.tools import SQL

from .common import SERIAL_NUMBER, StripeTerminalCase

MODULE = "pos_payment_stripe"
NEIGHBOUR_SERIAL = "WSC777000777000"
GROUPS = {
    "cashier": "base.group_user,point_of_sale.group_pos_user",
    "manager": "base.group_user,point_of_sale.group_pos_manager",
    "accountant": "base.group_user,account.group_account_manager",
    "employee": "base.group_user",
    "settings": "base.group_user,point_of_sale.group_pos_manager,base.group_system",
}
# What the neighbour must not read anywhere, see `CompanyCase.assertSilent`.
REGISTER = "Bar on Main Street"
READER = "Reader behind the bar"
LOCATION = "Place behind the church"


def our_models(env):
    """Return the models that this addon brings along, by name; abstract ones have no records."""
    return {
        name: env[name]
        for name, model in env.registry.items()
        if model._original_module == MODULE and not model._abstract
    }


def our_methods(env):
    """Return what this addon lets a browser call on models, as a set of (model, method).

    Odoo calls every method without a leading underscore for whoever asks.
    """
    return {
        (name, attribute)
        for name, model in env.registry.items()
        for definition in model.mro()
        if getattr(definition, "_module", None) == MODULE
        and issubclass(definition, models.BaseModel)
        for attribute, value in vars(definition).items()
        if callable(value)
        and not attribute.startswith("_")
        and not getattr(value, "_api_private", False)
        # What core lets a browser call is core's to guard.
        and not any(
            attribute in vars(parent)
            for parent in model.mro()
            if getattr(parent, "_module", MODULE) != MODULE
        )
    }


def our_rules(env):
    """Return the routing rules of this addon."""
    # Odoo sets it for a thread that serves a request.
    threading.current_thread().dbname = env.cr.dbname
    return [
        rule
        for rule in env["ir.http"].routing_map().iter_rules()
        if rule.endpoint.func.__module__.startswith(f"odoo.addons.{MODULE}.")
    ]


def our_routes(env):
    """Return the addresses of this addon's routes."""
    return {rule.rule for rule in our_rules(env)}


class CompanyCase(StripeTerminalCase, HttpCase):
    """Two companies with two Stripe accounts: ours, which is asked for, and the neighbour's.

    `cls.users` has a user of each kind for both: ``users["cashier"]`` is ours,
    ``users["neighbour_cashier"]`` the neighbour's; the password is the login.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.neighbour_data = cls.setup_other_company(name="Neighbour")
        cls.neighbour = cls.neighbour_data["company"]
        cls.neighbour_account = cls.simulator.add_account()
        location = cls.neighbour_account.add_location(display_name="Next door")
        cls.neighbour_reader = cls.neighbour_account.add_reader(
            serial_number=NEIGHBOUR_SERIAL, label="Their reader", location=location["id"]
        )
        cls.neighbour_provider = cls.provider.copy(
            {
                "company_id": cls.neighbour.id,
                "stripe_secret_key": cls.neighbour_account.secret_key,
            }
        )
        cls.config.name = REGISTER
        with cls._as_neighbour():
            cls.neighbour_method = cls._create_method("Their card", NEIGHBOUR_SERIAL)
            cls.neighbour_session = cls._open_session(
                cls._create_register("Their till", cls.neighbour_method)
            )
        cls.users = {}
        for kind, groups in GROUPS.items():
            for prefix, company in (("", cls.company), ("neighbour_", cls.neighbour)):
                login = prefix + kind
                cls.users[login] = new_test_user(
                    cls.env,
                    login,
                    groups,
                    password=login,
                    company_id=company.id,
                    company_ids=[(6, 0, company.ids)],
                )
        cls.users["portal"] = new_test_user(
            cls.env, "portal", "base.group_portal", password="portal"
        )
        cls.users["public"] = cls.env.ref("base.public_user")
        cls.provider.stripe_terminal_webhook_secret = "whsec_" + "ours"
        cls.neighbour_provider.stripe_terminal_webhook_secret = "whsec_" + "theirs"
        cls.env["pos.stripe.reader"]._stripe_fetch(cls.neighbour_provider)

    @classmethod
    @contextmanager
    def _as_neighbour(cls):
        """Make what the class helpers create the neighbour's."""
        ours = cls.env, cls.company, cls.company_data
        companies = cls.neighbour + cls.company
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": companies.ids})
        cls.company, cls.company_data = cls.neighbour.with_env(cls.env), cls.neighbour_data
        try:
            yield
        finally:
            cls.env, cls.company, cls.company_data = ours

    def setUp(self):
        super().setUp()
        # Each test may spoil the account.
        self.account = self.simulator.add_account()
        self.location = self.account.add_location(display_name=LOCATION)
        self.reader = self.account.add_reader(
            serial_number=SERIAL_NUMBER, label=READER, location=self.location["id"]
        )
        self.provider.stripe_secret_key = self.account.secret_key
        readers = self.env["pos.stripe.reader"]._stripe_fetch(self.provider)
        self.payment = self.pay(5.0)
        self.records = self._records(readers)

    def _records(self, reader):
        """Return our company's record of each model of this addon, by the model's name."""
        manager = self.users["manager"]
        self.env["pos.stripe.webhook.event"].sudo()._receive(
            self.provider,
            {
                "id": "evt_1",
                "type": "payment_intent.processing",
                "created": 1,
                "livemode": False,
                "data": {"object": {"object": "payment_intent", "id": self.payment.payment_intent}},
            },
        )
        env = self.env(user=manager)
        tips = env["pos.stripe.tips"].with_context(default_location_id=reader.location_id.id)
        tips = tips.create({})
        old = self.draft_order(
            self.Payment.new(
                {
                    "order_uuid": "old",
                    "line_uuid": "old",
                    "amount_minor": 500,
                    "currency_id": self.pos_session.currency_id.id,
                }
            )
        )
        old.payment_ids.transaction_id = "pi_" + "old"
        return {
            "pos.stripe.adoption": env["pos.stripe.adoption"]
            .sudo()
            .create({"payment_id": old.payment_ids.id}),
            "pos.stripe.closing": env["pos.stripe.closing"].create(
                {"session_id": self.pos_session.id}
            ),
            "pos.stripe.comparison": self.env["pos.stripe.comparison"]
            .sudo()
            ._for_session(self.pos_session),
            "pos.stripe.health": env["pos.stripe.health"].create({}),
            "pos.stripe.listing": self.env["pos.stripe.listing"]
            .sudo()
            ._for_provider(self.provider),
            "pos.stripe.location": reader.location_id,
            "pos.stripe.location.creation": env["pos.stripe.location.creation"].create({}),
            "pos.stripe.pairing": env["pos.stripe.pairing"].create(
                {"registration_code": "quick-brown-fox", "location_id": reader.location_id.id}
            ),
            "pos.stripe.payment": self.payment,
            "pos.stripe.payment.event": self.payment.event_ids[:1],
            "pos.stripe.pin.guard": self.env["pos.stripe.pin.guard"]
            .sudo()
            .create({"subject": "employee 0"}),
            "pos.stripe.reader": reader,
            "pos.stripe.rename": env["pos.stripe.rename"].create(
                {"record": f"pos.stripe.reader,{reader.id}", "name": READER}
            ),
            "pos.stripe.setup": env["pos.stripe.setup"].create(
                {"reader_id": reader.id, "registration_code": "quick-brown-fox"}
            ),
            "pos.stripe.diagnosis": env["pos.stripe.diagnosis"]
            .sudo()
            .create({"reader_id": reader.id}),
            "pos.stripe.tips": tips,
            "pos.stripe.tips.currency": tips.currency_ids,
            "pos.stripe.webhook.event": self.env["pos.stripe.webhook.event"].search(
                [("line_uuid", "=", self.payment.line_uuid)]
            ),
        }

    @property
    def strangers(self):
        """The users who must see and do nothing with our company's payments, by login."""
        return {
            login: user
            for login, user in self.users.items()
            if login.startswith("neighbour_") or login in ("employee", "portal", "public")
        }

    # What must not happen

    def stored(self):
        """Return what is stored of our company's payments and set-up, to be compared."""
        self.env.flush_all()
        tables = {name: records.sudo().ids for name, records in self.records.items()}
        tables["pos.payment.method"] = self.config.payment_method_ids.ids
        tables["pos.session"] = self.pos_session.ids
        tables["payment.provider"] = self.provider.ids
        rows = {}
        for name, ids in tables.items():
            table = SQL.identifier(self.env[name]._table)
            rows[name] = self.env.execute_query(
                SQL("SELECT to_jsonb(t) FROM %s t WHERE id IN %s ORDER BY id", table, tuple(ids))
            )
        self.env.cr.execute(
            "SELECT COUNT(*) FROM pos_stripe_payment WHERE company_id = %s", [self.company.id]
        )
        return {**rows, "payments": self.env.cr.fetchone()}

    @contextmanager
    def assertUntouched(self, who):
        """Assert that neither our Stripe account nor our records notice what is done meanwhile."""
        before, asked = self.stored(), self.asked()
        yield
        self.env.invalidate_all()
        self.assertEqual(self.asked(), asked, f"{who}: our Stripe account was asked")
        self.assertEqual(self.stored(), before, f"{who}: our records changed")

    def asked(self):
        """Return what our Stripe account was asked, as (method, path)."""
        return [
            (request.method, request.path)
            for request in self.sent()
            if request.account == self.account.id
        ]

    def assertSilent(self, answer, who):
        """Assert that an answer gives nothing of our company away.

        :param answer: what came back, as text or plain data
        """
        text = answer if isinstance(answer, str) else json.dumps(answer, default=str)
        for secret in (
            REGISTER,
            READER,
            LOCATION,
            SERIAL_NUMBER,
            self.reader.id,
            self.location["id"],
            self.payment.line_uuid,
            self.payment.payment_intent,
            self.account.secret_key,
            self.provider.stripe_terminal_webhook_secret,
        ):
            self.assertNotIn(secret, text, f"{who} was told of {secret}")
