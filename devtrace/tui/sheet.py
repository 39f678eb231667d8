"""Headings, columns and paragraphs: how a pane of text is laid out in its width.

Everything is bounded: a value of a megabyte, an attribute count of a million and ten
thousand events cost what is shown of them, and what is left out is counted.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from rich.cells import cell_len
from rich.style import Style

from devtrace.tui.text import Piece, display, fit, wrap
from devtrace.tui.theme import Palette

Line = list[Piece]
_PartT = TypeVar("_PartT")

MAX_VALUE_LINES = 12
"""Lines one value takes in the pane; `y` copies the whole of it."""
MAX_PARTS = 500
"""Events, or links, that are written out: the first half and the last."""
_WAY_TO_ALL = "copying it has all of them"
MAX_PAIRS = 1_000
"""Attributes of one place that are written out."""


class Sheet:
    """Lays text out; everything it is given may be hostile.

    Args:
        palette: The styles of the current theme.
        width: Cells of a line, at least 20.
    """

    def __init__(self, palette: Palette, width: int) -> None:
        self._palette = palette
        self._width = width

    def section(
        self, title: str, count: int, dropped: int, *, counted: bool = True
    ) -> Iterator[Line]:
        """Head a section; an empty one is left out unless something was dropped from it."""
        if not count and not dropped:
            return
        yield []
        line = [(title, self._palette.accent)]
        if counted:
            line.append((f"  {count}", self._palette.muted))
        if dropped:
            line.append((f"  {dropped} dropped by the SDK", self._palette.warning))
        yield line

    def pairs(self, texts: Mapping[str, str], *, indent: int = 2) -> Iterator[Line]:
        """Lay keys and values out in two columns; what is too long goes on below itself.

        A long key never makes the values narrow, and what has no place to break, such as
        an id, has a line of its own where that saves it from being broken.
        """
        shown = list(islice(texts.items(), MAX_PAIRS))
        cells = self._width - indent
        widest_key = max((cell_len(display(key, cells)) for key, _ in shown), default=0)
        widest_value = max((cell_len(display(text, cells)) for _, text in shown), default=0)
        key_cells = min(widest_key, max(cells * 2 // 5, cells - widest_value - 2))
        for key, text in shown:
            yield from self._pair(key, text, indent, key_cells)
        if len(texts) > len(shown):
            yield self._left_out(len(texts) - len(shown), "attributes", indent)

    def _pair(self, key: str, text: str, indent: int, key_cells: int) -> Iterator[Line]:
        """Write one key and its value beside it, or below it where that is longer on a line."""
        quiet, plain = self._palette.muted, self._palette.text
        cells, margin = self._width - indent, " " * indent
        room = cells - key_cells - 2
        keys = wrap(key, cells, max_lines=MAX_VALUE_LINES)
        value = display(text, cells)
        if len(keys) > 1 or cell_len(keys[0]) > key_cells:
            used = cell_len(keys[-1]) + 2
            if len(keys) == 1 and used + cell_len(value) <= cells and "\n" not in text:
                yield [(margin + keys[0] + "  ", quiet), (value, plain)]
                return
            for line in keys:
                yield [(margin + line, quiet)]
            head = ""
        else:
            head = margin + fit(keys[0], key_cells) + "  "
        if room < cell_len(value) <= cells - 2 and len(text.split(maxsplit=1)) == 1:
            if head:
                yield [(head.rstrip(), quiet)]
            yield [(margin + "  ", quiet), (value, plain)]
            return
        blank = " " * (indent + key_cells + 2)
        lines = wrap(text, room, max_lines=MAX_VALUE_LINES)
        for line in lines:
            yield [(head or blank, quiet), (line, plain)]
            head = ""
        if len(lines) == MAX_VALUE_LINES and lines[-1].endswith("…"):
            size = display(f"⋯ {len(text):,} characters in all".replace(",", " "), room)
            yield [(blank, quiet), (size, self._palette.warning)]

    def each(
        self,
        parts: Sequence[_PartT],
        what: str,
        write: Callable[[_PartT], Iterator[Line]],
        *,
        way_to_all: str = _WAY_TO_ALL,
    ) -> Iterator[Line]:
        """Write the parts; of very many the first and the last, and how to get at all."""
        half = len(parts) if len(parts) <= MAX_PARTS else MAX_PARTS // 2
        for part in parts[:half]:
            yield from write(part)
        if half < len(parts):
            yield self._left_out(len(parts) - 2 * half, what, 2, way_to_all)
            for part in parts[-half:]:
                yield from write(part)

    def _left_out(
        self, count: int, what: str, indent: int, way_to_all: str = _WAY_TO_ALL
    ) -> Line:
        text = f"⋯ {count} more {what}; {way_to_all}"
        return [(" " * indent + display(text, self._width - indent), self._palette.warning)]

    def dropped(self, count: int) -> Iterator[Line]:
        """Say how many attributes of an event or a link are missing, if any are."""
        if count:
            yield [(f"    {count} attributes dropped by the SDK", self._palette.warning)]

    def paragraph(self, text: str, style: Style, *, indent: int = 0) -> Iterator[Line]:
        """Break *text* into lines that fit."""
        for line in wrap(text, self._width - indent, max_lines=MAX_VALUE_LINES):
            yield [(" " * indent + line, style)]
