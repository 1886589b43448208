"""What Stripe tells about a card that was read: `card_present` and the receipt's EMV fields."""

import hashlib

from .ids import new_id

APPLICATIONS = {
    "visa": ("A0000000031010", "Stripe Visa"),
    "mastercard": ("A0000000041010", "Stripe Mastercard"),
    "amex": ("A000000025010901", "American Express"),
    "discover": ("A0000001523010", "Discover"),
    "diners": ("A0000001523010", "Diners Club"),
    "jcb": ("A0000000651010", "JCB"),
    "unionpay": ("A000000333010102", "UnionPay"),
    "interac": ("A0000002771010", "Interac"),
    "eftpos_au": ("A00000038410", "eftpos"),
}
EXPIRY = (12, 2034)
EMPTY_ADDRESS = dict.fromkeys(["city", "country", "line1", "line2", "postal_code", "state"])
AUTHORIZATION_KEPT = 2 * 24 * 3600  # seconds until an uncaptured in-person payment expires
# Brands of cards that may be charged with more than was authorized at first.
FLEXIBLE_BRANDS = frozenset(["visa", "mastercard", "amex", "discover"])
ACCOUNT_TYPES = {"debit": "checking", "prepaid": "prepaid", "credit": "credit"}


def billing_details():
    """Return what is known of the card's owner: nothing, in person."""
    return {
        "address": dict(EMPTY_ADDRESS),
        "email": None,
        "name": None,
        "phone": None,
        "tax_id": None,
    }


def payment_method(environment, card, read_method):
    """Store and return the PaymentMethod of a card that was read."""
    method = environment.new("payment_method")
    method.update(
        allow_redisplay="unspecified",
        billing_details=billing_details(),
        customer=None,
        customer_account=None,
        metadata={},
        type=card.method_type,
    )
    facts = {**_identity(card, read_method), "networks": _networks(card)}
    if not card.interac:
        facts |= {"brand_product": None, "offline": {"stored_at": None, "type": None}}
    method[card.method_type] = facts
    return environment.add(method)


def charge_details(
    environment, charge_id, card, read_method, reader, amount, approved, manual, may_increment=False
):
    """Return `payment_method_details` of a charge.

    :param dict reader: the reader's object
    :param int amount: authorized, in minor units
    :param bool manual: whether the payment waits for its capture
    :param bool may_increment: whether incremental authorization was asked for
    """
    facts = _identity(card, read_method)
    facts |= {
        "emv_auth_data": _hex(charge_id, "emv", 32) if approved else None,
        "generated_card": None if card.interac or not approved else new_id("payment_method"),
        "location": reader["location"],
        "network": card.network or card.brand,
        "network_transaction_id": _digits(charge_id, "network", 15) if approved else None,
        "reader": reader["id"],
        "receipt": _receipt(charge_id, card, read_method, approved),
    }
    if not card.interac:
        flexible = approved and manual and card.brand in FLEXIBLE_BRANDS
        account = environment.account
        facts |= {
            "amount_authorized": amount if approved else None,
            "brand_product": None,
            "incremental_authorization_supported": bool(
                flexible and may_increment and account.incremental_authorization
            ),
            "offline": {"stored_at": None, "type": None},
            "overcapture_supported": bool(flexible and account.overcapture),
        }
        if approved and manual:
            facts["capture_before"] = environment.now + AUTHORIZATION_KEPT
    return {card.method_type: facts, "type": card.method_type}


def refund_details(charge):
    """Return `destination_details` of a refund to the card."""
    return {
        "card": {
            "reference_status": "pending",
            "reference_type": "acquirer_reference_number",
            "type": "refund" if charge["captured"] else "reversal",
        },
        "type": "card",
    }


def _identity(card, read_method):
    return {
        "brand": card.brand,
        "cardholder_name": None if "contactless" in read_method else "CARDHOLDER/TEST",
        "country": card.country,
        "description": f"{card.brand.title()} {card.funding}",
        "exp_month": EXPIRY[0],
        "exp_year": EXPIRY[1],
        "fingerprint": card.fingerprint,
        "funding": card.funding,
        "iin": card.number[:6],
        "issuer": "STRIPE TEST BANK",
        "last4": card.last4,
        "preferred_locales": ["en"],
        "read_method": read_method,
    }


def _networks(card):
    available = [card.brand]
    if card.network and card.network not in available:
        available.append(card.network)
    return {"available": available, "preferred": None}


def _receipt(charge_id, card, read_method, approved):
    contactless = "contactless" in read_method
    application, name = APPLICATIONS[card.network or card.brand]
    return {
        "account_type": ACCOUNT_TYPES[card.funding],
        "application_cryptogram": _hex(charge_id, "cryptogram", 16),
        "application_preferred_name": name,
        "authorization_code": _digits(charge_id, "code", 6) if approved else None,
        "authorization_response_code": "3030" if approved else "3035",
        "cardholder_verification_method": "none" if contactless else card.cvm,
        "dedicated_file_name": application,
        "terminal_verification_results": "0000000000" if contactless else "0000008000",
        "transaction_status_information": "0000" if contactless else "6800",
    }


def _hex(charge_id, what, length):
    return hashlib.sha256(f"{charge_id}{what}".encode()).hexdigest()[:length].upper()


def _digits(charge_id, what, length):
    return str(int(_hex(charge_id, what, 30), 16))[-length:]
