"""What a person may mean by an amount that they type into a search field."""

import re
from decimal import Decimal

AMOUNT = re.compile(r"[-+]?\d[\d.,' ]*")
# The last of these parts the decimals off, in one country or another.
SEPARATORS = ".,"


def typed_amounts(text):
    """Return the amounts, without sign, that `text` may mean; none where it is something else.

    :param str text: such as ``12``, ``12.00``, ``-12,00``, ``1.234,50`` or ``12,00 €``
    :return: set of `Decimal`; two for ``1,234``
    """
    text = re.sub(r"^[^\d+-]{1,3}|[^\d]{1,4}$", "", text.strip()).strip()
    if not AMOUNT.fullmatch(text):
        return set()
    text = re.sub(r"[-+' ]", "", text)
    whole, _separator, decimals = text.replace(",", ".").rpartition(".")
    found = set()
    if _separator and len(decimals) <= 3:
        found.add(Decimal(f"{_digits(whole)}.{decimals}"))
    groups = re.split("[.,]", text)
    if all(len(group) == 3 for group in groups[1:]):
        found.add(Decimal("".join(groups)))
    return found


def _digits(text):
    return re.sub(r"\D", "", text) or "0"
