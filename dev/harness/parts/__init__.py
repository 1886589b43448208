"""The parts of ``dev/test``, one file each, with a function ``run(extra)`` that returns a count."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Count:
    """How many tests of a part passed and failed."""

    passed: int = 0
    failed: int = 0

    def __add__(self, other):
        return Count(self.passed + other.passed, self.failed + other.failed)
