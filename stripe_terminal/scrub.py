"""Takes secrets out of whatever is about to be logged, stored or shown."""

import re

MASK = "***"

# A value under one of these names is a secret, whatever it looks like.
SECRET_NAMES = frozenset(
    {
        "api_key",
        "authorization",
        "client_secret",
        "cvc",
        "number",
        "password",
        "pin",
        "secret",
        "stripe_secret_key",
        "stripe_webhook_secret",
    }
)
# The kind of secret stays readable (`sk_live_***`), the rest goes.
SECRET_PATTERNS = (
    # API keys, also the partly masked ones that Stripe's own messages quote
    re.compile(r"\b((?:sk|rk|ek|ak|uk)_(?:live|test|org)_(?:live_|test_)?)[A-Za-z0-9*]+"),
    re.compile(r"\b((?:sk|rk)_)[A-Za-z0-9*]{16,}"),
    # webhook secrets and connection tokens
    re.compile(r"\b(whsec_|pst_(?:live_|test_)?)[A-Za-z0-9_+/=*-]+"),
    # client secrets
    re.compile(r"\b((?:pi|seti|src)_[A-Za-z0-9]+_secret_)[A-Za-z0-9]+"),
    # HTTP's Authorization
    re.compile(r"(?i)\b((?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}"),
    # card numbers, in one piece or in groups of four
    re.compile(r"(?<![\w.-])()(?:\d{14,19}|\d{4}(?:[ -]\d{4}){3})(?![\w.-])"),
)


def scrub(value):
    """Return a copy of `value` without secrets; the argument is left as it is.

    :param value: text, or any nesting of dicts, lists and tuples as JSON has them
    :return: the same shape; secrets are replaced by `***`
    """
    if isinstance(value, str):
        for pattern in SECRET_PATTERNS:
            value = pattern.sub(rf"\g<1>{MASK}", value)
        return value
    if isinstance(value, dict):
        return {
            key: MASK if item and str(key).lower() in SECRET_NAMES else scrub(item)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return type(value)(scrub(item) for item in value)
    return value


def scrub_record(record):
    """Take the secrets out of a log record; a filter for loggers that are not ours.

    :param logging.LogRecord record: changed in place
    :return: True, so that it is logged
    """
    record.msg, record.args = scrub(record.getMessage()), ()
    return True
