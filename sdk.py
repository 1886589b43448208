"""Which versions of Stripe's SDK, the Python package `stripe`, the addon is tested with."""

import logging

from stripe import VERSION

_logger = logging.getLogger(__name__)

# As in requirements.txt; `./dev/test sdk` tests each major.
FIRST = (14, 0)
LAST_MAJOR = 16


def is_supported(version):
    """Tell whether the addon works with a version of the SDK, such as `16.1.0`."""
    major, minor = (int(part) for part in version.split(".")[:2])
    return (major, minor) >= FIRST and major <= LAST_MAJOR


if not is_supported(VERSION):
    _logger.warning(
        "Version %s of the Python package stripe is not supported: install one from %s.%s to %s",
        VERSION,
        *FIRST,
        LAST_MAJOR,
    )
