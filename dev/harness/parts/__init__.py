"""The parts of ``dev/test``, one file each, with a function ``run(extra)`` that returns a count."""

import dataclasses
from collections.abc import Callable
from typing import NamedTuple


@dataclasses.dataclass(frozen=True)
class Count:
    """How many tests of a part passed and failed."""

    passed: int = 0
    failed: int = 0

    def __add__(self, other):
        return Count(self.passed + other.passed, self.failed + other.failed)


class Step(NamedTuple):
    """A part that is to be run.

    :ivar str part: its name
    :ivar Callable run: does so and returns the :class:`Count`
    :ivar Callable | None prepare: makes what it needs, which can be done before
    """

    part: str
    run: Callable
    prepare: Callable | None = None
