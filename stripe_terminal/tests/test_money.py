"""Amounts: exact both ways, in each family of currencies, and never silently changed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_terminal.money import (
    MINIMUM_CHARGES,
    THREE_DECIMAL,
    WHOLE_IN_HUNDREDTHS,
    ZERO_DECIMAL,
    amount_for_test,
    minimum_charge,
    to_major,
    to_minor,
)

TWO_DECIMAL = sorted(set(MINIMUM_CHARGES) - ZERO_DECIMAL)
minor_amounts = st.integers(min_value=-(10**8) + 1, max_value=10**8 - 1)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        (10, "EUR", 1000),
        (10.1, "eur", 1010),
        ("10.10", "USD", 1010),
        (Decimal("0.05"), "CHF", 5),
        (0.1 + 0.2, "EUR", 30),
        (1.005 * 100, "EUR", 10050),
        (-4.35, "EUR", -435),
        (0, "EUR", 0),
        (1234, "JPY", 1234),
        (1234.0, "jpy", 1234),
        (5, "ISK", 500),
        (5.0, "UGX", 500),
        (200, "MGA", 200),
        (1000, "HUF", 100000),
        (1.23, "KWD", 1230),
        ("5.120", "BHD", 5120),
        (999999999.99, "IDR", 99999999999),
    ],
)
def test_to_minor(amount, currency, minor):
    assert to_minor(amount, currency) == minor
    assert isinstance(to_minor(amount, currency), int)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        (10.001, "EUR"),
        ("10.001", "EUR"),
        (Decimal("0.005"), "EUR"),
        ("0.10000000000001", "EUR"),  # text has no noise: each digit was meant
        (0.5, "JPY"),
        (5.5, "ISK"),
        ("0.01", "UGX"),
        (1.234, "KWD"),  # the third digit must be 0
        (float("nan"), "EUR"),
        (float("inf"), "EUR"),
        ("ten", "EUR"),
        ("", "EUR"),
        (10**13, "EUR"),
        ("123456789012345678901234567890.12", "EUR"),
    ],
)
def test_refuses_what_would_have_to_be_rounded(amount, currency):
    with pytest.raises(ValueError):
        to_minor(amount, currency)


@pytest.mark.parametrize(
    ("minor", "currency", "major"),
    [
        (1010, "eur", "10.10"),
        (1234, "jpy", "1234"),
        (500, "isk", "5"),
        (5120, "bhd", "5.12"),
        (-435, "EUR", "-4.35"),
    ],
)
def test_to_major(minor, currency, major):
    assert to_major(minor, currency) == Decimal(major)


@given(minor_amounts, st.sampled_from([*TWO_DECIMAL, *sorted(ZERO_DECIMAL)]))
def test_there_and_back(minor, currency):
    major = to_major(minor, currency)
    assert to_minor(major, currency) == minor
    assert to_minor(str(major), currency) == minor
    assert to_minor(float(major), currency) == minor


@given(minor_amounts, st.sampled_from(sorted(THREE_DECIMAL)))
def test_there_and_back_with_three_decimals(minor, currency):
    minor *= 10
    assert to_minor(float(to_major(minor, currency)), currency) == minor


@given(minor_amounts, st.sampled_from(sorted(WHOLE_IN_HUNDREDTHS)))
def test_there_and_back_in_whole_units(units, currency):
    assert to_minor(units, currency) == units * 100
    assert to_major(units * 100, currency) == units


@given(st.lists(st.integers(min_value=0, max_value=10**6), max_size=50))
def test_sums_of_floats_are_exact(cents):
    assert to_minor(float(sum(cent / 100 for cent in cents)), "EUR") == sum(cents)


@given(st.decimals(min_value=-(10**6), max_value=10**6, places=4), st.sampled_from(TWO_DECIMAL))
def test_never_changes_the_amount(amount, currency):
    for form in (amount, float(amount), str(amount)):
        try:
            minor = to_minor(form, currency)
        except ValueError:
            assert amount.quantize(Decimal("0.01")) != amount
        else:
            assert to_major(minor, currency) == amount


def test_minimum_charge():
    assert minimum_charge("EUR") == minimum_charge("eur") == 50
    assert minimum_charge("GBP") == 30
    assert minimum_charge("JPY") == 50
    assert minimum_charge("HUF") == 17500
    assert minimum_charge("XXX") is None


@pytest.mark.parametrize(
    ("currency", "minor"),
    [("EUR", 100), ("usd", 100), ("JPY", 100), ("HUF", 17500), ("CZK", 1500), ("ISK", 100)],
)
def test_a_test_payment_is_large_enough_and_ends_in_00(currency, minor):
    assert amount_for_test(currency) == minor
