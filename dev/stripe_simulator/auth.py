"""API keys (pages "Authentication", "API keys", "Restricted keys")."""

import base64
import binascii

from .errors import ApiError


class ApiKey:
    """A secret, restricted or publishable key of one account in one mode.

    :param set | None permissions: of a restricted key, such as {"payment_intent_write"}; None
        means all
    """

    def __init__(self, secret, environment, permissions=None):
        self.secret = secret
        self.environment = environment
        self.permissions = permissions
        self.expired = False

    def check(self, permission, write):
        """Refuse a request that a restricted key may not make.

        :raise ApiError: 403, naming the permission that is missing
        """
        if self.permissions is None or permission is None:
            return
        wanted = {f"{permission}_write"} if write else {f"{permission}_read", f"{permission}_write"}
        if not wanted & self.permissions:
            name = f"rak_{permission}_{'write' if write else 'read'}"
            raise _refused(
                403,
                f"The provided key '{masked(self.secret)}' does not have the required permissions "
                f"for this endpoint on account '{self.environment.account.id}'. "
                f"Having the '{name}' permission would allow this request to continue.",
            )


def normalized(permissions):
    """Return permissions without the `rak_` that Stripe's messages put before them."""
    return {name.removeprefix("rak_") for name in permissions}


def masked(secret):
    """Return a key the way Stripe shows it in messages."""
    start = secret[:8] if secret[:3] in ("sk_", "rk_", "pk_") else ""
    hidden = max(len(secret) - len(start) - 4, 0)
    return start + "*" * hidden + secret[-4:]


def find_key(keys, headers):
    """Return the `ApiKey` of a request.

    :param dict keys: all keys by their secret
    :raise ApiError: 401
    """
    secret = _secret(headers.get("Authorization", ""))
    if not secret:
        raise _refused(
            401,
            "You did not provide an API key. Send it in the Authorization header, "
            "as a bearer token or as the user name of basic auth.",
        )
    key = keys.get(secret)
    if key is None:
        raise _refused(401, f"Invalid API Key provided: {masked(secret)}")
    if key.expired:
        raise _refused(401, f"Expired API Key provided: {masked(secret)}", "api_key_expired")
    if secret.startswith("pk_"):
        raise _refused(
            401,
            "This call needs a secret API key, a publishable one was given.",
            "secret_key_required",
        )
    return key


def acting_account(key, account_id):
    """Return the account of the `Stripe-Account` header (page "Connect: authentication").

    :raise ApiError: 403, when the key has no access to it
    """
    account = key.environment.account
    if not account_id or account_id == account.id:
        return account
    for other in account.connected:
        if other.id == account_id:
            return other
    raise _refused(
        403,
        f"The provided key '{masked(key.secret)}' does not have access to account "
        f"'{account_id}' (or that account does not exist). "
        "Application access may have been revoked.",
        "account_invalid",
    )


def _secret(header):
    scheme, _space, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""


def _refused(status, message, code=None):
    return ApiError(status, message, code, executed=False)
