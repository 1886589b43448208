import pytest

from stripe_terminal.closing import (
    NOT_RECORDED,
    NOT_TAKEN,
    OTHER_AMOUNT,
    STILL_OPEN,
    WENT_BACK,
    Intent,
    Recorded,
    Row,
    compare,
)
from stripe_terminal.settlement import OPEN_STATES

PAYMENT = Recorded("line", "order", 460, "EUR", "pi_1")
ROW = Row("line", "order", 460, "EUR", "pi_1", "paid", recorded=True)
INTENT = Intent("pi_1", "succeeded", 460, 0, "EUR", "line", "2-0001")


def kinds(payments, rows, intents):
    comparison = compare(payments, rows, {intent.id: intent for intent in intents})
    return [difference.kind for difference in comparison.differences]


def test_agreement_counts_and_sums():
    more = [
        PAYMENT._replace(line_uuid="two", amount=1, intent="pi_2"),
        ROW._replace(line_uuid="two", intent="pi_2"),
        INTENT._replace(id="pi_2", received=1),
    ]
    comparison = compare([PAYMENT, more[0]], [ROW, more[1]], {"pi_1": INTENT, "pi_2": more[2]})
    assert comparison == ([], 2, 461)


def test_nothing_agrees_with_nothing():
    assert compare([], [], {}) == ([], 0, 0)


@pytest.mark.parametrize("currency, amount", [("EUR", 461), ("EUR", None), ("USD", 460)])
def test_another_amount(currency, amount):
    payment = PAYMENT._replace(currency=currency, amount=amount)
    assert kinds([payment], [ROW], [INTENT]) == [OTHER_AMOUNT]


@pytest.mark.parametrize(
    "payment, rows, intents",
    [
        (PAYMENT, [], []),
        (PAYMENT, [ROW], []),
        (PAYMENT, [ROW._replace(state="declined")], [INTENT._replace(status="canceled")]),
        (PAYMENT, [ROW], [INTENT._replace(status="requires_payment_method", received=0)]),
    ],
)
def test_recorded_but_not_taken(payment, rows, intents):
    assert kinds([payment], rows, intents) == [NOT_TAKEN]


def test_recorded_with_what_another_order_or_intent_paid():
    for payment in (PAYMENT._replace(order_uuid="other"), PAYMENT._replace(intent="pi_2")):
        assert kinds([payment], [ROW], [INTENT]) == [NOT_TAKEN]


def test_taken_but_not_recorded():
    assert kinds([], [ROW._replace(recorded=False)], [INTENT]) == [NOT_RECORDED]
    assert kinds([], [], [INTENT]) == [NOT_RECORDED]
    # Another account's: the journal is all there is.
    assert kinds([], [ROW._replace(recorded=False)], []) == [NOT_RECORDED]


def test_reserved_money_is_money():
    assert kinds([], [], [INTENT._replace(status="requires_capture")]) == [NOT_RECORDED]


def test_a_second_charge_for_one_line():
    assert kinds([PAYMENT], [ROW], [INTENT, INTENT._replace(id="pi_2")]) == [NOT_RECORDED]


def test_recorded_in_another_session():
    assert kinds([], [ROW], [INTENT]) == []


def test_fully_refunded():
    refunded = INTENT._replace(refunded=460)
    assert kinds([], [ROW._replace(recorded=False)], [refunded]) == []
    assert kinds([], [], [INTENT._replace(refunded=459)]) == [NOT_RECORDED]
    # The shop's books have all of it.
    assert kinds([PAYMENT], [ROW], [refunded]) == [WENT_BACK]


REFUND = Intent("re_1", "succeeded", -160, 0, "EUR", "", "", payment="pi_1")
REFUND_ROW = Row("refund", "two", -160, "EUR", "re_1", "paid", recorded=True, payment="pi_1")
REFUNDED = INTENT._replace(refunded=160)


def test_refunded_outside_the_point_of_sale():
    for refund in (REFUND, REFUND._replace(line_uuid="somebody's")):
        comparison = compare([PAYMENT], [ROW], {"pi_1": REFUNDED, "re_1": refund})
        assert [(one.kind, one.amount) for one in comparison.differences] == [(WENT_BACK, 160)]
        assert comparison.differences[0].key == "went_back:re_1"
    # Stripe lists the charge only, or only what was refunded of an earlier session's payment.
    assert kinds([PAYMENT], [ROW], [REFUNDED]) == [WENT_BACK]
    assert [one.kind for one in compare([], [], {"re_1": REFUND}, [ROW]).differences] == [WENT_BACK]
    # Once each.
    more = [REFUND, REFUND._replace(id="re_2", received=-100)]
    assert kinds([PAYMENT], [ROW], [INTENT._replace(refunded=260), *more]) == 2 * [WENT_BACK]


def test_refunded_by_the_point_of_sale():
    recorded = Recorded("refund", "two", -160, "EUR", "re_1")
    assert kinds([PAYMENT, recorded], [ROW, REFUND_ROW], [REFUNDED, REFUND]) == []
    for state, wanted, recorded in (("paid", None, False), ("unknown", "collect", False)):
        other = REFUND_ROW._replace(state=state, wanted=wanted, recorded=recorded)
        for row in (other, other._replace(intent=None)):
            if state == "paid" and not row.intent:
                continue
            for intents in ([REFUNDED], [REFUNDED, REFUND], [INTENT, REFUND]):
                by_id = {intent.id: intent for intent in intents}
                assert compare([PAYMENT], [ROW], by_id, [row]).differences == []


def test_a_second_refund_with_the_name_of_the_first_one():
    waiting = REFUND_ROW._replace(intent=None, state="unknown")
    named = REFUND._replace(line_uuid="refund")
    twice = {
        "pi_1": INTENT._replace(refunded=320),
        "re_1": named,
        "re_2": named._replace(id="re_2"),
    }
    for row in (REFUND_ROW, waiting):
        assert [one.kind for one in compare([PAYMENT], [ROW], twice, [row]).differences] == [
            WENT_BACK
        ]


def test_of_a_payment_that_no_order_shows_only_the_rest_is_told():
    row = ROW._replace(recorded=False)
    assert kinds([], [row], [REFUNDED, REFUND]) == [NOT_RECORDED]
    whole = REFUND._replace(received=-460)
    assert kinds([], [row], [INTENT._replace(refunded=460), whole]) == []


def test_a_whole_that_was_released_or_failed_did_not_go_back():
    failed = REFUND._replace(status="failed", received=0)
    assert kinds([PAYMENT], [ROW], [INTENT, failed]) == []
    canceled = INTENT._replace(status="canceled", received=0, refunded=460)
    assert kinds([PAYMENT], [ROW], [canceled]) == [NOT_TAKEN]


@pytest.mark.parametrize("state", OPEN_STATES)
def test_still_open(state):
    row = ROW._replace(state=state, recorded=False)
    assert kinds([], [row], [INTENT._replace(status="requires_capture")]) == [STILL_OPEN]
    assert kinds([PAYMENT], [row], [INTENT]) == [STILL_OPEN]


def test_what_is_wanted_is_still_open():
    row = ROW._replace(state="declined", wanted="cancel", recorded=False)
    assert kinds([], [row], []) == [STILL_OPEN]


@pytest.mark.parametrize("status", ["canceled", "requires_payment_method", "processing"])
def test_what_stripe_has_not_taken_is_no_difference(status):
    assert (
        kinds(
            [],
            [ROW._replace(state="canceled", recorded=False)],
            [INTENT._replace(status=status, received=0)],
        )
        == []
    )


def test_keys_are_the_same_each_time_and_differ_by_kind():
    differences = [
        compare([PAYMENT], [], {}).differences[0],
        compare([], [], {"pi_1": INTENT}).differences[0],
        compare([], [ROW._replace(state="new")], {}).differences[0],
    ]
    assert [difference.key for difference in differences] == [
        "not_taken:line",
        "not_recorded:pi_1",
        "still_open:line",
    ]
