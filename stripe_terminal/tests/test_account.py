"""The text of keys, and what restricted keys need."""

from urllib.parse import parse_qs, urlsplit

import pytest

from stripe_terminal.account import (
    LOCAL_CURRENCIES,
    NOBODY,
    PERMISSIONS,
    RESTRICTED_KEY_URL,
    check_form,
)
from stripe_terminal.errors import StripeProblem
from stripe_terminal.money import minimum_charge


@pytest.mark.parametrize("start", ["sk_test_", "sk_live_", "rk_test_", "rk_live_", ""])
def test_secret_keys_are_left_to_stripe(start):
    check_form(f"{start}51AbCdEf0123")


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("pk_live_51AbCd", "key_is_publishable"),
        ("whsec_AbCd", "key_is_webhook_secret"),
        ("sk_live_51Ab Cd", "key_is_incomplete"),
        ("sk_live_…AbCd", "key_is_incomplete"),
        ("sk_live_••••AbCd", "key_is_incomplete"),
        ("sk_live_****AbCd", "key_is_incomplete"),
        ("sk_live_51Ab\nsk_live_51Ab", "key_is_incomplete"),
    ],
)
def test_other_texts_are_refused(key, code):
    with pytest.raises(StripeProblem) as caught:
        check_form(key)
    assert caught.value.code == code
    assert key not in str(caught.value)


def test_what_is_tried_can_change_nothing():
    for permission in PERMISSIONS:
        method, path, params = permission.request
        assert method == "get" or NOBODY in path or NOBODY in repr(params)


def test_link_asks_for_each_permission():
    wanted = parse_qs(urlsplit(RESTRICTED_KEY_URL).query)["permissions[]"]
    assert wanted == [f"rak_{permission.name}" for permission in PERMISSIONS]


def test_local_currencies_have_a_smallest_charge():
    assert all(minimum_charge(currency) for currency in LOCAL_CURRENCIES.values())
