"""Fixtures of the live tours; ``README.md`` beside this file shows how to use them."""

import pytest

from harness import paths, postgres
from stripe_simulator import Simulator
from support import browser, naming
from support.live_server import LiveServer
from support.office import Office
from support.shop import Shop
from support.till import Till


def pytest_configure(config):
    """Reach PostgreSQL before any test asks for a database."""
    postgres.ensure()


@pytest.fixture(scope="session")
def simulator():
    """The Stripe simulator, in this process: tests tap cards and make it fail."""
    with Simulator(country="BE") as stripe:
        yield stripe


@pytest.fixture(autouse=True)
def no_faults_left(request):
    """Take the simulator's faults back after each test that asked for it."""
    yield
    if "simulator" in request.fixturenames:
        stripe = request.getfixturevalue("simulator")
        stripe.faults.clear()
        stripe.js_sdk.faults.clear()


@pytest.fixture(scope="session")
def start_server(simulator):
    """A function that starts one more server: ``start_server(workers=1)``.

    Takes what :class:`~support.live_server.LiveServer` takes. All are stopped at the end of the
    run; a test may call ``server.close()`` itself.
    """
    servers = []

    def start(**settings):
        server = LiveServer(simulator, **settings)
        servers.append(server)
        server.open()
        return server

    yield start
    for server in servers:
        server.close()


@pytest.fixture(scope="session")
def odoo_server(start_server):
    """The server most tests share: one threaded process."""
    return start_server()


@pytest.fixture
def empty_server(simulator):
    """A server on a database as the installation leaves it: no shop, no products, no key."""
    server = LiveServer(simulator)
    server.start()
    yield server
    server.close()


@pytest.fixture(scope="session")
def restaurant(start_server):
    """A server with ``pos_restaurant``."""
    return start_server(modules=["pos_restaurant"])


@pytest.fixture(scope="session")
def kiosk_server(start_server):
    """A server with the kiosk's addon."""
    return start_server(modules=[paths.KIOSK_ADDON])


@pytest.fixture(scope="session")
def crowded(start_server):
    """A server with much that Odoo has for a register."""
    return start_server(modules=["pos_online_payment", "pos_loyalty", "pos_hr", "pos_sale"])


@pytest.fixture(scope="session")
def profiles():
    """The browser profiles of the run."""
    with browser.launched() as chromium:
        yield browser.Profiles(chromium)


@pytest.fixture
def make_shop(request, simulator):
    """A function that opens one more register: ``make_shop(name="Bar", server=…, card=False)``.

    Each has its own cash and card method and its own reader. With ``connection="browser"`` the
    till's page collects the card. Further keywords are values of ``pos.config``.
    """

    def make(name="Till", *, server=None, card=True, **options):
        # Asked for late, so that a test with its own server starts no other.
        server = server or request.getfixturevalue("odoo_server")
        reader = None
        if card:
            serial = naming.unique("STRM26100000")
            reader = simulator.account.add_reader(serial_number=serial)
        return Shop(server, reader, name, **options)

    return make


@pytest.fixture
def connection():
    """Who talks to the reader; tours that run with both drivers are parametrized by it."""
    return "server"


@pytest.fixture
def shop(request, connection):
    """A register with Cash and Card, its session open."""
    if request.node.get_closest_marker("kept_till"):
        return request.getfixturevalue("till").shop
    return request.getfixturevalue("make_shop")(connection=connection)


@pytest.fixture
def open_till(request, profiles):
    """A function that opens a register in a browser profile of its own: ``open_till(shop)``.

    At the test's end each page is checked for errors and foreign requests; when the test failed,
    a picture of each is saved and its path is printed.
    """
    tills = []

    def make(shop, login="cashier", employee=None):
        till = Till(profiles, shop, login, employee)
        tills.append(till)
        return till.open()

    yield make
    failed = getattr(request.node, "failed", False)
    try:
        for number, till in enumerate(tills, 1):
            if failed and not till.page.is_closed():
                show_failed(till, f"{request.node.name}_{number}")
            if not failed:
                till.check()
    finally:
        for till in tills:
            till.close(keep_profile=not failed)


def show_failed(till, name):
    """Save a picture of a failed test's till, and print where it is."""
    picture = till.screenshot(name)
    print(f"screenshot: {picture}; server log: {till.shop.server.log_file}")
    print("\n".join(till.problems))


@pytest.fixture(scope="session")
def kept_tills():
    """The run's tills that go on from test to test, by driver and server; the browser ends them."""
    return {}


@pytest.fixture
def kept_till(request, kept_tills, make_shop, profiles):
    """A function that returns a till of the run: ``kept_till(connection, server)``.

    Where there is none yet, it is made of the ``employee`` who logs in and of further values of
    ``pos.config``. It shows the product screen, and its session goes on from test to test, because
    a page takes as long to open as a payment; its shop knows only of the test's own payments. A
    test that does not end with a receipt, or fails, leaves it to nobody.
    """
    used = []

    def take(connection, server=None, employee=None, **options):
        key = (connection, server)
        if key in kept_tills and not kept_tills[key].shows_products():
            kept_tills.pop(key).close(keep_profile=True)
        if key in kept_tills:
            kept_tills[key].shop.forget()
            # What the test before has left to be read.
            close_all = "(buttons) => buttons.forEach((button) => button.click())"
            kept_tills[key].page.locator(".o_notification_close").evaluate_all(close_all)
        else:
            shop = make_shop(connection=connection, server=server, **options)
            kept_tills[key] = Till(profiles, shop, employee=employee).open()
        used.append(key)
        return kept_tills[key]

    yield take
    failed = getattr(request.node, "failed", False)
    for key in used:
        till = kept_tills[key]
        if failed:
            show_failed(till, request.node.name)
        if not failed and till.has_receipt():
            till.next_order().check()
            continue
        del kept_tills[key]
        try:
            if not failed:
                till.check()
        finally:
            till.close(keep_profile=not failed)


@pytest.fixture
def till(request, connection):
    """A cashier's page of ``shop`` on the product screen; a kept one with that mark."""
    if request.node.get_closest_marker("kept_till"):
        return request.getfixturevalue("kept_till")(connection)
    return request.getfixturevalue("open_till")(request.getfixturevalue("shop"))


@pytest.fixture
def open_office(request, profiles):
    """A function that opens a manager's page of a server: ``open_office(server)``.

    When the test failed, a picture of each is saved as ``<test>_office_<number>``, and what it
    says is printed.
    """
    offices = []

    def make(server, login="admin"):
        offices.append(Office(profiles, server, login))
        return offices[-1]

    yield make
    for number, office in enumerate(offices, 1):
        if getattr(request.node, "failed", False):
            office.picture(f"{request.node.name}_office_{number}")
            print(f"the office shows: {office.page.locator('body').inner_text()}")
        office.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Tell the fixtures whether the test itself failed."""
    report = yield
    if report.failed:
        item.failed = True
    return report
