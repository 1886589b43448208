"""Which kinds of cards a PaymentIntent allows, and how it is captured, by country."""

import pytest

from stripe_terminal.countries import intent_params

CARDS = ["card_present"]
CARDS_AND_INTERAC = ["card_present", "interac_present"]
PREFER = {
    "card_present": {
        "capture_method": "manual_preferred",
        "request_incremental_authorization_support": True,
    }
}


@pytest.mark.parametrize(
    ("country", "currency", "kinds"),
    [
        ("CA", "CAD", CARDS_AND_INTERAC),
        ("CA", "USD", CARDS),
        ("US", "CAD", CARDS),
        ("AU", "AUD", CARDS),
        ("BE", "EUR", CARDS),
        (None, "EUR", CARDS),
        (False, "CAD", CARDS),
    ],
)
def test_kinds_of_cards(country, currency, kinds):
    for capture_later in (False, True):
        params = intent_params(country, currency, capture_later)
        assert params["allowed_payment_method_types"] == kinds


@pytest.mark.parametrize("country", ["CA", "AU", "US", "BE", None])
def test_captured_at_once(country):
    assert intent_params(country, "CAD")["capture_method"] == "automatic"
    assert "payment_method_options" not in intent_params(country, "CAD")


@pytest.mark.parametrize("country", ["CA", "AU", "US", "BE", None])
def test_captured_later_where_the_card_can(country):
    params = intent_params(country, "CAD", capture_later=True)
    # Interac refuses `manual`, also when it is the whole intent's.
    assert params["capture_method"] == "automatic"
    assert params["payment_method_options"] == PREFER
