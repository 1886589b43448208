"""What a shop needs in Odoo before it can sell: products, people, a Stripe account, registers."""

import dataclasses

CATEGORIES = {"Coffee": 3, "Tea and more": 4, "Bakery": 2}
PRODUCTS = (
    ("Espresso", 2.40, "Coffee"),
    ("Cappuccino", 3.60, "Coffee"),
    ("Flat White", 3.90, "Coffee"),
    ("Filter Coffee", 2.90, "Coffee"),
    ("Green Tea", 2.80, "Tea and more"),
    ("Hot Chocolate", 3.70, "Tea and more"),
    ("Lemonade", 3.20, "Tea and more"),
    ("Croissant", 2.20, "Bakery"),
    ("Cinnamon Roll", 3.30, "Bakery"),
    ("Cheesecake", 4.50, "Bakery"),
)
CASHIER = "cashier"
TERMINAL = "stripe_terminal"


@dataclasses.dataclass(frozen=True)
class Register:
    """A Point of Sale register in Odoo; the ids are those of its records."""

    name: str
    config_id: int
    cash_method_id: int | None
    card_method_id: int | None


def settle_in(admin, country, currency):
    """Move the company, before its first sale, to a country and its currency.

    :param country: two letters, such as ``"BE"``
    :param currency: three letters, such as ``"EUR"``
    """
    countries = admin.search("res.country", [("code", "=", country)])
    currencies = admin.call(
        "res.currency", "search", [("name", "=", currency)], context={"active_test": False}
    )
    admin.write("res.currency", currencies, active=True)
    values = {"currency_id": currencies[0]}
    if countries:
        values.update(country_id=countries[0], account_fiscal_country_id=countries[0])
    admin.write("res.company", admin.search("res.company", [], limit=1), **values)


def stock_products(admin):
    """Create the demo products in their categories, replacing none that are there.

    :param admin: an administrator's :class:`~harness.rpc.OdooClient`
    """
    for name, color in CATEGORIES.items():
        if not admin.search("pos.category", [("name", "=", name)]):
            admin.create("pos.category", name=name, color=color)
    categories = {row["name"]: row["id"] for row in admin.read("pos.category", [], ["name"])}
    existing = {row["name"] for row in admin.read("product.template", [], ["name"])}
    values = [
        {
            "name": name,
            "list_price": price,
            "taxes_id": [(6, 0, [])],
            "available_in_pos": True,
            "pos_categ_ids": [(6, 0, [categories[category]])],
        }
        for name, price, category in PRODUCTS
        if name not in existing
    ]
    admin.call("product.template", "create", values)


def hire_cashier(admin, login=CASHIER, name="Camille Cashier"):
    """Create a user who may sell and nothing else; the password is the login. Returns its id."""
    groups = [admin.ref("base.group_user"), admin.ref("point_of_sale.group_pos_user")]
    return admin.create(
        "res.users", name=name, login=login, password=login, group_ids=[(6, 0, groups)]
    )


def connect_stripe(admin, secret_key):
    """Give the company's Stripe provider ``secret_key``; it stays disabled for web payments."""
    provider = admin.search("payment.provider", [("code", "=", "stripe")], limit=1)
    admin.write("payment.provider", provider, stripe_secret_key=secret_key)


def open_register(
    admin,
    name,
    *,
    reader_serial=None,
    connection="server",
    send=None,
    more_methods=(),
    **options,
):
    """Create a register with its own cash and card methods.

    :param reader_serial: the reader's serial number; None means the register takes cash only
    :param connection: who talks to the reader, ``"server"`` or ``"browser"``
    :param send: when the reader hears of a payment, ``"at_once"`` or ``"press"``; None sends no
        such value, which versions before do not know
    :param more_methods: ids of further payment methods
    :param options: further values of ``pos.config``
    """
    number = admin.call("account.journal", "search_count", []) + 1
    cash = admin.create(
        "pos.payment.method",
        name="Cash",
        sequence=1,
        journal_id=admin.create(
            "account.journal", name=f"Cash {name}", code=f"C{number:04}", type="cash"
        ),
    )
    card = None
    if reader_serial:
        card = add_card_method(admin, "Card", reader_serial, connection, send)
    methods = [method for method in (cash, card, *more_methods) if method]
    config = admin.create("pos.config", name=name, payment_method_ids=[(6, 0, methods)], **options)
    return Register(name, config, cash, card)


def open_kiosk(admin, name, *, reader_serial, login=CASHIER):
    """Create a self-order kiosk that takes cards only, and open it for customers.

    :param reader_serial: the serial number of the reader beside it
    :param login: the user as whom its visitors order
    """
    card = add_card_method(admin, f"Card {name}", reader_serial)
    config = admin.create(
        "pos.config",
        name=name,
        payment_method_ids=[(6, 0, [card])],
        self_ordering_mode="kiosk",
        self_ordering_service_mode="counter",
        self_ordering_pay_after="each",
        self_ordering_default_user_id=admin.search("res.users", [("login", "=", login)])[0],
    )
    admin.call("pos.config", "action_open_wizard", [config])
    return Register(name, config, None, card)


def kiosk_address(admin, config_id):
    """Return the path of a kiosk's page, with what opens it."""
    (config,) = admin.read("pos.config", [("id", "=", config_id)], ["access_token"])
    return f"/pos-self/{config_id}?access_token={config['access_token']}"


def add_card_method(admin, name, reader_serial, connection="server", send=None):
    """Create a method that charges with a reader; see :func:`open_register`. Returns its id."""
    return admin.create(
        "pos.payment.method",
        name=name,
        sequence=2,
        payment_method_type="terminal",
        use_payment_terminal=TERMINAL,
        stripe_serial_number=reader_serial,
        stripe_connection=connection,
        **({"stripe_send": send} if send else {}),
        journal_id=admin.search("account.journal", [("type", "=", "bank")], limit=1)[0],
    )


def start_session(client, config_id):
    """Open a register with an empty drawer, unless it is open; return the session's id.

    :param client: the :class:`~harness.rpc.OdooClient` of a user who may sell
    """
    domain = [("config_id", "=", config_id), ("state", "!=", "closed")]
    if not client.search("pos.session", domain, limit=1):
        client.call("pos.config", "open_ui", [config_id])
    (session,) = client.search("pos.session", domain, limit=1)
    client.call("pos.session", "set_opening_control", [session], 0, "")
    return session
