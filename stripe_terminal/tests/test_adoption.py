"""What Stripe must say before an old payment may be refunded."""

import pytest

from stripe_terminal.adoption import (
    AMOUNT,
    CHECKS,
    DATE,
    METADATA,
    SUCCEEDED,
    TERMINAL,
    UNCLAIMED,
    Recorded,
    failed_checks,
)

RECORDED = Recorded(1200, "EUR", 1_000_000, "a-line", "shop")
OURS = {"pos_payment_line_uuid": "a-line", "odoo_database": "shop"}


def intent(status="succeeded", metadata=None, **charge):
    """Return a PaymentIntent as Stripe has it of a payment of pos_stripe."""
    return {
        "status": status,
        "metadata": metadata or {},
        "latest_charge": {
            "status": "succeeded",
            "captured": True,
            "amount_captured": 1200,
            "currency": "eur",
            "created": 1_000_000,
            "metadata": {},
            "payment_method_details": {"type": "card_present"},
            **charge,
        },
    }


@pytest.mark.parametrize(
    "found",
    [
        intent(),
        intent(payment_method_details={"type": "interac_present"}),
        intent(created=1_000_000 - 86_400),
        intent(metadata=OURS),
        intent(metadata=None),
    ],
)
def test_it_may_be_adopted(found):
    assert failed_checks(RECORDED, found, False) == []


@pytest.mark.parametrize(
    "check, found",
    [
        (TERMINAL, intent(payment_method_details={"type": "card"})),
        (TERMINAL, intent(payment_method_details=None)),
        (SUCCEEDED, intent("requires_capture")),
        (SUCCEEDED, intent(captured=False)),
        (SUCCEEDED, intent() | {"latest_charge": None}),
        (AMOUNT, intent(amount_captured=1201)),
        (AMOUNT, intent(currency="usd")),
        (DATE, intent(created=1_000_000 + 86_401)),
        (METADATA, intent(metadata={**OURS, "pos_payment_line_uuid": "another"})),
        (METADATA, intent(metadata={**OURS, "odoo_database": "another"})),
        (METADATA, intent() | {"metadata": {"order_id": "5"}}),
    ],
)
def test_one_fact_that_differs_is_a_refusal(check, found):
    assert failed_checks(RECORDED, found, False) == [check]


def test_what_another_row_has():
    assert failed_checks(RECORDED, intent(), True) == [UNCLAIMED]
    assert set(CHECKS) == {TERMINAL, SUCCEEDED, AMOUNT, DATE, METADATA, UNCLAIMED}
