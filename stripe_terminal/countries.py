"""How cards are taken in the country of a Stripe account.

Follows https://docs.stripe.com/terminal/payments/regional: an account, its readers and its
currency belong to one country. Canada's Interac is a payment method of its own. Interac and
Australia's eftpos authorize and capture in one step, so that a payment which is to be captured
later only prefers it (`manual_preferred`); they then succeed at once.
"""

INTERAC = ("CA", "CAD")


def intent_params(country, currency, capture_later=False):
    """Return what a new PaymentIntent says about kinds of cards and about its capture.

    :param str | None country: of the account, two letters; None gets what works everywhere
    :param str currency: ISO 4217, upper case
    :param bool capture_later: authorize now and capture later, maybe more, where the card can
    :return: dict for https://docs.stripe.com/api/payment_intents/create
    """
    kinds = ["card_present"]
    if (country, currency) == INTERAC:
        kinds.append("interac_present")
    params = {"allowed_payment_method_types": kinds, "capture_method": "automatic"}
    if capture_later:
        params["payment_method_options"] = {
            "card_present": {
                "capture_method": "manual_preferred",
                "request_incremental_authorization_support": True,
            }
        }
    return params
