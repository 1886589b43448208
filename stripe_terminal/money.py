"""Amounts between Odoo (major units) and Stripe (integers in the currency's minor unit).

Follows "Supported currencies" of Stripe's documentation. Nothing here rounds an amount: what does
not fit into the minor unit is an error of the caller and is said so.
"""

from decimal import Decimal, InvalidOperation

ZERO_DECIMAL = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "JPY",
        "KMF",
        "KRW",
        "MGA",
        "PYG",
        "RWF",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
THREE_DECIMAL = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
# Sent with two decimals although the currency has none: these must be 00.
WHOLE_IN_HUNDREDTHS = frozenset({"ISK", "UGX"})

# Smallest charges by currency, in minor units. Stripe judges by the currency of settlement.
MINIMUM_CHARGES = {
    "AED": 200,
    "AUD": 50,
    "CAD": 50,
    "CHF": 50,
    "CZK": 1500,
    "DKK": 250,
    "EUR": 50,
    "GBP": 30,
    "HKD": 400,
    "HUF": 17500,
    "JPY": 50,
    "MXN": 1000,
    "MYR": 200,
    "NOK": 300,
    "NZD": 50,
    "PLN": 200,
    "RON": 200,
    "SEK": 300,
    "SGD": 50,
    "USD": 50,
}

# Sums of floats are off by much less than this part of a minor unit, real digits by more.
FLOAT_NOISE = Decimal("0.0001")

# No currency of Stripe's takes amounts of more digits.
MAX_DIGITS = 12


def to_minor(amount, currency_code):
    """Return `amount` as Stripe wants it.

    :param amount: major units: `Decimal`, `int`, `str`, or a `float` as Odoo has it
    :param str currency_code: ISO 4217, any case
    :return: integer in minor units, with the sign of `amount`
    :raise ValueError: the amount is not a number, or has more digits than Stripe takes
    """
    currency_code = currency_code.upper()
    # repr() is the shortest text of a float: 0.1 stays 0.1 and not 0.1000000000000000055.
    text = repr(amount) if isinstance(amount, float) else amount
    try:
        scaled = Decimal(text).scaleb(_decimals(currency_code))
    except InvalidOperation as error:
        raise ValueError(f"{amount!r} is not an amount") from error
    if not scaled.is_finite() or abs(scaled) >= 10**MAX_DIGITS:
        raise ValueError(f"{amount!r} {currency_code} is not an amount that Stripe takes")
    minor = int(scaled.to_integral_value())
    noise = FLOAT_NOISE if isinstance(amount, float) else 0
    step = _step(currency_code)
    if abs(scaled - minor) > noise or minor % step:
        raise ValueError(
            f"{amount!r} {currency_code} is not a multiple of {to_major(step, currency_code)}"
        )
    return minor


def to_major(minor, currency_code):
    """Return Stripe's integer in major units, exactly.

    :param int minor: minor units as in Stripe's API
    :param str currency_code: ISO 4217, any case (Stripe writes lower case)
    :rtype: Decimal
    """
    return Decimal(minor).scaleb(-_decimals(currency_code.upper()))


def minimum_charge(currency_code):
    """Return the smallest charge in minor units, or None where Stripe publishes none."""
    return MINIMUM_CHARGES.get(currency_code.upper())


def amount_for_test(currency_code):
    """Return what a test payment takes: 1.00, or the smallest charge where that is more.

    It ends in 00, on which Stripe's test mode approves a payment, see
    https://docs.stripe.com/terminal/references/testing

    :param str currency_code: ISO 4217, any case
    :return: minor units
    """
    least = max(to_minor(1, currency_code), minimum_charge(currency_code) or 0)
    return least + -least % 100


def _decimals(currency_code):
    if currency_code in ZERO_DECIMAL:
        return 0
    return 3 if currency_code in THREE_DECIMAL else 2


def _step(currency_code):
    """The smallest difference between two amounts, in minor units."""
    if currency_code in WHOLE_IN_HUNDREDTHS:
        return 100
    # Card networks carry two decimals: the third digit must be 0.
    return 10 if currency_code in THREE_DECIMAL else 1
