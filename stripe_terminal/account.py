"""Whose a secret key is and what it may do, asked at Stripe without changing anything there.

Follows "API keys", "Restricted API keys" and "Permissions reference" of Stripe's documentation.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple
from urllib.parse import urlencode

from .errors import Kind, StripeProblem

# Parts of a key that Stripe's dashboard hides are shown as dots or stars.
KEY = re.compile(r"^\w+$", re.ASCII)
# No object of Stripe's has this as its id: whoever may ask is told so, and nothing is changed.
NOBODY = "odoo_permission_check"
RESTRICTED = "rk_"

# The currency that card readers take in a country: Terminal charges in the local one only. Follows
# "Global availability" and "Regional considerations" of Terminal's documentation.
EURO = "AT BE BG CY DE EE ES FI FR HR IE IT LT LU LV MT NL PT SI SK"
LOCAL_CURRENCIES = {
    **dict.fromkeys(EURO.split(), "EUR"),
    "AU": "AUD",
    "CA": "CAD",
    "CH": "CHF",
    "CZ": "CZK",
    "DK": "DKK",
    "GB": "GBP",
    "GI": "GBP",
    "HK": "HKD",
    "HU": "HUF",
    "JP": "JPY",
    "LI": "CHF",
    "MX": "MXN",
    "MY": "MYR",
    "NO": "NOK",
    "NZ": "NZD",
    "PL": "PLN",
    "RO": "RON",
    "SE": "SEK",
    "SG": "SGD",
    "US": "USD",
}


def _(source):
    """Mark a text for Odoo's translation exporter; `env._()` translates it when shown."""
    return source


class Permission(NamedTuple):
    """What a restricted key needs for a part of this addon, and a request that shows it.

    :ivar str name: as in Stripe's messages, without their `rak_`
    :ivar str label: as in Stripe's dashboard
    :ivar str purpose: what it is for, in English, ready for `env._()`
    :ivar bool is_needed: whether no card can be charged without it
    :ivar tuple request: method, path and parameters of a request that changes nothing
    """

    name: str
    label: str
    purpose: str
    is_needed: bool
    request: tuple


PERMISSIONS = (
    Permission(
        "payment_intent_write",
        "PaymentIntents: Write",
        _("take payments"),
        True,
        ("post", f"/v1/payment_intents/pi_{NOBODY}", {}),
    ),
    Permission(
        "terminal_reader_write",
        "Terminal Readers: Write",
        _("send payments to the card reader, pair and rename readers"),
        True,
        ("post", f"/v1/terminal/readers/tmr_{NOBODY}", {}),
    ),
    Permission(
        "charge_write",
        "Charges and Refunds: Write",
        _("read how a payment ended, refund it"),
        True,
        ("post", "/v1/refunds", {"payment_intent": f"pi_{NOBODY}"}),
    ),
    Permission(
        "terminal_location_write",
        "Terminal Locations: Write",
        _("create and rename the places where readers stand"),
        False,
        ("post", f"/v1/terminal/locations/tml_{NOBODY}", {}),
    ),
    Permission(
        "terminal_configuration_write",
        "Terminal Configurations: Write",
        _("choose the tips that card readers suggest"),
        False,
        ("post", f"/v1/terminal/configurations/tmc_{NOBODY}", {}),
    ),
    Permission(
        "webhook_write",
        "Webhook Endpoints: Write",
        _("create the webhook, by which answers come sooner"),
        False,
        ("post", f"/v1/webhook_endpoints/we_{NOBODY}", {}),
    ),
    Permission(
        "terminal_connection_token_write",
        "Terminal Connection Tokens: Write",
        _("reach card readers from the till's browser"),
        False,
        ("post", "/v1/terminal/connection_tokens", {"location": f"tml_{NOBODY}"}),
    ),
    Permission(
        "accounts_kyc_basic_read",
        "Accounts: Read",
        _("show whose account it is, check its country and currency"),
        False,
        ("get", "/v1/account", {}),
    ),
)

RESTRICTED_KEY_URL = "https://dashboard.stripe.com/apikeys/create?" + urlencode(
    [
        ("name", "Odoo Point of Sale"),
        *(("permissions[]", f"rak_{permission.name}") for permission in PERMISSIONS),
    ]
)


def check_form(secret_key):
    """Refuse the text of a key that cannot be a secret key, without asking Stripe.

    :raise StripeProblem: `key_is_publishable`, `key_is_webhook_secret` or `key_is_incomplete`
    """
    code = None
    if secret_key.startswith("pk_"):
        code = "key_is_publishable"
    elif secret_key.startswith("whsec_"):
        code = "key_is_webhook_secret"
    elif not KEY.match(secret_key):
        code = "key_is_incomplete"
    if code:
        raise StripeProblem(Kind.misconfigured, code)


def examine(gateway, secret_key):
    """Return what Stripe says of the account of a key, and of the key's permissions.

    Each permission of a restricted key is tried with a request that Stripe refuses for its content
    when the key may send it, and with 403 when not. Other keys may do everything.

    :param Gateway gateway: of the key
    :return: dict of `id`, `name`, `country`, `currency` and `charges_enabled`, without those that
        the key may not read; and `permissions`, a dict of True, False or None (could not be tried)
        by name
    :raise StripeProblem: Stripe could not be asked, or refused the key
    """
    account, may_read = {}, True
    try:
        account = gateway.retrieve_account().data
    except StripeProblem as problem:
        if problem.http_status != 403:
            raise
        may_read = False
    if secret_key.startswith(RESTRICTED):
        with ThreadPoolExecutor(len(PERMISSIONS)) as pool:
            answers = list(pool.map(lambda one: _try(gateway, *one.request), PERMISSIONS))
    else:
        answers = [True] * len(PERMISSIONS)
    facts = {
        "permissions": {
            permission.name: answer for permission, answer in zip(PERMISSIONS, answers, strict=True)
        }
    }
    if may_read:
        settings = (account.get("settings") or {}).get("dashboard") or {}
        profile = account.get("business_profile") or {}
        facts.update(
            id=account["id"],
            name=settings.get("display_name") or profile.get("name") or account["id"],
            country=account.get("country"),
            currency=(account.get("default_currency") or "").upper(),
            charges_enabled=bool(account.get("charges_enabled")),
        )
    return facts


def _try(gateway, method, path, params):
    """Return whether the key may send a request; None when that is not known."""
    try:
        gateway.try_request(method, path, params)
    except StripeProblem as problem:
        if problem.http_status == 403:
            return False
        # 401 says nothing of permissions, 429 may come before they are looked at.
        is_answer = problem.answered and problem.http_status not in (401, 429)
        return True if is_answer else None
    return True
