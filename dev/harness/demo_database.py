"""The demo's database: made once, kept, brought up to date when the addon changes."""

import contextlib
import dataclasses

from . import database, locks, paths, shopfitting, template
from .console import Problem, say
from .rpc import OdooClient

REGISTER = "Coffee bar"
KIOSK = "Kiosk"


@dataclasses.dataclass(frozen=True)
class DemoTill:
    """The demo's register and who may use it; the password is the login."""

    config_id: int
    login: str


@contextlib.contextmanager
def taken(name):
    """Keep a second demo from using the database at the same time.

    :raises Problem: another demo of this clone runs
    """
    with locks.immediate(name) as ours:
        if not ours:
            raise Problem("a demo of this clone is running already: stop it with Ctrl-C first.")
        yield


def ensure(odoo, name, *, reset, kiosk=False):
    """Make the database ``name`` exist with the addon as it is now in the clone.

    :param reset: whether to start over
    :param kiosk: whether the kiosk's addon is in it
    """
    fingerprint = template.addon_fingerprint()
    modules = (paths.KIOSK_ADDON,) if kiosk else ()
    if kiosk:
        fingerprint += template.kiosk_fingerprint()
    if reset and database.exists(name):
        say("Throwing the demo's data away …")
        database.drop(name)
    if not database.exists(name):
        template.copy(odoo, name, modules=modules)
    elif database.comment(name) != fingerprint:
        say("The addon has changed: updating the demo's database …")
        template.update(odoo.with_kiosk(), name, modules)
    database.set_comment(name, fingerprint)


def fit_out(server, counter):
    """Give a new database its shop, and any its Stripe key; return the :class:`DemoTill`.

    :param server: the running :class:`~harness.server.OdooServer`
    :param counter: the reader and the Stripe account that go with the till
    """
    admin = OdooClient(server.url, server.database, "admin", "admin")
    shopfitting.connect_stripe(admin, counter.secret_key)
    found = admin.search("pos.config", [("name", "=", REGISTER)], limit=1)
    if not found:
        say("Opening a coffee bar …")
        shopfitting.settle_in(admin, counter.country, counter.currency)
        shopfitting.stock_products(admin)
        shopfitting.hire_cashier(admin)
        register = shopfitting.open_register(admin, REGISTER, reader_serial=counter.serial_number)
        found = [register.config_id]
    shopfitting.start_session(
        OdooClient(server.url, server.database, shopfitting.CASHIER, shopfitting.CASHIER),
        found[0],
    )
    return DemoTill(found[0], shopfitting.CASHIER)


def fit_out_kiosk(server, counter):
    """Open a kiosk beside the till, with the same reader; return the path of its page."""
    admin = OdooClient(server.url, server.database, "admin", "admin")
    found = admin.search("pos.config", [("name", "=", KIOSK)], limit=1)
    if not found:
        register = shopfitting.open_kiosk(admin, KIOSK, reader_serial=counter.serial_number)
        found = [register.config_id]
    admin.call("pos.config", "action_open_wizard", found)
    return shopfitting.kiosk_address(admin, found[0])
