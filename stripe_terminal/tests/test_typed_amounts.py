from decimal import Decimal

import pytest

from stripe_terminal.typed_amounts import typed_amounts


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("12", ["12"]),
        ("12.00", ["12.00"]),
        ("12,00", ["12.00"]),
        ("-12,00", ["12.00"]),
        ("2.4", ["2.4"]),
        (" 12,00 € ", ["12.00"]),
        ("€ 12.00", ["12.00"]),
        ("$12.00", ["12.00"]),
        ("1.234,50", ["1234.50"]),
        ("1,234.50", ["1234.50"]),
        ("1 234,50", ["1234.50"]),
        ("1'234.50", ["1234.50"]),
        ("1,234", ["1.234", "1234"]),
        ("1.234.567", ["1234567", "1234.567"]),
        ("2-0001", []),
        ("pi_3Q12", []),
        ("12.0000", []),
        ("Coffee bar", []),
        ("", []),
    ],
)
def test_what_an_amount_may_mean(text, amounts):
    assert typed_amounts(text) == {Decimal(amount) for amount in amounts}
