"""The measurements that a series has as examples, each with the way to its span."""

from collections.abc import Callable

from textual.message import Message

from devtrace.analysis.quantity import quantity_text
from devtrace.model.attributes import value_text
from devtrace.model.time import clock_text
from devtrace.otlp.points import Exemplar
from devtrace.tui.series_reading import SeriesReading
from devtrace.tui.text import Piece, display, fit
from devtrace.tui.theme import Mark
from devtrace.tui.widgets.lines import Lines

_VALUE_CELLS = 12
_MAX_PAIRS = 8


class ExemplarList(Lines):
    """Lists the exemplars of a series, the newest first; the cursor stays on one.

    Args:
        title_of: What is known of a trace: its title, or nothing when it is not held.
    """

    HEAD_ROWS = 1

    class Opened(Message):
        """The user asked for the span of the exemplar under the cursor."""

    def __init__(
        self,
        title_of: Callable[[str], str],
        *,
        id: str | None = None,  # noqa: A002  # Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._title_of = title_of
        self._reading: SeriesReading | None = None
        self._exemplars: tuple[Exemplar, ...] = ()

    def show(self, reading: SeriesReading | None) -> None:
        """List the exemplars of a series; the one under the cursor stays there."""
        if reading is self._reading:
            return
        before = self.selected
        self._reading = reading
        self._exemplars = reading.exemplars if reading else ()
        is_held = before is not None and before in self._exemplars
        self.place(cursor=self._exemplars.index(before) if is_held and before else 0)
        self.reveal()

    @property
    def selected(self) -> Exemplar | None:
        """The exemplar under the cursor; None when there is none."""
        return self._exemplars[self.cursor] if self._exemplars else None

    def row_count(self) -> int:
        """Return how many there are."""
        return len(self._exemplars)

    def row_activated(self) -> None:
        """Ask for the span of the exemplar that was double-clicked."""
        self.post_message(self.Opened())

    def head_pieces(self, line: int, width: int) -> list[Piece]:  # noqa: ARG002  # one head line
        """Say how many there are, or why there are none."""
        count = len(self._exemplars)
        text = " no exemplar: none of its measurements names a span"
        if count:
            text = f" {count} exemplar{'' if count == 1 else 's'}"
        return [(display(text, width), self.palette.muted)]

    def row_pieces(self, index: int, width: int) -> list[Piece]:
        """Draw one exemplar: when, how much, and the trace that it leads to."""
        palette, each = self.palette, self._exemplars[index]
        unit = self._reading.series.unit if self._reading else ""
        value = "no value" if each.value is None else quantity_text(each.value, unit)
        cursor = (Mark.CURSOR if index == self.cursor else " ", palette.accent)
        pieces = [
            cursor,
            (f"{Mark.PINNED} ", palette.critical),
            (fit(clock_text(each.time_unix_nano), 12), palette.muted),
            (" " + fit(value, _VALUE_CELLS, right=True) + "  ", palette.text),
        ]
        room = width - 3 - 12 - 1 - _VALUE_CELLS - 2
        if each.trace_id is None:
            link, style = "of no trace", palette.faint
        else:
            title = self._title_of(each.trace_id)
            style = palette.text if title else palette.faint
            link = f"{Mark.LINK} {title}" if title else f"trace {each.trace_id[:8]}… not held"
        pairs = list(each.attributes.items())[:_MAX_PAIRS]
        extra = "  ".join(f"{key}={value_text(value)}" for key, value in pairs)
        return [*pieces, (display(f"{link}  {extra}".rstrip(), room), style)]
