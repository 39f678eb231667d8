"""Regular expressions whose cost has a bound.

Python's own `re` backtracks: a pattern such as `(a+)+$` takes time without end on a
short text.  RE2 does not, and it is the engine and the syntax of TraceQL.  Its cost is
text times pattern, so both are bounded: a value is looked at as far as
`MAX_TEXT_CHARS`, and a pattern may compile to `MAX_PROGRAM_SIZE` steps.
"""

from collections.abc import Callable
from functools import lru_cache

MAX_PATTERN_CHARS = 500
MAX_PROGRAM_SIZE = 1_000
"""Steps of the compiled pattern: `.{20}` is about 200."""
_MAX_COMPILER_BYTES = 1 << 17
"""Enough for several times as many steps; a pattern of classes may want 200 000."""
MAX_TEXT_CHARS = 32_768
"""How much of one value is looked at."""
MAX_REMEMBERED_TEXTS = 2_000
_SHORT_CHARS = 128
"""What a pattern says of a short text is remembered: most spans have the same few names."""


class PatternError(ValueError):
    """A pattern that cannot be compiled, or costs too much.

    Args:
        message: Why.
        hint: What to do about it.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def _too_large() -> PatternError:
    return PatternError("the pattern is too large", "repeat less: a{2,} instead of a{2,500}")


def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """Return a function that tells whether *pattern* matches anywhere in a text.

    Args:
        pattern: In the syntax of RE2; letters mean their own case.

    Raises:
        PatternError: If it has an error, or would cost too much.
    """
    import re2

    if len(pattern) > MAX_PATTERN_CHARS:
        raise PatternError(
            f"the pattern has {len(pattern)} characters, and {MAX_PATTERN_CHARS} are the most",
            "shorten it",
        )
    options = re2.Options()
    options.log_errors = False
    try:
        options.max_mem = _MAX_COMPILER_BYTES  # what is far too large is refused early
        re2.compile(pattern, options)
        options.max_mem = re2.Options().max_mem
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        (reason,) = error.args
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        if text.startswith("pattern too large"):
            raise _too_large() from None
        raise PatternError(
            f"the pattern is no regular expression: {text}",
            "write it in the syntax of RE2, which has no look-around and no back-references",
        ) from None
    if compiled.programsize > MAX_PROGRAM_SIZE:
        raise _too_large()
    search = compiled.search

    def is_found(text: str) -> bool:
        return search(text[:MAX_TEXT_CHARS]) is not None

    is_in_short = lru_cache(MAX_REMEMBERED_TEXTS)(is_found)
    return lambda text: (is_in_short if len(text) <= _SHORT_CHARS else is_found)(text)
