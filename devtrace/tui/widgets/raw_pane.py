"""A span, or a trace, as the OTLP/JSON it would be sent as."""

from itertools import groupby, islice
from operator import attrgetter
from typing import ClassVar

import orjson

from devtrace.model.span import Span
from devtrace.otlp.encode import traces_json
from devtrace.tui.actions import Scope, bindings_in
from devtrace.tui.clipboard import copy
from devtrace.tui.text import Piece, display
from devtrace.tui.theme import Mark
from devtrace.tui.waterfall import Waterfall
from devtrace.tui.widgets.lines import Lines

MAX_RAW_SPANS = 500
"""Spans of a whole trace that are written out; how many are left out is said."""


class RawPane(Lines):
    """Draws JSON line by line; objects and lists fold at their indentation."""

    BINDINGS: ClassVar = bindings_in(Scope.RAW)
    HEAD_ROWS = 1

    def __init__(self) -> None:
        super().__init__()
        self._waterfall: Waterfall | None = None
        self._node: int | None = None
        self._is_whole = False
        self._written_for: tuple[object, ...] | None = None
        self._lines: list[str] = []
        self._folded: set[int] = set()
        self._shown: list[int] = []  # lines that are not folded away

    def show(self, waterfall: Waterfall | None, node: int | None) -> None:
        """Show row *node* of *waterfall*, or the whole of it; place and folds stay meanwhile."""
        self._waterfall, self._node = waterfall, node
        span = (
            waterfall.nodes[node].span if waterfall is not None and node is not None else None
        )
        subject: tuple[object, ...]
        if self._is_whole:
            subject = (
                (waterfall.trace.trace_id, len(waterfall.trace.spans)) if waterfall else ()
            )
        else:
            subject = (span.payload if span else None,)
        if subject == self._written_for:
            return
        self._written_for = subject
        self._lines = self._text().splitlines()
        self._folded.clear()
        self._lay_out()
        self.place(cursor=0, top=0)

    def _spans(self) -> list[Span]:
        if self._waterfall is None:
            return []
        if self._is_whole:
            return list(islice(self._waterfall.trace.spans, MAX_RAW_SPANS))
        span = self._waterfall.nodes[self._node].span if self._node is not None else None
        return [] if span is None else [span]

    @property
    def left_out(self) -> int:
        """How many spans of the whole trace are not written out."""
        if not self._is_whole or self._waterfall is None:
            return 0
        return max(0, len(self._waterfall.trace.spans) - MAX_RAW_SPANS)

    def _text(self) -> str:
        spans = self._spans()
        if not spans:
            return ""
        groups = groupby(spans, key=attrgetter("scope"))
        document = traces_json(
            [(scope.wire, [span.payload for span in some]) for scope, some in groups]
        )
        return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()

    def _lay_out(self) -> None:
        """Leave out the lines that are folded away."""
        self._shown = []
        line = 0
        while line < len(self._lines):
            self._shown.append(line)
            line = self._end_of(line) if line in self._folded else line + 1

    def _end_of(self, line: int) -> int:
        """Return the line after the object or list that opens on *line*."""
        depth = _indent(self._lines[line])
        end = line + 1
        while end < len(self._lines) and _indent(self._lines[end]) > depth:
            end += 1
        return min(end + 1, len(self._lines))

    def row_count(self) -> int:
        """Return how many lines are shown."""
        return len(self._shown)

    def row_activated(self) -> None:
        """Fold or unfold what was double-clicked."""
        self.action_toggle_part()

    # -- keys ------------------------------------------------------------------------

    def action_toggle_part(self) -> None:
        """Fold what opens under the cursor, or what is around it; unfold what is folded."""
        if not self._shown:
            return
        line = self._shown[self.cursor]
        if line in self._folded:
            self._folded.discard(line)
        else:
            depth = _indent(self._lines[line])
            while line > 0 and not self._opens(line):
                line -= 1
                if _indent(self._lines[line]) >= depth:
                    continue
                break
            if self._opens(line):
                self._folded.add(line)
        self._lay_out()
        self.place(cursor=self._shown.index(line) if line in self._shown else 0)
        self.reveal()

    def _opens(self, line: int) -> bool:
        return self._lines[line].endswith(("{", "["))

    def action_toggle_whole(self) -> None:
        """Show the whole trace, or the selected span."""
        self._is_whole = not self._is_whole
        self.show(self._waterfall, self._node)

    def action_copy_raw(self) -> None:
        """Copy what is shown."""
        what = "trace as JSON" if self._is_whole else "span as JSON"
        if self._lines:
            copy(self.app, "\n".join(self._lines), what=what)

    # -- drawing ---------------------------------------------------------------------

    def head_pieces(self, line: int, width: int) -> list[Piece]:  # noqa: ARG002  # one head line
        """Say what this is."""
        subject = "trace" if self._is_whole else "span"
        text = f" OTLP/JSON of the {subject}, {len(self._lines)} lines"
        if not self._lines:
            text = " This span was not received: there is nothing to show"
        if self.left_out:
            text += (
                f"; {self.left_out} more spans are left out, saving the trace saves them all"
            )
        return [(display(text, width), self.palette.accent)]

    def row_pieces(self, index: int, width: int) -> list[Piece]:
        """Draw one line: the key quiet, the value plain."""
        palette, line = self.palette, self._shown[index]
        cursor: Piece = (Mark.CURSOR if index == self.cursor else " ", palette.accent)
        text = self._lines[line]
        depth = _indent(text)
        key, colon, value = text[depth:].partition('": ')
        if not colon or not key.startswith('"'):
            key, value = "", text[depth:]
        key = display(key + colon, max(0, width - depth - 1))
        pieces: list[Piece] = [cursor, (" " * depth, palette.text), (key, palette.muted)]
        room = max(0, width - 1 - depth - len(key))
        if line in self._folded:
            hidden = self._end_of(line) - line - 1
            value += f" ⋯ {hidden} lines"
        return [*pieces, (display(value, room), palette.text)]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
