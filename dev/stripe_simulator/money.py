"""Amounts in minor units, and Stripe's limits (pages "Currencies", "Minimum charge amounts")."""

from .errors import ApiError, invalid


def _codes(text):
    return frozenset(text.split())


ZERO_DECIMAL = _codes("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf")
THREE_DECIMAL = _codes("bhd jod kwd omr tnd")
# The last digits that must be 0: the networks carry two decimals, and these two have none.
STEPS = {**dict.fromkeys(THREE_DECIMAL, 10), "isk": 100, "ugx": 100}
MINIMUMS = {
    "usd": 50, "eur": 50, "cad": 50, "aud": 50, "chf": 50, "nzd": 50, "sgd": 50, "brl": 50,
    "inr": 50, "gbp": 30, "dkk": 250, "nok": 300, "sek": 300, "pln": 200, "ron": 200, "aed": 200,
    "myr": 200, "hkd": 400, "czk": 1500, "huf": 17500, "jpy": 50, "mxn": 1000, "bgn": 100,
    "thb": 1000,
}  # fmt: skip
CURRENCIES = _codes(
    """aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn
    bzd cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf
    gtq gyd hkd hnl htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr
    lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen
    pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd
    top try ttd twd tzs uah ugx usd uyu uzs vnd vuv wst xaf xcd xcg xof xpf yer zar zmw"""
)
MAXIMUM = 99_999_999
COUNTRY_CURRENCIES = {
    "US": "usd", "CA": "cad", "GB": "gbp", "AU": "aud", "NZ": "nzd", "SG": "sgd", "CH": "chf",
    "DK": "dkk", "NO": "nok", "SE": "sek", "PL": "pln", "CZ": "czk", "HU": "huf", "RO": "ron",
    "JP": "jpy", "MY": "myr", "HK": "hkd", "MX": "mxn", "AE": "aed",
}  # fmt: skip


def currency_of(country):
    """Return the currency that an account of a country settles in."""
    return COUNTRY_CURRENCIES.get(country, "eur")


def decimals(currency):
    """Return how many digits of an amount stand behind the decimal point."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def shown(amount, currency):
    """Return an amount of minor units for people: `12.50 usd`."""
    digits = decimals(currency)
    return f"{amount / 10**digits:,.{digits}f} {currency}"


def check_currency(currency, param="currency"):
    """Return the currency in lower case.

    :raise ApiError: 400, when Stripe has no such currency
    """
    currency = currency.lower()
    if currency not in CURRENCIES:
        raise invalid(f"Invalid currency: {currency}. Stripe does not support it.", None, param)
    return currency


def check_amount(amount, currency, param="amount"):
    """Check an amount in minor units against Stripe's limits for a charge.

    :raise ApiError: 400, `parameter_invalid_integer`, `amount_too_small` or `amount_too_large`
    """
    if amount < 1:
        message = f"Invalid {param}: the value must be at least 1."
        raise invalid(message, "parameter_invalid_integer", param)
    step = STEPS.get(currency, 1)
    if amount % step:
        message = f"Invalid {param}: amounts in {currency} must be multiples of {step}."
        raise invalid(message, "parameter_invalid_integer", param)
    minimum = MINIMUMS.get(currency, 1)
    if amount < minimum:
        message = f"Amount must be at least {shown(minimum, currency)}"
        raise invalid(message, "amount_too_small", param)
    if amount > MAXIMUM:
        message = f"Amount must be no more than {shown(MAXIMUM, currency)}"
        raise ApiError(400, message, "amount_too_large", param)
