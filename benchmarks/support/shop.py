"""Odoo servers with both addons, and registers for as many tills as are asked for."""

import contextlib

from harness import database, odoo_source, paths, released, shopfitting, template
from harness.rpc import OdooClient
from harness.server import OdooServer

OURS = "ours"
# Its page collects the card with Stripe's script, as core's does.
OURS_WITH_SDK = "ours_with_sdk"
CORE = "core"
SIDES = (CORE, OURS)
CORE_MODULE = "pos_stripe"
CORE_TERMINAL = "stripe"
PUBLIC_URL = "https://shop.example.com"
ADDONS = paths.ROOT / "benchmarks" / "addons"
# Connections that may wait for a worker, systemd's own number. Of Odoo's 8 for each worker the next
# ones are opened with what they ask left out, and a worker waits for that instead of working.
BACKLOG = 4096


class BenchServer(OdooServer):
    """A server on a fresh database whose requests for Stripe go to a far end.

    :param far_end: the :class:`~benchmarks.support.far_end.FarEnd`
    :param name: of its database
    :param modules: to install besides ours
    :param addon: whether ``pos_payment_stripe`` is installed
    :param release: a version of it that was released before, instead of this clone's
    :param settings: what :class:`~harness.server.OdooServer` takes
    """

    def __init__(
        self, far_end, name, *, modules=(CORE_MODULE,), addon=True, release="", **settings
    ):
        odoo = odoo_source.ensure()
        database_name = database.temporary_name(f"bench_{name}")
        self.far_end, self._has_addon = far_end, addon and not release
        # Nobody opens a page of what was released before.
        bundles = None if release else template.TILL
        template.copy(odoo, database_name, addon=self._has_addon, modules=modules, bundles=bundles)
        # Of two addons with one name Odoo takes the first.
        folders = [released.ensure(release)] if release else []
        odoo = type(odoo)(odoo.python_path, (*odoo.addons, *folders, ADDONS))
        if release:
            template.install(odoo, database_name, [paths.ADDON])
        options = {
            "server_wide_modules": "base,rpc,web,stripe_wire",
            "max_cron_threads": 0,
            "db_maxconn": 64,
            **settings.pop("options", {}),
        }
        super().__init__(
            odoo,
            database_name,
            variables=far_end.variables,
            options=options,
            backlog=BACKLOG,
            **settings,
        )
        self._clients = {}

    def __enter__(self):
        self.start()
        shopfitting.stock_products(self.admin)
        shopfitting.hire_cashier(self.admin)
        shopfitting.connect_stripe(self.admin, self.far_end.secret_key)
        if self._has_addon:
            # As the provider's form does it when a key is entered.
            provider = self.admin.search("payment.provider", [("code", "=", "stripe")], limit=1)
            self.admin.call("payment.provider", "action_stripe_terminal_check_account", provider)
        return self

    def __exit__(self, *exc_info):
        self.close()
        database.drop(self.database)

    @property
    def admin(self):
        """The administrator's :class:`~harness.rpc.OdooClient`."""
        return self.client("admin")

    @property
    def cashier(self):
        """The cashier's :class:`~harness.rpc.OdooClient`."""
        return self.client(shopfitting.CASHIER)

    def client(self, login):
        """Return the :class:`~harness.rpc.OdooClient` of a user, whose password is the login."""
        if login not in self._clients:
            self._clients[login] = OdooClient(self.url, self.database, login, login, timeout=300)
        return self._clients[login]

    def sample(self):
        """Return what a single-process server has used so far."""
        return self.admin.post("/stripe_wire/sample")

    @contextlib.contextmanager
    def connection(self):
        """Yield a cursor on the server's database; each statement is its own transaction."""
        connection = database.connect(self.database)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def sql(self, statement, *values):
        """Run one SQL statement and return its rows, if it has any."""
        with self.connection() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def listen_to_stripe(self):
        """Let Stripe tell this server of its payments, as the provider's button does it.

        A server before, with another secret, is told nothing any more.
        """
        self.far_end.post("webhooks", enabled=False)
        provider = self.admin.search("payment.provider", [("code", "=", "stripe")], limit=1)
        self.admin.call("ir.config_parameter", "set_param", "web.base.url", PUBLIC_URL)
        self.admin.call("payment.provider", "action_stripe_terminal_create_webhook", provider)
        self.admin.call("ir.config_parameter", "set_param", "web.base.url", self.url)
        # The simulator sends nothing to the public address that the button insists on.
        self.far_end.post("webhooks", base_url=self.url)


class Registers:
    """Registers with a card reader each, their sessions open, all made at once.

    :param BenchServer server: where
    :param int count: how many
    :param prefix: of the readers' serial numbers
    :param connection: of our payment methods, `server` or `browser`
    :ivar rows: for each a dict with `config_id`, `session_id`, `method_id` (ours), `reader` (serial
        number) and `token` (of its bus channel)
    :ivar core_method_id: core's payment method, which all of them share: core's server side does
        not tell readers apart
    """

    def __init__(self, server, count, *, prefix="BENCH", connection="server", **options):
        admin = server.admin
        bank = admin.search("account.journal", [("type", "=", "bank")], limit=1)[0]
        serials = [f"{prefix}-{number:04}" for number in range(count)]
        server.far_end.add_readers(serials)
        methods = admin.call(
            "pos.payment.method",
            "create",
            [
                {
                    **_method(f"Card {serial}", shopfitting.TERMINAL, serial, bank),
                    "stripe_connection": connection,
                }
                for serial in serials
            ],
        )
        self.core_method_id = None
        if database_has_core(server):
            core = _method("Card (core)", CORE_TERMINAL, f"{prefix}-CORE", bank)
            self.core_method_id = admin.create("pos.payment.method", **core)
        configs = admin.call(
            "pos.config",
            "create",
            [
                {
                    "name": serial,
                    "payment_method_ids": [
                        (6, 0, [one for one in (method, self.core_method_id) if one])
                    ],
                    **options,
                }
                for serial, method in zip(serials, methods, strict=True)
            ],
        )
        cashier = server.cashier
        sessions = [shopfitting.start_session(cashier, config) for config in configs]
        tokens = {
            row["id"]: row["access_token"]
            for row in admin.read("pos.config", [("id", "in", configs)], ["access_token"])
        }
        self.rows = [
            {
                "config_id": config,
                "session_id": session,
                "method_id": method,
                "reader": serial,
                "token": tokens[config],
            }
            for config, session, method, serial in zip(
                configs, sessions, methods, serials, strict=True
            )
        ]


def database_has_core(server):
    """Tell whether core's addon is installed in a server's database."""
    return CORE_MODULE in database.installed_modules(server.database)


def _method(name, terminal, serial, journal):
    return {
        "name": name,
        "payment_method_type": "terminal",
        "use_payment_terminal": terminal,
        "stripe_serial_number": serial,
        "journal_id": journal,
    }
