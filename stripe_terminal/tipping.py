"""Tips: what a reader offers, and how an authorized payment is charged with a tip.

Follows the pages "Collect on-reader tips", "Collect on-receipt tips" and "Incremental
authorizations" of Stripe's documentation. Amounts are integers in minor units.
"""

from datetime import timedelta

from . import money

# A reader suggests so many tips; the customer may also type one, or give none.
SUGGESTIONS = 3
LARGEST_PERCENTAGE = 100

# What a location offers, by the keys that Stripe's configuration has then
PERCENTAGES = "percentages"
FIXED_AMOUNTS = "fixed_amounts"
SMART = "smart"
SMART_THRESHOLD = "smart_tip_threshold"

# How a tip is added to an authorized payment: capture more than was authorized, or authorize more
# first. The last way leaves the tip out.
OVERCAPTURE = "overcapture"
INCREMENT = "increment"
WITHOUT = "without"
WAYS = (OVERCAPTURE, INCREMENT, WITHOUT)

# An authorization that nobody gave a tip for is captured so long before it ends: time enough to
# try again, also over a night without network.
CAPTURE_MARGIN = timedelta(hours=12)
# No authorization in person ends sooner, if Stripe says no time.
SHORTEST_AUTHORIZATION = timedelta(days=2)


def ways(overcapture, incremental):
    """Return the ways in which a charge can take a tip, the best first; WITHOUT is always last.

    :param bool overcapture: `overcapture_supported` of the charge
    :param bool incremental: `incremental_authorization_supported` of the charge
    """
    supported = {OVERCAPTURE: overcapture, INCREMENT: incremental, WITHOUT: True}
    return [way for way in WAYS if supported[way]]


def next_way(refused, overcapture, incremental):
    """Return the way to try when Stripe refused another one; see `ways`."""
    left = WAYS[WAYS.index(refused) + 1 :]
    return next((way for way in ways(overcapture, incremental) if way in left), WITHOUT)


def capture_due(authorized_at, capture_before):
    """Return when a payment has to be captured, tip or not.

    :param datetime authorized_at: when the bank approved
    :param datetime | None capture_before: when Stripe releases it
    """
    end = capture_before or authorized_at + SHORTEST_AUTHORIZATION
    return max(authorized_at, end - min(CAPTURE_MARGIN, (end - authorized_at) / 2))


def kind_of(tipping):
    """Return what readers offer by the `tipping` of a Stripe configuration, or None.

    All currencies of a configuration have the same keys.

    :param dict tipping: by currency in lower case
    :return: PERCENTAGES, FIXED_AMOUNTS, SMART or None
    """
    settings = next((value for value in (tipping or {}).values() if value), None)
    if not settings:
        return None
    if settings.get(PERCENTAGES) and settings.get(FIXED_AMOUNTS):
        return SMART
    return PERCENTAGES if settings.get(PERCENTAGES) else FIXED_AMOUNTS


def to_stripe(kind, currency_code, percentages, amounts, threshold):
    """Return the settings of one currency as Stripe's configuration takes them.

    :param str kind: PERCENTAGES, FIXED_AMOUNTS or SMART
    :param list percentages: whole per cents
    :param list amounts: in major units
    :param threshold: in major units; from there on percentages are offered
    :raise ValueError: a percentage is not from 1 to 100, or an amount cannot be charged
    """
    settings = {}
    if kind in (PERCENTAGES, SMART):
        if not all(0 < percentage <= LARGEST_PERCENTAGE for percentage in percentages):
            raise ValueError(f"{percentages} are not per cents")
        settings[PERCENTAGES] = list(percentages)
    if kind in (FIXED_AMOUNTS, SMART):
        settings[FIXED_AMOUNTS] = [_positive(amount, currency_code) for amount in amounts]
    if kind == SMART:
        settings[SMART_THRESHOLD] = _positive(threshold, currency_code)
    return settings


def _positive(amount, currency_code):
    minor = money.to_minor(amount, currency_code)
    if minor <= 0:
        raise ValueError(f"{amount!r} is not an amount to offer")
    return minor
