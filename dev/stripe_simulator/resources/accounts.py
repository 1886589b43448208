"""Accounts: https://docs.stripe.com/api/accounts."""

from ..errors import ApiError
from ..routing import route

PERMISSION = "accounts_kyc_basic"


@route("GET", "/v1/account", "account", "_account_retrieve_current_params", PERMISSION)
def retrieve_current(call):
    """Return the account that the key belongs to."""
    return account_object(call.account)


@route("GET", "/v1/accounts/<account_id>", "account", "_account_retrieve_params", PERMISSION)
def retrieve(call, account_id):
    """Return the own account, or one that is connected to it."""
    for account in (call.account, *call.account.connected):
        if account.id == account_id:
            return account_object(account)
    raise ApiError(
        403,
        f"The provided key does not have access to account '{account_id}' (or that account does "
        "not exist). Application access may have been revoked.",
        "account_invalid",
    )


def account_object(account):
    """Return an account as the API shows it."""
    return {
        "id": account.id,
        "object": "account",
        "business_profile": {
            "mcc": "5812",
            "minority_owned_business_designation": None,
            "name": account.name,
            "product_description": None,
            "specified_commercial_transactions_act_url": None,
            "support_address": None,
            "support_email": None,
            "support_phone": None,
            "support_url": None,
            "url": None,
        },
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": account.charges_enabled,
        "controller": {"type": "account"},
        "country": account.country,
        "created": account.created,
        "default_currency": account.currency,
        "details_submitted": True,
        "email": "shop@example.com",
        "external_accounts": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/accounts/{account.id}/external_accounts",
        },
        "metadata": {},
        "payouts_enabled": True,
        "settings": {
            "branding": {
                "icon": None,
                "logo": None,
                "primary_color": None,
                "secondary_color": None,
            },
            "card_payments": {
                "statement_descriptor_prefix": account.descriptor[:10],
                "statement_descriptor_prefix_kana": None,
                "statement_descriptor_prefix_kanji": None,
            },
            "dashboard": {"display_name": account.name, "timezone": "Etc/UTC"},
            "payments": {
                "statement_descriptor": account.descriptor,
                "statement_descriptor_kana": None,
                "statement_descriptor_kanji": None,
                "statement_descriptor_prefix_kana": None,
                "statement_descriptor_prefix_kanji": None,
            },
        },
        "type": "standard",
    }
