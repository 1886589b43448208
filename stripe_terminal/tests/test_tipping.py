from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_terminal import tipping
from stripe_terminal.tipping import (
    FIXED_AMOUNTS,
    INCREMENT,
    OVERCAPTURE,
    PERCENTAGES,
    SMART,
    WITHOUT,
)

NOW = datetime(2026, 11, 24, 20, 0)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("overcapture", "incremental", "expected"),
    [
        (True, True, [OVERCAPTURE, INCREMENT, WITHOUT]),
        (True, False, [OVERCAPTURE, WITHOUT]),
        (False, True, [INCREMENT, WITHOUT]),
        (False, False, [WITHOUT]),
    ],
)
def test_ways_follow_one_another(overcapture, incremental, expected):
    ways = tipping.ways(overcapture, incremental)
    assert ways == expected
    for way, following in zip(ways, [*ways[1:], WITHOUT], strict=True):
        assert tipping.next_way(way, overcapture, incremental) == following


def test_a_refused_way_is_not_tried_again_when_stripe_says_less_than_before():
    assert tipping.next_way(INCREMENT, True, True) == WITHOUT
    assert tipping.next_way(OVERCAPTURE, False, False) == WITHOUT


@given(st.integers(0, 31 * 24))
def test_captured_between_authorization_and_its_end(hours):
    end = NOW + hours * HOUR
    due = tipping.capture_due(NOW, end)
    assert NOW <= due <= end
    assert end - due >= min(timedelta(hours=12), (end - NOW) / 2)


def test_an_end_that_stripe_does_not_tell():
    assert tipping.capture_due(NOW, None) == NOW + 36 * HOUR


def test_what_a_location_offers():
    eur = {"percentages": [10, 15, 20]}
    assert tipping.kind_of({"eur": eur}) == PERCENTAGES
    assert tipping.kind_of({"eur": {"fixed_amounts": [1, 2, 3], "percentages": None}}) == (
        FIXED_AMOUNTS
    )
    assert tipping.kind_of({"eur": {**eur, "fixed_amounts": [1, 2, 3]}}) == SMART
    assert tipping.kind_of({"eur": None}) is tipping.kind_of(None) is None


def test_major_to_minor():
    settings = tipping.to_stripe(SMART, "EUR", [10, 15, 20], [0.5, 1.0, 2.35], 12.5)
    assert settings == {
        "percentages": [10, 15, 20],
        "fixed_amounts": [50, 100, 235],
        "smart_tip_threshold": 1250,
    }
    assert tipping.to_stripe(FIXED_AMOUNTS, "JPY", [], [100, 200, 300], 0) == {
        "fixed_amounts": [100, 200, 300]
    }
    assert tipping.to_stripe(PERCENTAGES, "JPY", [1, 2, 100], [], 0) == {"percentages": [1, 2, 100]}


@pytest.mark.parametrize(
    ("kind", "percentages", "amounts", "threshold"),
    [
        (PERCENTAGES, [0, 10, 20], [], 0),
        (PERCENTAGES, [10, 20, 101], [], 0),
        (FIXED_AMOUNTS, [], [1, 0, 2], 0),
        (FIXED_AMOUNTS, [], [1, 2, 0.005], 0),
        (SMART, [10, 15, 20], [1, 2, 3], 0),
    ],
)
def test_what_makes_no_sense(kind, percentages, amounts, threshold):
    with pytest.raises(ValueError):
        tipping.to_stripe(kind, "EUR", percentages, amounts, threshold)
