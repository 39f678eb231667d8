"""From whatever a sender wrote to text that a terminal can show in so many cells.

Telemetry is hostile: names and values hold escape sequences, markup, bidi
overrides, newlines and megabytes.  Everything drawn passes through here, as plain
text with a style beside it; markup is never built from data.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

from devtrace.model.text import printable

_JOINERS = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufe0e\ufe0f\ufeff"))
"""Invisible characters on whose width terminals disagree; without them columns align."""

_REVERSED = Style(reverse=True)
_RUNS = re.compile(r"([\u2500-\u259f]+|^ +| +$| {2,})")
"""Lines and blocks, and what is between words."""

Piece = tuple[str, Style]
"""Display text and how to draw it."""
_ANSWER = " → "
_MAX_ANSWER_CHARS = 24
_LEAST_ASKED_CELLS = 8


def display(text: str, cells: int) -> str:
    """Return the start of *text* as one harmless line of at most *cells* cells.

    What does not fit is replaced by an ellipsis.  Costs its result, not its input.
    """
    if cells <= 0:
        return ""
    if len(text) <= cells and text.isascii() and text.isprintable():
        return text
    head = printable(text[: 4 * cells + 4]).translate(_JOINERS)
    if cell_len(head) <= cells and len(text) <= 4 * cells + 4:
        return head
    return set_cell_size(head, cells - 1).rstrip() + "…"


def display_title(title: str, cells: int) -> str:
    """Return *title* in at most *cells* cells; where it is cut, what was answered stays.

    Such as `GET /products/… → 404`: the end says how it went, and paths are long.
    """
    shown = display(title, cells)
    at = title.rfind(_ANSWER, max(0, len(title) - _MAX_ANSWER_CHARS))
    if at < 0 or not shown.endswith("…"):
        return shown
    answer = display(title[at:], cells)
    room = cells - cell_len(answer)
    return display(title[:at], room) + answer if room >= _LEAST_ASKED_CELLS else shown


def fit(text: str, cells: int, *, right: bool = False) -> str:
    """Return *text* cut and padded to exactly *cells* cells, to the right if asked."""
    shown = display(text, cells)
    width = len(shown) if shown.isascii() else cell_len(shown)
    padding = " " * (cells - width)
    return padding + shown if right else shown + padding


def wrap(text: str, cells: int, *, max_lines: int) -> list[str]:
    """Break *text* into harmless lines of at most *cells* cells, the text's own lines kept.

    Args:
        text: Anything.
        cells: Below 4 is taken for 4.
        max_lines: At least 1.

    Returns:
        At least one line, at most *max_lines*; the last ends in an ellipsis when
        there was more.
    """
    cells = max(cells, 2)
    lines: list[str] = []
    for source in text[: cells * (max_lines + 1)].split("\n"):
        rest = printable(source.rstrip("\r").expandtabs(4)).translate(_JOINERS)
        while cell_len(rest) > cells:
            end, begin = _cut_at(rest, cells)
            lines.append(rest[:end])
            rest = rest[begin:]
            if len(lines) > max_lines:
                break
        lines.append(rest)
        if len(lines) > max_lines:
            break
    if len(lines) > max_lines or len(text) > cells * (max_lines + 1):
        lines = lines[:max_lines]
        lines[-1] = display(lines[-1], cells - 1).removesuffix("…") + "…"
    return lines


def _cut_at(text: str, cells: int) -> tuple[int, int]:
    """Return where in *text* a line of *cells* cells ends, and where the next one begins.

    A line ends at a blank if one is near, which is then on neither line.
    """
    cut = width = 0
    for cut, character in enumerate(text):  # noqa: B007  # the count at the break is the result
        width += cell_len(character)
        if width > cells:
            break
    blank = text.rfind(" ", 0, cut + 1)
    if blank > cut // 2:
        return blank, blank + 1
    return max(cut, 1), max(cut, 1)


class Line(Strip):
    """A strip that is freed as soon as it is drawn over.

    Textual's own remembers that it is the one part of itself, a cycle that only the
    collector of garbage can undo: ten thousand objects a second on a busy screen.
    """

    __slots__ = ()

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """Return the parts between *cuts*, which are counted in cells."""
        wanted = [cut for cut in cuts if cut <= self.cell_length]
        return [self] if wanted == [self.cell_length] else super().divide(wanted)

    def apply_filter(self, filter: LineFilter, background: Color) -> Strip:  # noqa: A002  # Textual's own name
        """Return it in the colours of a filter, such as those of a terminal without any."""
        return Line(filter.apply(list(self), background), self.cell_length)


def strip_of(pieces: Iterable[Piece], cells: int, background: Style) -> Strip:
    """Return *pieces* as one line of exactly *cells* cells over *background*.

    Over a ground that is the other way round, bars and gaps are not drawn the other way
    round, too: each would look like the other.
    """
    if background.reverse:
        segments = [each for text, style in pieces for each in _reversed(text, style)]
    else:
        segments = [Segment(text, background + style) for text, style in _joined(pieces)]
    missing = cells - sum(segment.cell_length for segment in segments)
    if missing < 0:
        return Line(Strip(segments).crop(0, cells), cells)
    if missing:
        segments.append(Segment(" " * missing, background))
    return Line(segments, cells)


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield *pieces*, neighbours of one style as one: each costs a frame, and bytes."""
    run, its_style = "", _REVERSED
    for text, style in pieces:
        if style is its_style:
            run += text
        else:
            if run:
                yield run, its_style
            run, its_style = text, style
    if run:
        yield run, its_style


def _reversed(text: str, style: Style) -> Iterator[Segment]:
    """Yield *text* the other way round, but bars as they are and gaps without their colour."""
    for number, run in enumerate(_RUNS.split(text)):
        if not run:
            continue
        if number % 2 == 0:
            yield Segment(run, _REVERSED + style)
        else:
            yield Segment(run, _REVERSED if run.isspace() else style)


def width_of(pieces: Iterable[Piece]) -> int:
    """Return how many cells *pieces* take."""
    return sum(cell_len(text) for text, _ in pieces)


def spread(left: list[Piece], right: list[Piece], cells: int) -> list[Piece]:
    """Return *left* and *right* set to the two ends of *cells*; right parts give way first."""
    while right and width_of(left) + width_of(right) + 1 > cells:
        right = right[1:]
    gap = cells - width_of(left) - width_of(right)
    return [*left, (" " * max(gap, 0), Style.null()), *right]
