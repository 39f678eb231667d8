"""What is wrong with a query, and where.

cannot parse query: there is no field 'statuss'; did you mean 'status'?
  statuss=error
  ^^^^^^^
"""

from collections.abc import Iterable
from difflib import get_close_matches

from devtrace.errors import UsageError
from devtrace.model.text import cell_count, printable, shortened

_MAX_CAUSE_CELLS = 240
"""A cause names what was typed, which may be long."""
_SHOWN_BEFORE, _SHOWN_AFTER = 48, 24
"""How many characters of a long query are shown around the place of its error."""


class QueryError(UsageError):
    """A query that cannot be read, or asks for what cannot be.

    Args:
        cause: What is wrong, in lower case, without full stop.
        text: The whole query.
        position: Where in it, in characters from its start; its length for the end.
        length: How many characters are wrong, at least 1.
        expected: What would have been right there, in words; may be empty.
        suggestion: What was probably meant, to stand in place of the wrong characters;
            empty when nothing is near.
        hint: What to do about it, in the imperative.
    """

    def __init__(
        self,
        cause: str,
        *,
        text: str,
        position: int,
        length: int = 1,
        expected: tuple[str, ...] = (),
        suggestion: str = "",
        hint: str = "",
    ) -> None:
        cause, hint = (shortened(printable(each), _MAX_CAUSE_CELLS) for each in (cause, hint))
        self.cause = cause
        self.position = position
        self.length = max(1, length)
        self.expected = expected
        self.suggestion = suggestion
        line, mark = caret_lines(text, position, self.length)
        super().__init__(
            f"cannot parse query: {self.explanation}\n  {line}\n  {mark}", hint=hint
        )

    @property
    def explanation(self) -> str:
        """The cause, what was expected, and what was probably meant, on one line."""
        expected = f"; expected {listed(self.expected)}" if self.expected else ""
        suggestion = f"; did you mean {self.suggestion!r}?" if self.suggestion else ""
        return printable(f"{self.cause}{expected}{suggestion}")


def caret_lines(text: str, position: int, length: int) -> tuple[str, str]:
    """Return the query, or what of it is near *position*, and the carets to stand below.

    Args:
        text: The query; made harmless here.
        position: In characters from its start.
        length: How many characters to mark, at least 1.
    """
    start = max(0, position - _SHOWN_BEFORE)
    stop = min(len(text), position + max(length, _SHOWN_AFTER), position + _SHOWN_BEFORE)
    before, shown = printable(text[start:position]), printable(text[position:stop])
    head, tail = "…" if start else "", "…" if stop < len(text) else ""
    marked = max(1, cell_count(shown[:length]))
    return f"{head}{before}{shown}{tail}", " " * cell_count(head + before) + "^" * marked


def listed(things: Iterable[str]) -> str:
    """Return *things* as a sentence names them: `a, b or c`."""
    *most, last = things
    return f"{', '.join(most)} or {last}" if most else last


def nearest(word: str, names: Iterable[str]) -> str:
    """Return which of *names* was probably meant by *word*; `""` when none is near."""
    by_lower = {name.lower(): name for name in names}
    near = get_close_matches(word.lower()[:64], by_lower, n=1, cutoff=0.6)
    return by_lower[near[0]] if near else ""
