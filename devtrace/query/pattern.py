"""Regular expressions whose cost has a bound.

Python's own `re` backtracks: a pattern such as `(a+)+$` takes time without end on a
short text.  RE2 does not, and it is the engine and the syntax of TraceQL.  Its cost is
text times pattern, so both are bounded: a value is looked at as far as
`MAX_TEXT_CHARS`, and a pattern may compile to `MAX_PROGRAM_SIZE` steps.
"""

from collections.abc import Callable

MAX_PATTERN_CHARS = 500
MAX_PROGRAM_SIZE = 1_000
"""Steps of the compiled pattern: `.{20}` is about 200."""
MAX_TEXT_CHARS = 32_768
"""How much of one value is looked at."""


class PatternError(ValueError):
    """A pattern that cannot be compiled, or costs too much.

    Args:
        message: Why.
        hint: What to do about it.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


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
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        (reason,) = error.args
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise PatternError(
            f"the pattern is no regular expression: {text}",
            "write it in the syntax of RE2, which has no look-around and no back-references",
        ) from None
    if compiled.programsize > MAX_PROGRAM_SIZE:
        raise PatternError("the pattern is too large", "repeat less: a{2,} instead of a{2,500}")
    search = compiled.search
    return lambda text: search(text[:MAX_TEXT_CHARS]) is not None
