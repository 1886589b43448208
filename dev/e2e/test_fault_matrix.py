"""Webhooks that go wrong, tabs that reload or are two, and no secret left behind by any of it."""

import re

import pytest

from harness import database
from stripe_simulator.cards import CARDS
from support.audit import audit, audit_journal, intents
from support.counter import Counter
from support.drivers import both_drivers
from support.stories import STORIES, Fault

# What Stripe tells of a payment goes wrong in these ways; it must end right without it.
WEBHOOK_FAULTS = {
    "dropped": {"kind": "drop"},
    "doubled": {"kind": "double"},
    "late": {"kind": "delay", "seconds": 1},
    "reordered": {"kind": "reorder"},
    "forged": {"kind": "forge"},
    "unsigned": {"kind": "unsigned"},
}
# What Odoo asks last before the reader shows the amount.
LAST_REQUEST = {
    "server": "/v1/terminal/readers/*/process_payment_intent",
    "browser": "/v1/payment_intents",
}
LIKE_A_SECRET = re.compile(
    r"(?:sk|rk)_(?:test|live)_\w{8,}|whsec_\w{8,}|pst_\w{8,}|pi_\w+_secret_\w{8,}"
)
# Where the keys may stand: the provider that the administrator has entered them at.
KEY_COLUMNS = {
    "payment_provider": {
        "stripe_secret_key",
        "stripe_publishable_key",
        "stripe_webhook_secret",
        "stripe_terminal_webhook_secret",
    }
}


@pytest.fixture(scope="module")
def server(start_server):
    """A server that logs all it can of our work, with a webhook at the simulator."""
    loud = ":INFO,werkzeug:INFO,stripe:DEBUG,odoo.addons.pos_payment_stripe:DEBUG,urllib3:DEBUG"
    server = start_server(options={"log_handler": loud})
    admin = server.admin
    admin.call("ir.config_parameter", "set_param", "web.base.url", server.url)
    provider = admin.search("payment.provider", [("code", "=", "stripe")], limit=1)
    admin.call("payment.provider", "action_stripe_terminal_create_webhook", provider)
    yield server
    admin.call("payment.provider", "action_stripe_terminal_remove_webhook", provider)


@pytest.fixture
def shop(make_shop, server, connection):
    """A register of that server."""
    return make_shop(server=server, connection=connection)


def tell_story(name, till):
    """Act a story in which nothing goes wrong but what a test does."""
    STORIES[name](till, till.shop, Fault())
    till.wait_for_receipt()


# What is told wrongly is refused alike in each story; what comes too late or too often is not.
TOLD = [("pay", fault) for fault in WEBHOOK_FAULTS]
TOLD += [("cancel", fault) for fault in ("dropped", "doubled", "late", "reordered")]
TOLD += [("retry", "dropped"), ("retry", "doubled"), ("force_done", "dropped")]


@both_drivers
@pytest.mark.parametrize(("story", "fault"), TOLD)
def test_webhook(kept_till, server, simulator, connection, story, fault):
    till = kept_till(connection, server)
    shop = till.shop
    simulator.faults.add_webhook(times=None, **WEBHOOK_FAULTS[fault])
    tell_story(story, till)
    assert simulator.webhooks.wait_until_idle()
    assert simulator.wait_until(lambda: not shop.is_busy(), 10)
    audit(shop)
    audit_journal(shop)


def test_a_forged_event_changes_nothing(shop, simulator):
    counter = Counter(shop)
    line = counter.line()
    counter.send(line)
    counter.wait_for(line, "collecting")
    (intent,) = intents(shop)
    lie = {**simulator.account.intent(intent["id"]), "status": "succeeded", "amount_received": 460}
    simulator.webhooks.forge(simulator.account.test, "payment_intent.succeeded", lie)
    assert simulator.webhooks.wait_until_idle()
    assert simulator.webhooks.deliveries[-1]["status"] == 400
    assert [row["state"] for row in shop.journal()] == ["collecting"]
    counter.cancel(line)
    counter.wait_for(line, "canceled")
    audit_journal(shop)


@both_drivers
@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "500_after"])
def test_reload_while_a_request_goes_wrong(kept_till, server, simulator, connection, kind):
    till = kept_till(connection, server)
    shop = till.shop
    simulator.faults.add("POST", LAST_REQUEST[connection], kind)
    till.sell("Espresso")
    with till.reloading_at("send"):
        till.method(shop.card).click()
    till.wait_for_card()
    shop.reader.tap()
    till.wait_for_receipt()
    assert len(intents(shop)) == 1
    audit(shop)


@both_drivers
def test_two_tabs_show_one_payment(open_till, shop):
    till = open_till(shop)
    till.sell("Espresso").choose_method(shop.card)
    till.wait_for_card()
    till.second_tab()
    till.page.wait_for_timeout(3000)
    assert shop.wait_for_reader("amount")["amount"] == 240
    shop.reader.tap()
    till.wait_for_receipt()
    assert len(intents(shop)) == 1
    audit(shop)


def test_no_secret_is_left_in_log_and_database(kept_till, server, simulator):
    for connection in ("server", "browser"):
        till = kept_till(connection, server)
        shop = till.shop
        simulator.faults.add("POST", "/v1/payment_intents", "500_after")
        tell_story("retry", till)
        till.next_order()
        tell_story("cancel", till)
    assert simulator.webhooks.wait_until_idle()
    text = server.log() + plain_text(server.database)
    assert shop.journal()[-1]["line_uuid"] in text, "the dump and the log are empty"
    secrets = secrets_of(simulator)
    assert all(secrets.values())
    for kind, values in secrets.items():
        found = [value for value in values if value in text]
        assert not found, f"{kind}: {[value[:12] for value in found]}"
    unknown = LIKE_A_SECRET.findall(text)
    assert not unknown, [value[:12] for value in unknown]


def secrets_of(simulator):
    """Return everything that only the server, Stripe and the card's owner may know, by kind."""
    account = simulator.account
    with simulator.lock:
        return {
            "sk": [account.secret_key, account.live_secret_key],
            "whsec": list(simulator.webhooks.secrets.values()),
            "pi": [intent["client_secret"] for intent in account.test.all("payment_intent")],
            "pst": simulator.js_sdk.used_tokens,
            "card": list(CARDS),
        }


def plain_text(name):
    """Return all tables of a database as text, without the columns that are made for keys."""
    connection = database.connect(name)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position)"
            " FROM information_schema.columns JOIN information_schema.tables"
            " USING (table_schema, table_name)"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' GROUP BY table_name"
        )
        parts = []
        for table, columns in cursor.fetchall():
            shown = [column for column in columns if column not in KEY_COLUMNS.get(table, ())]
            names = ", ".join(f'"{column}"' for column in shown)
            cursor.execute(f'SELECT {names} FROM "{table}"')
            parts += [f"{table}: {row}" for row in cursor.fetchall()]
    connection.close()
    return "\n".join(parts)
