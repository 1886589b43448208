"""The few numbers that the measurements are made for, each beside what it shall be."""

import dataclasses


@dataclasses.dataclass
class Figure:
    """One line of the table in docs/09-speed.md.

    :ivar str what: is measured, with its unit
    :ivar str target: in words
    :ivar core: core's value, or None where core has none
    :ivar ours: our value
    :ivar bool met: whether ours is what it shall be; None where there is no target
    :ivar ratio: of our value to core's, or to what `to` says
    :ivar str to: what the ratio is to, where that is not core
    """

    what: str
    target: str
    core: float | None
    ours: float | None
    met: bool | None
    ratio: float | None = None
    to: str = ""


def at_most(value, limit):
    """Tell whether a value was measured and is not above a limit."""
    return value is not None and value <= limit
