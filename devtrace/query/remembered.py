"""What was found of a value, so that nobody puts it to the same test twice.

Most spans have the same few names, attributes and numbers.  What is remembered has a
bound; past it everything is forgotten and learnt again.
"""

from collections.abc import Callable, Iterable

MAX_REMEMBERED = 10_000
MAX_REMEMBERED_BYTES = 256
"""What is longer is looked at each time."""


class Remembered:
    """Tells whether one of many values passes a test that each value is put to once.

    Args:
        passes: The test; what it says of a value never changes.
    """

    def __init__(self, passes: Callable[[bytes], bool]) -> None:
        self.tested = 0
        """How many values were put to the test."""
        self._passes = passes
        self._refused: set[bytes] = set()
        self._passed: set[bytes] = set()

    def __len__(self) -> int:
        """How many values are remembered."""
        return len(self._refused) + len(self._passed)

    def passing(self, values: Iterable[bytes]) -> set[bytes]:
        """Return those of *values* that pass."""
        known = set(values) - self._refused
        fresh = known - self._passed
        return (known - fresh) | {value for value in fresh if self.lets_one_pass((value,))}

    def lets_one_pass(self, values: Iterable[bytes]) -> bool:
        """Return whether one of *values* passes."""
        fresh = set(values) - self._refused
        if not fresh:
            return False
        if not fresh.isdisjoint(self._passed):
            return True
        if len(self) + len(fresh) > MAX_REMEMBERED:
            self._refused.clear()
            self._passed.clear()
        for value in fresh:
            self.tested += 1
            passes = self._passes(value)
            if len(value) <= MAX_REMEMBERED_BYTES:
                (self._passed if passes else self._refused).add(value)
            if passes:
                return True
        return False
