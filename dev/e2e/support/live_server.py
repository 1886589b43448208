"""An Odoo server with a database of its own, fitted out to sell."""

import re

from harness import database, odoo_source, paths, shopfitting, template
from harness.rpc import OdooClient
from harness.server import OdooServer

from . import naming


class LiveServer(OdooServer):
    """An :class:`~harness.server.OdooServer` on a fresh copy of the template database.

    :param simulator: the Stripe simulator that the server shall take for Stripe, or None
    :param modules: modules to install besides ours, such as ``pos_stripe``
    :param addon: whether ``pos_payment_stripe`` is installed
    :param settings: what :class:`~harness.server.OdooServer` takes (``workers``, ``options`` …)
    """

    def __init__(self, simulator, *, modules=(), addon=True, variables=None, **settings):
        odoo = odoo_source.ensure()
        name = database.temporary_name(naming.unique("e2e"))
        has_kiosk = paths.KIOSK_ADDON in modules
        bundles = template.KIOSK if has_kiosk else template.TILL
        template.copy(odoo, name, addon=addon, modules=modules, bundles=bundles)
        self.simulator = simulator
        variables = dict(variables or {})
        if simulator:
            variables.setdefault("STRIPE_API_BASE", simulator.url)
        if has_kiosk:
            odoo = odoo.with_kiosk()
        super().__init__(odoo, name, variables=variables, **settings)
        self._clients = {}

    def open(self):
        """Start the server and fit the database out: products, a cashier, the Stripe key."""
        self.start()
        shopfitting.stock_products(self.admin)
        shopfitting.hire_cashier(self.admin)
        if self.simulator:
            shopfitting.connect_stripe(self.admin, self.simulator.account.secret_key)

    @property
    def admin(self):
        """The administrator's :class:`~harness.rpc.OdooClient`."""
        return self.client("admin")

    def client(self, login):
        """Return the :class:`~harness.rpc.OdooClient` of a user, whose password is the login."""
        # Odoo takes half a second to check a password.
        if login not in self._clients:
            self._clients[login] = OdooClient(self.url, self.database, login, login)
        return self._clients[login]

    def close(self):
        """End the server and drop its database."""
        # Its farewell takes seconds, and is of no use without the database.
        self.kill()
        super().close()
        database.drop(self.database)

    def sql(self, statement, *values):
        """Run one SQL statement in the server's database, for what only time would bring about."""
        connection = database.connect(self.database)
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
        connection.close()

    def log(self):
        """Return what the server has logged so far."""
        return self.log_file.read_text(errors="replace")

    def complaints(self):
        """Return the last lines of the log that are warnings, errors or exceptions."""
        pattern = re.compile(r" (WARNING|ERROR) |^[\w.]*(Error|Exception|Warning)\b")
        return [line for line in self.log().splitlines() if pattern.search(line)][-8:]
