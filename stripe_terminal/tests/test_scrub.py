"""No secret survives `scrub`, and nothing else is lost."""

import copy
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_terminal.scrub import scrub, scrub_record

# Put together here so that no scanner takes them for real ones.
BODY = "51AbCdEfGhIjKlMnOp"
SECRETS = [
    "sk_" + "live_" + BODY,
    "sk_" + "test_" + BODY,
    "rk_" + "live_" + BODY,
    "rk_" + "test_" + BODY,
    "sk_" + BODY,
    "whsec_" + BODY + "+/=",
    "pst_" + "test_" + BODY,
    "pst_" + "live_" + BODY,
    "pi_3Abc123_secret_" + BODY,
    "seti_3Abc123_secret_" + BODY,
    "4242 4242 4242 4242",
    "4242424242424242",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("text", ["{}", "key {}!", "a={}&b=2", '{{"x": "{}"}}', "Bearer {}"])
def test_secrets_in_text(secret, text):
    dirty = text.format(secret)
    clean = scrub(dirty)
    assert secret not in clean
    assert BODY not in clean
    assert "***" in clean


def test_kind_of_secret_stays_readable():
    assert scrub("sk_" + "live_" + BODY) == "sk_live_***"
    assert scrub(f"pi_3Abc_secret_{BODY}") == "pi_3Abc_secret_***"
    assert scrub("Invalid API Key provided: sk_test_****1234") == (
        "Invalid API Key provided: sk_test_***"
    )


@pytest.mark.parametrize(
    "text",
    [
        "pi_3MtwBwLkdIwHu7ix28a3tqPa",
        "tmr_FDOt2wlRZEdpd7",
        "req_nzPqZdMCpFgVtJ",
        "evt_1NG8Du2eZvKYlo2CUI79vXWy",
        "pk_test_abc",
        "amount 1000 eur at 1700000000000",
        "WSC513105011295",
        "The risk_level is normal",
        "sk_learn and uk_vat",
        "Order 00001-001-0001 of 2026-11-23 10:00",
        "7b0f5c56-93b5-4a8c-8d29-12f3a6a5cf5e",
    ],
)
def test_harmless_text_stays(text):
    assert scrub(text) == text


def test_named_secrets_at_any_depth():
    dirty = {
        "id": "pi_1",
        "client_secret": "whatever",
        "payment_method": {"card": {"number": "4242", "last4": "4242"}, "cvc": None},
        "list": [{"secret": "x"}, ("sk_" + "test_abc", 5)],
        "Authorization": "Basic abc",
        "empty": {},
        "livemode": False,
    }
    original = copy.deepcopy(dirty)
    assert scrub(dirty) == {
        "id": "pi_1",
        "client_secret": "***",
        "payment_method": {"card": {"number": "***", "last4": "4242"}, "cvc": None},
        "list": [{"secret": "***"}, ("sk_test_***", 5)],
        "Authorization": "***",
        "empty": {},
        "livemode": False,
    }
    assert dirty == original


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(SECRETS),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
)


@given(json_values)
def test_nothing_secret_is_left_in_any_shape(value):
    clean = scrub(value)
    assert scrub(clean) == clean
    assert not any(secret in repr(clean) for secret in SECRETS)


@pytest.mark.parametrize("secret", SECRETS)
def test_log_records_of_others(secret):
    record = logging.makeLogRecord({"msg": "body=%s", "args": (f'{{"secret": "{secret}"}}',)})
    assert scrub_record(record)
    assert secret not in record.getMessage()
    assert record.getMessage().startswith("body=")
