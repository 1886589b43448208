"""Pagination, filters and expansion."""

import pytest
import stripe

PARAMS = {"amount": 1200, "currency": "usd"}


@pytest.fixture
def ids(api):
    """Five intents, newest first."""
    return [api.payment_intents.create(PARAMS).id for _ in range(5)][::-1]


def listed(api, **params):
    answer = api.payment_intents.list(params)
    return [item.id for item in answer.data], answer.has_more


def test_pages(api, ids):
    assert listed(api) == (ids, False)
    assert listed(api, limit=2) == (ids[:2], True)
    assert listed(api, limit=2, starting_after=ids[1]) == (ids[2:4], True)
    assert listed(api, limit=2, starting_after=ids[3]) == (ids[4:], False)
    assert listed(api, limit=2, ending_before=ids[4]) == (ids[2:4], True)
    assert listed(api, limit=9, ending_before=ids[2]) == (ids[:2], False)
    assert api.payment_intents.list().url == "/v1/payment_intents"


def test_the_sdk_walks_through_all_pages(api, ids):
    found = [item.id for item in api.payment_intents.list({"limit": 2}).auto_paging_iter()]
    assert found == ids


@pytest.mark.parametrize(
    "params, param",
    [
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"starting_after": "pi_no"}, "starting_after"),
        ({"ending_before": "pi_no"}, "ending_before"),
        ({"created": {"after": 1}}, "created[after]"),
    ],
)
def test_wrong_pages(api, ids, params, param):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.list(params)
    assert caught.value.param == param


def test_both_cursors(api, ids):
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.list({"starting_after": ids[0], "ending_before": ids[2]})


def test_created(api, sim, ids):
    with sim.lock:
        sim.account.test.objects["payment_intent"][ids[4]]["created"] = 1000
    assert listed(api, created=1000) == ([ids[4]], False)
    assert listed(api, created={"lt": 1001, "gte": 1000})[0] == [ids[4]]
    assert listed(api, created={"gt": 1000})[0] == ids[:4]
    assert listed(api, created={"lte": 999})[0] == []


def test_expand(api, pay, reader):
    intent = pay()
    reader.tap()
    plain = api.payment_intents.retrieve(intent.id)
    assert plain.latest_charge.startswith("ch_")
    assert plain.payment_method.startswith("pm_")
    expand = ["latest_charge.balance_transaction", "payment_method"]
    full = api.payment_intents.retrieve(intent.id, {"expand": expand})
    assert full.latest_charge.id == plain.latest_charge
    assert full.latest_charge.balance_transaction.type == "charge"
    assert full.payment_method.card_present.last4 == "4242"
    assert api.payment_intents.retrieve(intent.id).latest_charge == plain.latest_charge


def test_expand_a_list(api, pay, reader):
    pay()
    reader.tap()
    answer = api.payment_intents.list({"expand": ["data.latest_charge.refunds"]})
    assert answer.data[0].latest_charge.refunds.data == []
    readers = api.terminal.readers.list({"expand": ["data.location"]})
    assert readers.data[0].location.display_name


def test_expand_through_a_reader(api, pay, reader):
    pay()
    reader.tap()
    expand = ["location", "action.process_payment_intent.payment_intent.latest_charge"]
    answer = api.terminal.readers.retrieve(reader.id, {"expand": expand})
    assert answer.location.id.startswith("tml_")
    assert answer.action.process_payment_intent.payment_intent.latest_charge.paid


def test_expand_a_refund(api, pay, reader):
    intent = pay()
    reader.tap()
    refund = api.refunds.create(
        {"payment_intent": intent.id, "expand": ["charge.payment_intent", "balance_transaction"]}
    )
    assert refund.charge.payment_intent.id == intent.id
    assert refund.balance_transaction.amount == -1200


def test_expanding_nothing(api):
    intent = api.payment_intents.create({**PARAMS, "expand": ["latest_charge", "customer"]})
    assert intent.latest_charge is None


@pytest.mark.parametrize(
    "path",
    [
        "nonsense",
        "amount",
        "metadata",
        "latest_charge.nonsense",
        "latest_charge.amount",
        "latest_charge.balance_transaction.source.payment_intent.review",
    ],
)
def test_wrong_expansion_does_nothing_else(api, sim, path):
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.create({**PARAMS, "expand": [path]})
    assert sim.ledger()["intents"] == []


def test_list_expansion_needs_data(api, ids):
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.list({"expand": ["latest_charge"]})
