"""Which hoot suites an argument means."""

import pytest

from harness import paths
from harness.console import Problem
from harness.parts.hoot import suites


@pytest.mark.parametrize(
    "names, expected",
    [
        ([], ["@pos_payment_stripe"]),
        (["@pos_payment_stripe/unit"], ["@pos_payment_stripe/unit"]),
        (
            [f"{paths.ROOT}/static/tests/unit/dues.test.js", "@pos_payment_stripe/unit/split"],
            ["@pos_payment_stripe/unit/dues", "@pos_payment_stripe/unit/split"],
        ),
    ],
)
def test_of_the_addon(names, expected):
    assert suites(names) == expected


@pytest.mark.parametrize("name", ["@pos_payment_stripe/uni", "static/tests/unit/gone.test.js"])
def test_what_is_none_is_said(name):
    with pytest.raises(Problem, match="no hoot suite"):
        suites([name])
