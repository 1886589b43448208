"""What the slip of a card payment has to show, from the card facts that the journal keeps.

Network rules ask for the application's name, its AID and the account type (which is optional in
the United States); response code, cryptogram, TVR and TSI are optional. What a card without a chip
does not have is left out. See https://docs.stripe.com/terminal/features/receipts
"""

SALE = "sale"
REFUND = "refund"
DECLINE = "decline"


def _(source):
    """Mark a text for Odoo's translation exporter; `env._()` translates it when shown."""
    return source


HEADINGS = {
    SALE: _("CARD PAYMENT - APPROVED"),
    REFUND: _("CARD REFUND"),
    DECLINE: _("CARD PAYMENT - DECLINED"),
}
# Names are written as their owners do; all others are capitalized.
BRANDS = {
    "amex": "American Express",
    "cartes_bancaires": "Cartes Bancaires",
    "diners": "Diners Club",
    "eftpos_au": "eftpos",
    "jcb": "JCB",
    "unionpay": "UnionPay",
}
ENTRY_METHODS = {
    "contact_emv": _("Chip"),
    "contactless_emv": _("Contactless"),
    "contactless_magstripe_mode": _("Contactless"),
    "magnetic_stripe_fallback": _("Swiped, chip not readable"),
    "magnetic_stripe_track2": _("Swiped"),
}
ACCOUNT_TYPES = {
    "checking": _("Checking"),
    "credit": _("Credit"),
    "prepaid": _("Prepaid"),
    "savings": _("Savings"),
    "unknown": _("Unknown"),
}
VERIFICATIONS = {
    "approval": _("Approved by the cardholder"),
    "offline_pin": _("PIN"),
    "offline_pin_and_signature": _("PIN and signature"),
    "online_pin": _("PIN"),
    "signature": _("Signature"),
}


def brand_name(brand):
    """Return how people write a brand or network of Stripe's, such as `amex`; "" without one."""
    return BRANDS.get(brand) or (brand or "").replace("_", " ").title()


def card_name(brand, last4, network=None, mask="**** "):
    """Return what a person recognises a card by, such as `Visa **** 4242`.

    :param str | None network: shown where it is another one than the brand's, as on a card of
        two networks
    :param str mask: stands for the other digits; within a sentence none is needed
    """
    name = brand_name(brand)
    if network and network != "unknown" and network != brand:
        name = f"{name} ({brand_name(network)})"
    return f"{name} {mask}{last4 or ''}".strip()


def slip_rows(facts):
    """Return the card facts that a slip prints, in the order in which it does.

    :param dict facts: the journal's `card_read_method`, `auth_code` and `emv_receipt`, the latter
        as `payment_method_details[…][receipt]` of a charge
    :return: list of (label, value), both in English; the labels, and the values of the tables
        above, are ready for `env._()`
    """
    receipt = facts.get("emv_receipt") or {}
    verification = receipt.get("cardholder_verification_method")
    rows = [
        (_("Entry"), _known(ENTRY_METHODS, facts.get("card_read_method"))),
        (_("Account"), _known(ACCOUNT_TYPES, receipt.get("account_type"))),
        (_("Application"), receipt.get("application_preferred_name")),
        (_("AID"), receipt.get("dedicated_file_name")),
        (_("Verified by"), VERIFICATIONS.get(verification)),
        (_("Auth. code"), facts.get("auth_code")),
        (_("Response code"), receipt.get("authorization_response_code")),
        (_("Cryptogram"), receipt.get("application_cryptogram")),
        (_("TVR"), receipt.get("terminal_verification_results")),
        (_("TSI"), receipt.get("transaction_status_information")),
    ]
    return [(label, value) for label, value in rows if value]


def _known(table, value):
    """A value that Stripe adds some day is printed as it is."""
    return table.get(value, value)
