"""Each answer of Stripe's becomes the right kind of problem, and each problem a good sentence."""

import json

import pytest
import stripe
from stripe._api_requestor import _APIRequestor

from stripe_terminal import errors
from stripe_terminal.errors import Kind, StripeProblem, kind_of, problem_from, sentence

KEY = "sk_" + "live_51AbCdEfGhIjKl"

DECLINE_CODES = [
    "approve_with_id",
    "authentication_not_handled",
    "authentication_required",
    "call_issuer",
    "card_not_supported",
    "card_velocity_exceeded",
    "currency_not_supported",
    "do_not_honor",
    "do_not_try_again",
    "duplicate_transaction",
    "expired_card",
    "fraudulent",
    "generic_decline",
    "incorrect_address",
    "incorrect_cvc",
    "incorrect_number",
    "incorrect_pin",
    "incorrect_zip",
    "insufficient_funds",
    "invalid_account",
    "invalid_amount",
    "invalid_cvc",
    "invalid_expiry_month",
    "invalid_expiry_year",
    "invalid_number",
    "invalid_pin",
    "issuer_not_available",
    "lost_card",
    "merchant_blacklist",
    "mobile_device_authentication_required",
    "new_account_information_available",
    "no_action_taken",
    "not_permitted",
    "offline_pin_required",
    "online_or_offline_pin_required",
    "pickup_card",
    "pin_try_exceeded",
    "processing_error",
    "reenter_transaction",
    "restricted_card",
    "revocation_of_all_authorizations",
    "revocation_of_authorization",
    "security_violation",
    "service_not_allowed",
    "stolen_card",
    "stop_payment_order",
    "testmode_decline",
    "transaction_not_allowed",
    "try_again_later",
    "withdrawal_count_limit_exceeded",
]
READER_CODES = [
    "terminal_reader_busy",
    "terminal_reader_hardware_fault",
    "terminal_reader_offline",
    "terminal_reader_timeout",
    "terminal_reader_invalid_location_for_payment",
    "customer_canceled",
    "connection_error",
    "card_removed",
]
OWN_CODES = [
    "canceled",
    "no_provider",
    "no_secret_key",
    "not_sent",
    "reader_leased",
    "reader_tested",
    "reader_replaced",
    "reader_unknown",
    "timeout",
]
FRAUD_CODES = ["fraudulent", "lost_card", "merchant_blacklist", "pickup_card", "stolen_card"]


def raised(status, error, headers=None):
    """The exception that the SDK raises for an answer of Stripe's."""
    body = json.dumps({"error": error})
    headers = {"request-id": "req_1", **(headers or {})}
    with pytest.raises(stripe.StripeError) as caught:
        _APIRequestor()._interpret_response(body, status, headers, "V1")
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "amount_too_large", Kind.misconfigured),
        (400, "amount_too_small", Kind.misconfigured),
        (400, "intent_invalid_state", Kind.ambiguous),
        (400, "parameter_missing", Kind.bug),
        (400, "parameter_unknown", Kind.bug),
        (400, "payment_intent_unexpected_state", Kind.ambiguous),
        (400, "something_new", Kind.bug),
        (400, "terminal_reader_busy", Kind.busy),
        (400, "terminal_reader_hardware_fault", Kind.offline),
        (400, "terminal_reader_offline", Kind.offline),
        (400, "terminal_reader_timeout", Kind.ambiguous),
        (404, "resource_missing", Kind.misconfigured),
        (429, "lock_timeout", Kind.busy),
        (429, "rate_limit", Kind.offline),
    ],
)
def test_invalid_requests(status, code, kind):
    error = {"type": "invalid_request_error", "code": code, "message": "no", "param": "amount"}
    problem = problem_from(raised(status, error))
    assert (problem.kind, problem.code, problem.http_status) == (kind, code, status)
    assert (problem.param, problem.request_id, problem.message) == ("amount", "req_1", "no")
    assert problem.answered


@pytest.mark.parametrize(
    ("status", "code", "kind", "ours"),
    [
        (401, None, Kind.misconfigured, "api_key_invalid"),
        (401, "api_key_expired", Kind.misconfigured, "api_key_expired"),
        (403, None, Kind.misconfigured, "permission_missing"),
        (429, None, Kind.offline, "rate_limit"),
        (400, None, Kind.bug, "invalid_request"),
    ],
)
def test_answers_with_and_without_code(status, code, kind, ours):
    error = {"type": "invalid_request_error", "message": "no"}
    if code:
        error["code"] = code
    problem = problem_from(raised(status, error))
    assert (problem.kind, problem.code, problem.answered) == (kind, ours, True)


def test_card_error():
    intent = {"id": "pi_1", "status": "requires_payment_method", "client_secret": "pi_1_secret_x"}
    error = {
        "type": "card_error",
        "code": "card_declined",
        "decline_code": "insufficient_funds",
        "message": "Your card has insufficient funds.",
        "payment_intent": intent,
    }
    problem = problem_from(raised(402, error))
    assert (problem.kind, problem.code) == (Kind.declined, "card_declined")
    assert problem.decline_code == problem.reason == "insufficient_funds"
    assert problem.answered
    assert problem.intent == {**intent, "client_secret": "***"}
    assert type(problem.intent) is dict


def test_unknown_decline_code():
    error = {"type": "card_error", "code": "card_declined", "decline_code": "brand_new"}
    problem = problem_from(raised(402, error))
    assert problem.kind is Kind.declined
    assert sentence(problem.reason, problem.kind) == sentence("generic_decline")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (409, {"type": "idempotency_error", "code": "idempotency_key_in_use"}),
        (500, {"type": "api_error"}),
        (502, {"type": "api_error", "message": "bad gateway"}),
        (503, {"type": "api_error"}),
    ],
)
def test_server_errors_prove_nothing(status, error):
    problem = problem_from(raised(status, error))
    assert problem.kind is Kind.ambiguous
    assert not problem.answered
    assert problem.http_status == status


@pytest.mark.parametrize("status", [200, 403, 502])
def test_an_answer_that_is_not_from_stripe(status):
    with pytest.raises(stripe.APIError) as caught:
        _APIRequestor()._interpret_response(f"<html>{KEY}</html>", status, {}, "V1")
    problem = problem_from(caught.value)
    assert (problem.kind, problem.code) == (Kind.ambiguous, "connection_error")
    assert not problem.answered
    assert KEY not in str(problem)


def test_json_that_is_not_from_stripe():
    with pytest.raises(stripe.APIError) as caught:
        _APIRequestor()._interpret_response('{"detail": "blocked"}', 403, {}, "V1")
    assert problem_from(caught.value).code == "connection_error"


def test_same_key_with_other_parameters():
    problem = problem_from(raised(400, {"type": "idempotency_error", "message": "other"}))
    assert (problem.kind, problem.code) == (Kind.bug, "idempotency_error")
    assert problem.answered


def test_lost_connection():
    problem = problem_from(stripe.APIConnectionError("gone\n  away", should_retry=True))
    assert (problem.kind, problem.code) == (Kind.ambiguous, "connection_error")
    assert not problem.answered
    assert problem.http_status is None
    assert problem.message == "gone away"


def test_no_key_at_all():
    problem = problem_from(stripe.AuthenticationError("No API key provided."))
    assert (problem.kind, problem.code) == (Kind.misconfigured, "no_secret_key")


def test_every_exception_of_the_sdk_has_a_problem():
    def subclasses(cls):
        for child in cls.__subclasses__():
            yield child
            yield from subclasses(child)

    for cls in {stripe.StripeError, *subclasses(stripe.StripeError)}:
        error = cls.__new__(cls)
        stripe.StripeError.__init__(error, f"message with {KEY}")
        problem = problem_from(error)
        assert isinstance(problem, StripeProblem)
        assert isinstance(problem.kind, Kind)
        assert KEY not in str(problem)
        assert KEY not in repr(problem)


def test_message_has_no_secret_and_an_end():
    error = {"type": "invalid_request_error", "message": f"{KEY} " * 100}
    message = problem_from(raised(401, error)).message
    assert KEY not in message
    assert len(message) <= errors.MAX_MESSAGE


def test_text_of_a_problem_names_what_support_asks_for():
    error = {
        "type": "card_error",
        "code": "card_declined",
        "decline_code": "do_not_honor",
        "message": "No.",
    }
    text = str(problem_from(raised(402, error)))
    assert text == "card_declined do_not_honor 402 req_1 No."


@pytest.mark.parametrize("code", [*DECLINE_CODES, *READER_CODES, *OWN_CODES])
def test_each_code_is_in_the_map(code):
    assert kind_of(code)
    assert sentence(code) == errors.PROBLEMS[code][1]


@pytest.mark.parametrize("code", DECLINE_CODES)
def test_declines_are_declines(code):
    assert kind_of(code) is Kind.declined


@pytest.mark.parametrize("code", FRAUD_CODES)
def test_suspicion_is_not_told(code):
    assert sentence(code) == sentence("generic_decline")


def test_no_code_is_listed_twice():
    codes = [code for _kind, _text, codes in errors._MAP for code in codes.split()]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    "text", sorted({*errors.BY_KIND.values(), *map(sentence, errors.PROBLEMS)})
)
def test_sentences_are_for_people(text):
    assert text[0].isupper()
    assert text.endswith(".")
    assert "  " not in text
    assert "%" not in text and "{" not in text  # nothing to fill in: translated as it stands
    assert "_" not in text
    for jargon in ("PaymentIntent", "API", "webhook", "idempotency", "Idempotency", "decline code"):
        assert jargon not in text


@pytest.mark.parametrize("kind", list(Kind))
def test_unknown_codes_get_the_sentence_of_their_kind(kind):
    assert sentence("never_heard_of", kind) == errors.BY_KIND[kind]
    assert sentence(None, kind.value) == errors.BY_KIND[kind]


def test_unknown_code_of_unknown_kind():
    assert kind_of("never_heard_of") is None
    assert kind_of(None) is None
    assert sentence(None) == sentence("never_heard_of") == errors.BY_KIND[Kind.bug]
