"""What has been found not to be what is looked for, so that nobody looks at it twice.

Most spans have the same few names, attributes and numbers.  What is remembered has a
bound; past it everything is forgotten and learnt again.
"""

from collections.abc import Callable, Iterable

MAX_REMEMBERED = 10_000
MAX_REMEMBERED_BYTES = 256
"""What is longer is looked at each time."""


class Refusals:
    """Tells whether one of many values passes a test that each value is put to once.

    Args:
        passes: The test; what it says of a value never changes.
    """

    def __init__(self, passes: Callable[[bytes], bool]) -> None:
        self.tested = 0
        """How many values were put to the test."""
        self._passes = passes
        self._refused: set[bytes] = set()

    def __len__(self) -> int:
        """How many values are remembered."""
        return len(self._refused)

    def lets_one_pass(self, values: Iterable[bytes]) -> bool:
        """Return whether one of *values* passes."""
        fresh = set(values) - self._refused
        if not fresh:
            return False
        self.tested += len(fresh)
        if any(map(self._passes, fresh)):
            return True
        if len(self._refused) + len(fresh) > MAX_REMEMBERED:
            self._refused.clear()
        self._refused.update(each for each in fresh if len(each) <= MAX_REMEMBERED_BYTES)
        return False
