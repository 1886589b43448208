"""Each code says the right thing in each direction of money, known or unknown."""

import json

import pytest
import stripe
from stripe._api_requestor import _APIRequestor

from stripe_terminal import errors, reading, refund_errors
from stripe_terminal.errors import Kind, problem_from, sentence
from stripe_terminal.refund_errors import refund_kind_of, refund_sentence
from stripe_terminal.refund_reading import refund_action_values

ALL_CODES = sorted({*errors.PROBLEMS, *refund_errors.PROBLEMS_OF_REFUNDS})
TYPES = ["api_error", "invalid_request_error", "idempotency_error", "card_error"]
STATUSES = [400, 401, 402, 403, 404, 409, 429, 500, 503]
UNKNOWN = "never_heard_of"
DECLINED = sentence("card_declined")
DECLINE_CODES = [
    code
    for kind, text, codes in errors._MAP
    for code in codes.split()
    if kind is Kind.declined and "refund" not in code + text
]
# What only the customer of a payment is told, or only that of a refund.
OF_PAYMENTS = ("was declined", "was charged", "way to pay", "another card", "Split it")
OF_REFUNDS = ("refund the money", "The refund")


def raised(status, error):
    """The exception that the SDK raises for an answer of Stripe's."""
    with pytest.raises(stripe.StripeError) as caught:
        _APIRequestor()._interpret_response(json.dumps({"error": error}), status, {}, "V1")
    return caught.value


@pytest.mark.parametrize("code", ALL_CODES)
def test_a_refund_is_never_told_as_a_payment(code):
    for words in OF_PAYMENTS:
        assert words not in refund_sentence(code)


@pytest.mark.parametrize("code", [code for code in errors.PROBLEMS if "refund" not in code])
def test_a_payment_is_never_told_as_a_refund(code):
    if code not in ("charge_disputed", "charge_not_refundable"):
        for words in OF_REFUNDS:
            assert words not in sentence(code)


@pytest.mark.parametrize("text", sorted(map(refund_sentence, ALL_CODES)))
def test_sentences_are_for_people(text):
    assert text[0].isupper() and text.endswith(".")
    for part in ("  ", "%", "{", "_", "PaymentIntent", "API", "webhook", "dempotency"):
        assert part not in text


def test_no_code_is_listed_twice():
    codes = [code for _kind, _text, codes in refund_errors._MAP for code in codes.split()]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("code", DECLINE_CODES)
def test_a_decline_code_of_a_refund_says_what_becomes_of_the_refund(code):
    assert refund_sentence(code) != sentence(code) or "PIN" in sentence(code)


@pytest.mark.parametrize(
    ("code", "part"),
    [
        ("insufficient_funds", "balance at Stripe"),
        ("refund_insufficient_funds", "balance at Stripe"),
        ("charge_disputed", "disputed"),
        ("refund_disputed_payment", "disputed"),
        ("refund_charge_for_pending_refund_disputed", "disputed"),
        ("api_error", "whether the refund was made"),
        ("connection_error", "whether the refund was made"),
        ("rate_limit", "Wait a few seconds"),
    ],
)
def test_what_refunds_meet(code, part):
    assert part in refund_sentence(code)
    assert refund_kind_of(code)


@pytest.mark.parametrize("kind", list(Kind))
def test_unknown_codes_get_the_sentence_of_their_kind(kind):
    assert refund_sentence(UNKNOWN, kind) == refund_errors.BY_KIND[kind]
    assert refund_sentence(None, kind.value) == refund_errors.BY_KIND[kind]


def test_unknown_code_of_unknown_kind():
    assert refund_sentence(UNKNOWN) == refund_sentence(None)
    assert refund_sentence(None) == refund_errors.BY_KIND[Kind.bug]


# Only a card error is a decline.


@pytest.mark.parametrize("code", [None, UNKNOWN])
@pytest.mark.parametrize("error_type", TYPES)
@pytest.mark.parametrize("status", STATUSES)
def test_unknown_answers(status, error_type, code):
    error = {"type": error_type, "message": "No.", **({"code": code} if code else {})}
    problem = problem_from(raised(status, error))
    is_decline = status == 402
    assert (sentence(problem.reason, problem.kind) == DECLINED) is is_decline
    assert (problem.kind is Kind.declined) is is_decline


@pytest.mark.parametrize("code", [None, UNKNOWN, "api_error"])
@pytest.mark.parametrize("error_type", TYPES)
def test_last_payment_errors(error_type, code):
    told = sentence(reading.error_code({"type": error_type, "code": code}))
    assert (told == DECLINED) is (error_type == "card_error")


def test_an_unknown_decline_code_is_a_decline():
    error = {"type": "card_error", "code": "card_declined", "decline_code": UNKNOWN}
    assert sentence(reading.error_code(error)) == DECLINED
    assert sentence(problem_from(raised(402, error)).reason) == DECLINED


@pytest.mark.parametrize("code", [None, "", UNKNOWN, "api_error"])
def test_a_reader_that_gives_no_reason_declines_nothing(code):
    action = {"type": "process_payment_intent", "status": "failed", "failure_code": code}
    reader = {"action": {**action, "process_payment_intent": {"payment_intent": "pi_1"}}}
    values, _intent = reading.action_values(reader, "pi_1")
    assert sentence(values["failure_code"]) not in (DECLINED, errors.BY_KIND[Kind.bug])
    assert "declined" not in sentence(values["failure_code"])
    metadata = {"pos_payment_line_uuid": "a line", "pos_refund_attempt": "1"}
    reader = {"action": {**action, "refund_payment": {"metadata": metadata}}}
    values, _refund = refund_action_values(reader, "a line", 1)
    assert "declined" not in refund_sentence(values["failure_code"])


@pytest.mark.parametrize("code", ["card_declined", "insufficient_funds", "customer_canceled"])
def test_a_reader_that_says_so_is_believed(code):
    assert reading.action_code({"failure_code": code}) == code
