"""The addon is updated in the middle of a day; what the version before had begun ends well."""

import time
import types

import pytest

from harness import shopfitting
from stripe_simulator import Simulator
from support import core_script, naming
from support.audit import audit, audit_journal, intents
from support.live_server import LiveServer
from support.old_drafts import OldDrafts
from support.old_version import (
    OldShop,
    charge_of_core,
    installed_version,
    restaurant,
    start,
    update,
)
from support.sdk_page import SdkPage
from support.till import Till

# Installing and updating come before the first test.
pytestmark = pytest.mark.timeout(600)

BEFORE = "19.0.1.0.0"
INTERAC = "4506445006931933"
REFUNDS = "/v1/refunds"
PROCESS = "/v1/terminal/readers/*/process_payment_intent"


@pytest.fixture
def day(start_server, simulator):
    """What the version before has left open, sold and refunded, after the update."""
    server = start(start_server, BEFORE, ("pos_stripe", "pos_restaurant"))
    day = types.SimpleNamespace(server=server, simulator=simulator)
    sell_and_refund(day)
    tamper(day)
    take_over_from_core(day)
    leave_a_tip_open(day)
    leave_refunds_unanswered(day)
    leave_payments_open(day)
    day.drafts = OldDrafts(server)
    day.logged_before = update(server)
    yield day
    simulator.account.overcapture = False


def sell_and_refund(day):
    day.shop = shop = OldShop(day.server, "Bar")
    day.sold, day.refunded = shop.sell(), shop.sell()
    day.part = shop.refund(day.refunded, 2.4)
    shop.sync(day.part, transaction_id=shop.row(day.part, "refund")["refund"])


def tamper(day):
    """A cashier turns a card payment into cash, and takes another charge for one of the shop's."""
    day.edited_shop = shop = OldShop(day.server, "Kiosk")
    day.edited, day.renamed = shop.sell(), shop.sell(1.0)
    client = shop.counter.client
    cash = shop.register.cash_method_id
    client.write("pos.payment", shop.payment_of(day.edited), payment_method_id=cash)
    day.somebody_elses = charge_of_core(shop, 500)
    client.write("pos.payment", shop.payment_of(day.renamed), transaction_id=day.somebody_elses)


def take_over_from_core(day):
    """Two payments of Odoo's own pos_stripe, of which one was refunded in part."""
    admin = day.server.admin
    core = admin.create(
        "pos.payment.method",
        name="Card (core)",
        payment_method_type="terminal",
        use_payment_terminal="stripe",
        stripe_serial_number="CORE-1",
        journal_id=admin.search("account.journal", [("type", "=", "bank")], limit=1)[0],
    )
    day.core_shop = shop = OldShop(day.server, "Terrace", more_methods=[core])
    day.core, day.adopted = shop.counter.line(), shop.counter.line()
    for line in (day.core, day.adopted):
        line["intent"] = charge_of_core(shop, line["amount"])
        shop.sync(line, core, transaction_id=line["intent"], card_type="visa")
    shop.refund(day.adopted, 2.4)


def leave_a_tip_open(day):
    day.restaurant = shop = restaurant(day.server)
    day.tipped = shop.sell(state="authorized", tippable=4.6, tip=0)


def leave_refunds_unanswered(day):
    """Of one refund the answer is lost, of another one the request."""
    day.refunding = shop = OldShop(day.server, "Counter")
    day.refunds = []
    for kind in ("drop_after", "drop_before"):
        sale = shop.sell()
        day.simulator.faults.add("POST", REFUNDS, kind, times=None)
        day.simulator.faults.add("GET", "*", "drop_before", times=None)
        day.refunds.append((sale, shop.refund(sale, 2.4, state="unknown")))
        day.simulator.faults.clear()


def leave_payments_open(day):
    """One reader asks for a card, of another one nobody knows what it does; both get a card."""
    day.collecting, day.unknown = OldShop(day.server, "Door"), OldShop(day.server, "Window")
    for shop in (day.collecting, day.unknown):
        if shop == day.unknown:
            day.simulator.faults.add("POST", PROCESS, "drop_after", times=None)
            for path in ("/v1/payment_intents/*", "/v1/terminal/readers/*"):
                day.simulator.faults.add("GET", path, "drop_before", times=None)
        shop.line = shop.counter.line()
        shop.counter.send(shop.line)
        shop.counter.wait_for(shop.line, "collecting" if shop == day.collecting else "unknown")
        day.simulator.faults.clear()
        shop.reader.tap()


def refunds_of(day, intent_id):
    """Return the amounts that Stripe refunded of a PaymentIntent, in minor units."""
    (intent,) = [one for one in day.simulator.ledger()["intents"] if one["id"] == intent_id]
    return [refund["amount"] for refund in intent["refunds"]]


def it_was_updated(day):
    assert installed_version(day.server) != BEFORE
    assert "ERROR" not in day.server.log()[day.logged_before :]


def open_payments_end_and_are_taken_once(day):
    for shop in (day.collecting, day.unknown):
        shop.settle()
        assert shop.row(shop.line)["state"] == "paid"
        assert [intent["amount_received"] for intent in intents(shop)] == [460]
        transaction = shop.row(shop.line, "payment_intent")["payment_intent"]
        shop.sync(shop.line, transaction_id=transaction)
        audit(shop)


def a_payment_that_waits_for_its_tip(day):
    shop = day.restaurant
    assert [intent["status"] for intent in intents(shop)] == ["requires_capture"]
    (order,) = shop.orders()
    tip = day.server.admin.ref("point_of_sale.product_product_tip")
    line = {"order_id": order["id"], "product_id": tip, "qty": 1, "price_unit": 1.0}
    line |= {"price_subtotal": 1.0, "price_subtotal_incl": 1.0, "tax_ids": [(6, 0, [])]}
    client = shop.counter.client
    client.create("pos.order.line", **line)
    client.write("pos.order", order["id"], is_tipped=True, tip_amount=1.0)
    shop.settle()
    assert [intent["amount_received"] for intent in intents(shop)] == [560]
    audit(shop)


def refunds_under_way_are_made_once(day):
    shop = day.refunding
    shop.settle()
    for sale, refund in day.refunds:
        if shop.row(refund)["state"] != "paid":
            shop.counter.again(refund)
            shop.counter.wait_for(refund, "paid")
        row = shop.row(refund, "refund")
        assert refunds_of(day, shop.row(sale, "payment_intent")["payment_intent"]) == [240]
        shop.sync(refund, transaction_id=row["refund"])
    audit(shop)


def an_old_payment_is_refunded_the_new_way(day):
    shop = day.shop
    for sale, amount in ((day.refunded, 2.2), (day.sold, 4.6)):
        refund = shop.refund(sale, amount)
        shop.sync(refund, transaction_id=shop.row(refund, "refund")["refund"])
    intent_id = shop.row(day.refunded, "payment_intent")["payment_intent"]
    assert sorted(refunds_of(day, intent_id)) == [220, 240]
    refused = shop.refund(day.refunded, 2.4, state="declined")
    assert not shop.row(refused, "refund")["refund"]
    audit(shop)


def what_a_cashier_wrote_moves_no_other_money(day):
    shop = day.edited_shop
    refund = shop.counter.line(-1.0) | {"refunded_uuid": day.renamed["line_uuid"]}
    shop.counter.send(refund)
    shop.settle()
    more = shop.counter.line(-500.0) | {"refunded_uuid": day.renamed["line_uuid"]}
    shop.counter.send(more)
    shop.settle()
    assert refunds_of(day, day.somebody_elses) == []


def what_core_charged_is_refunded_once(day):
    shop = day.core_shop
    for sale, before in ((day.core, []), (day.adopted, [240])):
        refund = shop.counter.line(-2.2) | {"refunded_uuid": sale["line_uuid"]}
        is_refused = "id" not in shop.counter.send(refund)
        shop.settle()
        made = [] if is_refused or shop.row(refund)["state"] != "paid" else [220]
        assert sorted(refunds_of(day, sale["intent"])) == [*made, *before]


def compare(shop):
    """Compare a session with Stripe, as for closing it, and return what is shown."""
    client, method = shop.counter.client, "stripe_terminal_compare"
    client.call("pos.session", method, [shop.session_id], True)
    deadline = time.monotonic() + 20
    while True:
        result = client.call("pos.session", method, [shop.session_id])
        if result["state"] != "comparing":
            return result
        assert time.monotonic() < deadline, "the comparison does not end"
        time.sleep(0.5)


def closing_shows_what_was_edited(day):
    shop = day.edited_shop
    result = compare(shop)
    assert result["state"] == "differs"
    keys = [difference["key"] for difference in result["differences"]]
    intent_id = shop.row(day.edited, "payment_intent")["payment_intent"]
    assert [key for key in keys if day.edited["line_uuid"] in key or intent_id in key], keys


def a_draft_is_finished_by_its_till(day):
    """Also one that was printed, and one whose card was declined first."""
    for shop in (day.drafts.asking, day.drafts.declined, day.drafts.printed):
        if shop == day.drafts.declined:
            shop.reader.decline("insufficient_funds")
            shop.counter.wait_for(shop.line, "declined")
            shop.counter.again(shop.line)
            shop.counter.wait_for(shop.line, "collecting")
        if shop != day.drafts.printed:
            shop.reader.tap()
            shop.settle()
        transaction = shop.row(shop.line, "payment_intent")["payment_intent"]
        shop.finish(shop.line, transaction_id=transaction)
        ends_well(shop, "paid", 460)


def a_draft_is_paid_otherwise_or_canceled(day):
    canceled, given_up = day.drafts.canceled, day.drafts.given_up
    canceled.counter.cancel(canceled.line)
    canceled.settle()
    canceled.finish_in_cash(canceled.line)
    ends_well(canceled, "paid", 0)
    given_up.counter.client.call("pos.order", "action_pos_order_cancel", [given_up.order_id])
    given_up.settle()
    ends_well(given_up, "cancel", 0)


def a_draft_whose_till_has_gone(day):
    """Any till loads it, with what the card has paid."""
    shop = day.drafts.left
    assert compare(shop)["state"] == "differs"
    till = Till(day.profiles, shop)
    core_script.serve(till)
    till.open().load_order("4.60")
    till.screenshot("old_draft")
    till.validate()
    till.close()
    ends_well(shop, "paid", 460)


def a_draft_that_was_emptied_is_restored(day):
    shop = day.drafts.emptied
    post = shop.counter.client.post
    (found,) = post("/pos_payment_stripe/unattached", session_id=shop.session_id)
    assert (found["line_uuid"], found["restorable"]) == (shop.line["line_uuid"], True)
    restored = post(
        "/pos_payment_stripe/restore", session_id=shop.session_id, line_uuid=found["line_uuid"]
    )
    shop.line["draft"] = restored["orders"]
    shop.finish(shop.line, transaction_id=found["transaction_id"])
    ends_well(shop, "paid", 460)


def ends_well(shop, state, taken):
    """Expect the one order of a shop in a state, with what was taken, and its session to close."""
    assert [order["state"] for order in shop.orders()] == [state]
    assert [intent["amount_received"] for intent in intents(shop)] == [taken]
    # Core leaves the payments of a canceled order on it.
    (audit_journal if state == "cancel" else audit)(shop)
    assert compare(shop)["state"] == "agrees"
    client = shop.counter.client
    closed = client.call("pos.session", "close_session_from_ui", [shop.session_id])
    assert closed["successful"], closed


def the_till_opens_and_sells(day):
    till = Till(day.profiles, day.collecting)
    core_script.serve(till)
    till.open().sell("Espresso", "Croissant").choose_method(day.collecting.card)
    till.wait_for_card()
    day.collecting.reader.tap()
    till.wait_for_receipt()
    assert set(till.foreign_requests) <= {core_script.ADDRESS}
    till.close()
    audit(day.collecting)


def test_what_was_begun_before_the_update_ends_after_it(day, profiles, subtests):
    """One day, because a shop with the version before takes a while to fit out."""
    day.profiles = profiles
    for ending in (
        it_was_updated,
        open_payments_end_and_are_taken_once,
        a_payment_that_waits_for_its_tip,
        refunds_under_way_are_made_once,
        an_old_payment_is_refunded_the_new_way,
        what_a_cashier_wrote_moves_no_other_money,
        what_core_charged_is_refunded_once,
        closing_shows_what_was_edited,
        a_draft_is_finished_by_its_till,
        a_draft_is_paid_otherwise_or_canceled,
        a_draft_whose_till_has_gone,
        a_draft_that_was_emptied_is_restored,
        the_till_opens_and_sells,
    ):
        with subtests.test(ending.__name__):
            ending(day)


@pytest.fixture
def start_in_canada():
    """A function that starts a server of a Stripe account in Canada."""
    servers = []
    with Simulator(country="CA") as stripe:

        def start_there(**settings):
            servers.append(LiveServer(stripe, **settings))
            servers[-1].open()
            return servers[-1]

        yield start_there
        for server in servers:
            server.close()


def refund_in_a_page(server, name):
    """Return a shop with a refund for which its page has read the card."""
    account = server.simulator.account
    location = account.add_location(name)
    reader = account.add_reader(naming.unique("STRM26300000"), location=location)
    shop = OldShop(server, name, reader=reader, connection="browser")
    shop.page, shop.sold = SdkPage(shop), shop.counter.line()
    shop.counter.send(shop.sold)
    shop.page.collect(shop.sold)
    shop.page.insert(INTERAC)
    shop.page.charge(shop.sold)
    transaction = shop.counter.wait_for(shop.sold, "paid")["transaction_id"]
    shop.sync(shop.sold, transaction_id=transaction)
    shop.line = shop.counter.line(-4.6) | {"refunded_uuid": shop.sold["line_uuid"]}
    shop.counter.send(shop.line)
    shop.page.collect(shop.line)
    shop.page.insert(INTERAC)
    return shop


def ends_refunded_once(shop):
    """Expect the refund of a page to be known with what Stripe has of it."""
    shop.settle()
    row = shop.row(shop.line, "refund")
    assert row["state"] == "paid"
    (intent,) = intents(shop)
    assert [refund["id"] for refund in intent["refunds"]] == [row["refund"]]
    shop.sync(shop.line, transaction_id=row["refund"])
    audit(shop)


def names_of_before(server):
    """Return what Odoo keeps of this addon by names that versions before had."""
    admin, found = server.admin, []
    for model, field in (
        ("ir.model", "model"),
        ("ir.model.fields", "name"),
        ("ir.model.constraint", "name"),
        ("ir.model.data", "name"),
        ("pos.stripe.payment.event", "verb"),
    ):
        for name in ("in_till", "terminal_test", "terminal.test"):
            found += [row[field] for row in admin.read(model, [(field, "like", name)], [field])]
    return found


def test_what_has_another_name_since_goes_on(start_in_canada):
    """A refund that a page has just made, another one before it is made, and the diagnosis."""
    server = start(start_in_canada, BEFORE, ())
    shopfitting.settle_in(server.admin, "CA", "CAD")
    access = server.admin.ref("pos_payment_stripe.access_pos_stripe_terminal_test_manager")
    assert names_of_before(server)
    made, open_still = (refund_in_a_page(server, name) for name in ("Toronto", "Ottawa"))
    assert made.page.post("let_refund", made.line) is True
    made.page.refund()
    logged_before = update(server)
    assert open_still.page.post("collecting", open_still.line)
    assert open_still.page.post("let_refund", open_still.line) is True
    open_still.page.refund()
    open_still.page.post("reported", open_still.line, stage="process")
    for shop in (made, open_still):
        ends_refunded_once(shop)
    assert names_of_before(server) == []
    assert server.admin.ref("pos_payment_stripe.access_pos_stripe_diagnosis_manager") == access
    method = made.register.card_method_id
    diagnosis = server.admin.call("pos.payment.method", "action_stripe_diagnosis", [method])
    test = diagnosis["params"]["test_id"]
    answer = server.admin.call("pos.stripe.diagnosis", "run_step", [test], "key")
    assert answer["state"] == "done"
    assert " ERROR " not in server.log()[logged_before:]
