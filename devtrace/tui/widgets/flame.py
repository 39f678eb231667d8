"""A trace as an icicle of coloured frames: in time, or merged by name."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from rich.style import Style
from textual import events
from textual.actions import SkipAction
from textual.message import Message

from devtrace.analysis.flame import Frame, merged_frames, timed_frames
from devtrace.analysis.tree import TOP_LEVEL
from devtrace.model.steps import Steps
from devtrace.model.time import duration_text, percent_text
from devtrace.tui.actions import Scope, bindings_in
from devtrace.tui.bars import Axis, axis_text
from devtrace.tui.patience import Patience
from devtrace.tui.stepping import Stepping
from devtrace.tui.text import Piece, display, fit, spread
from devtrace.tui.theme import Mark, ServiceHues
from devtrace.tui.waterfall import Waterfall
from devtrace.tui.widgets.lines import Lines

_NOTHING = Style.null()
_LEAST_NAME_CELLS = 5
"""Narrower frames have no name; going to one tells it."""
_FRAMES_AT_ONCE = 1_000


class _LaidOut(NamedTuple):
    """The frames of one picture."""

    frames: list[Frame]
    levels: list[list[int]]
    """Frames of each line, from left to right."""
    number_of: dict[int, int]
    """The frame that stands for a row."""


def _laid_out(waterfall: Waterfall, root: int, *, is_merged: bool) -> Steps[_LaidOut]:
    make = merged_frames if is_merged else timed_frames
    frames = yield from make(waterfall.nodes, waterfall.self_times_nano, root)
    yield
    levels: list[list[int]] = []
    number_of: dict[int, int] = {}
    starts = [frame.start for frame in frames]
    yield
    order = sorted(range(len(frames)), key=starts.__getitem__)
    for place, number in enumerate(order):
        if place % _FRAMES_AT_ONCE == 0:
            yield
        frame = frames[number]
        while len(levels) <= frame.level:
            levels.append([])
        levels[frame.level].append(number)
        number_of.update(dict.fromkeys(frame.nodes, number))
    return _LaidOut(frames, levels, number_of)


class Flame(Lines):
    """Draws the frames of one trace; one of them is selected.

    Args:
        hues: The hue of each service.
    """

    BINDINGS: ClassVar = bindings_in(Scope.FLAME)
    HEAD_ROWS = 2
    has_cursor = False

    @dataclass
    class Selected(Message):
        """The user went to another span."""

        node: int

    def __init__(self, hues: ServiceHues) -> None:
        super().__init__()
        self._hues = hues
        self._waterfall: Waterfall | None = None
        self._is_merged = False
        self._zoomed: list[str] = []  # keys of the spans zoomed to, the innermost last
        self._frames: list[Frame] = []
        self._levels: list[list[int]] = []  # frames of each line, from left to right
        self._number_of: dict[int, int] = {}  # the frame that stands for a row
        self._at = 0
        self._axis_known: Axis | None = None
        self._patience = Patience()
        self._stepping: Stepping[_LaidOut] = Stepping(self)

    # -- data ----------------------------------------------------------------------

    def show(self, waterfall: Waterfall | None, node: int | None) -> None:
        """Show *waterfall* with row *node* selected; zoom and place stay."""
        if waterfall is None:
            return
        if self._stepping.is_working:
            return
        if waterfall is not self._waterfall and (
            self._waterfall is None or self._patience.is_over
        ):
            self._lay_out(waterfall, node)
        elif node is not None and self._number_of.get(node, self._at) != self._at:
            self._select(node)

    def _lay_out(self, waterfall: Waterfall, node: int | None) -> None:
        """Work out the frames of what is zoomed to, and show them with row *node* selected."""
        root = (
            waterfall.index_by_key.get(self._zoomed[-1], TOP_LEVEL)
            if self._zoomed
            else TOP_LEVEL
        )

        def take(laid_out: _LaidOut) -> None:
            self._waterfall, self._axis_known = waterfall, None
            self._frames, self._levels, self._number_of = laid_out
            self._at = min(self._at, max(0, len(self._frames) - 1))
            self.place()
            if node is not None:
                self._select(node)
            self.refresh()

        steps = _laid_out(waterfall, root, is_merged=self._is_merged)
        self._stepping.begin(self._patience.over(steps), take)
        self.refresh()

    def _select(self, node: int) -> None:
        """Go to the frame that stands for row *node*, if there is one."""
        self._at = self._number_of.get(node, self._at)
        self._reveal_frame()

    def _go_to(self, number: int) -> None:
        self._at = number
        self._reveal_frame()
        self.post_message(self.Selected(self._frames[number].nodes[0]))

    def _reveal_frame(self) -> None:
        if self._frames:
            level = self._frames[self._at].level
            self.place(top=max(level - self.page_rows + 1, min(self.top, level)))

    def row_count(self) -> int:
        """Return how many lines of frames there are."""
        return len(self._levels)

    @property
    def selected_frame(self) -> Frame | None:
        """The frame that is selected; None when there is none."""
        return self._frames[self._at] if self._frames else None

    # -- keys ------------------------------------------------------------------------

    def action_zoom_frame(self) -> None:
        """Let the selected span take the whole width."""
        frame = self.selected_frame
        if frame is None or self._waterfall is None:
            return
        key = self._waterfall.keys[frame.nodes[0]]
        if self._zoomed[-1:] != [key]:
            self._zoomed.append(key)
            self._relaid(frame.nodes[0])

    def action_zoom_back(self) -> None:
        """Go back to what was shown before; if that is all, leave it to the screen."""
        if not self._zoomed:
            raise SkipAction
        frame = self.selected_frame
        self._zoomed.pop()
        self._relaid(frame.nodes[0] if frame else 0)

    def action_toggle_merged(self) -> None:
        """Merge siblings by name, or show each span where it was in time."""
        frame = self.selected_frame
        self._is_merged = not self._is_merged
        self._relaid(frame.nodes[0] if frame else 0)

    def _relaid(self, node: int) -> None:
        if self._waterfall is not None:
            self._lay_out(self._waterfall, node)

    def action_move(self, rows: int) -> None:
        """Go to the parent (up), or to the child that took longest (down)."""
        frame = self.selected_frame
        if frame is None:
            return
        if rows < 0:
            if frame.parent >= 0:
                self._go_to(frame.parent)
            return
        below = [number for number, each in enumerate(self._frames) if each.parent == self._at]
        if below:
            self._go_to(max(below, key=lambda number: self._frames[number].total_nano))

    def action_move_sideways(self, step: int) -> None:
        """Go to the frame before (-1) or after (1) on the same line."""
        frame = self.selected_frame
        if frame is None:
            return
        line = self._levels[frame.level]
        place = line.index(self._at) + step
        if 0 <= place < len(line):
            self._go_to(line[place])

    def action_move_page(self, pages: int) -> None:
        """Scroll by *pages* full pages."""
        self.place(top=self.top + pages * max(1, self.page_rows - 1))

    def _move_to(self, index: int) -> None:
        """Go to the first frame of the first line, or of the last."""
        if self._frames:
            self._go_to(self._levels[max(0, min(index, len(self._levels) - 1))][0])

    # -- drawing ---------------------------------------------------------------------

    def head_pieces(self, line: int, width: int) -> list[Piece]:
        """Say what the selected frame is, then what the width stands for."""
        palette, waterfall, frame = self.palette, self._waterfall, self.selected_frame
        if self._stepping.is_working and line == 0:
            return [(" drawing …", palette.muted)]
        if waterfall is None or frame is None:
            return [(" no span has a start", palette.muted)] if line == 0 else []
        if line:
            axis = self._known_axis(width)
            if self._is_merged:
                return [(fit(f"{duration_text(axis.duration)} in all", width), palette.muted)]
            since = axis.start - waterfall.start
            return [(axis_text(axis.duration, width, since=since), palette.muted)]
        span = waterfall.nodes[frame.nodes[0]].span
        times = f"×{len(frame.nodes)}  " if len(frame.nodes) > 1 else ""
        share = percent_text(frame.total_nano, waterfall.duration_nano)
        own = duration_text(frame.self_nano)
        facts = f"{times}{duration_text(frame.total_nano)}  {share}  self {own}"
        way = "by name" if self._is_merged else "by time"
        zoomed = f"  zoomed {len(self._zoomed)}×" if self._zoomed else ""
        right: list[Piece] = [(f"  {way}{zoomed} ", palette.faint), (facts + " ", palette.text)]
        if span is None:
            return spread([(" a span that is not here", palette.muted)], right, width)
        hue = palette.service(self._hues[span.service_name])
        name = display(f"{span.service_name} {span.name}", max(8, width - len(facts) - 4))
        return spread([(f" {Mark.SERVICE} ", hue), (name, palette.strong)], right, width)

    def _known_axis(self, width: int) -> Axis:
        if self._axis_known is None or self._axis_known.cells != max(1, width):
            start = min((frame.start for frame in self._frames), default=0)
            end = max((frame.end for frame in self._frames), default=1)
            self._axis_known = Axis(start, max(1, end - start), max(1, width))
        return self._axis_known

    def row_pieces(self, index: int, width: int) -> list[Piece]:
        """Draw the frames of one line; of those in one cell, the first, or the selected one."""
        pieces: list[Piece] = []
        at = 0
        for cell, end, number in self._drawn(index, width):
            if cell > at:
                pieces.append((" " * (cell - at), _NOTHING))
            pieces += self._frame_pieces(self._frames[number], end - cell, number == self._at)
            at = end
        return pieces

    def _drawn(self, level: int, width: int) -> list[tuple[int, int, int]]:
        """Return (first cell, cell after the last, frame) of what is drawn on a line."""
        axis, line = self._known_axis(width), self._levels[level]
        drawn: list[tuple[int, int, int]] = []
        place = at = 0
        while place < len(line) and at < width:
            frame = self._frames[line[place]]
            first = max(at, axis.cell(frame.start))
            end = min(width, max(first + 1, -(-axis.eighths(frame.end) // 8)))
            time = axis.start + axis.duration * end // width
            after = bisect_right(
                line, time, lo=place + 1, key=lambda number: self._frames[number].end
            )
            is_selected = self._frames[self._at].level == level
            chosen = self._at if is_selected and self._at in line[place:after] else line[place]
            drawn.append((first, end, chosen))
            place, at = after, end
        return drawn

    def _frame_pieces(self, frame: Frame, cells: int, is_selected: bool) -> list[Piece]:  # noqa: FBT001  # one of three facts
        palette, waterfall = self.palette, self._waterfall
        assert waterfall is not None  # noqa: S101  # frames come from a waterfall
        span = waterfall.nodes[frame.nodes[0]].span
        hue = palette.service(self._hues[span.service_name]) if span else palette.faint
        name = span.name if span else Mark.ORPHAN
        name = name if cells >= _LEAST_NAME_CELLS else ""
        ink = palette.error if frame.is_failed else hue
        style = palette.filled(ink)
        if is_selected:
            style = palette.filled(palette.strong) + Style(bold=True)
        mark = Mark.ERROR if frame.is_failed else ""
        edge = Mark.CURSOR if is_selected else "▏"
        return (
            [(edge, style), (fit(mark + name, cells - 1), style)]
            if cells > 1
            else [(edge, style)]
        )

    def on_click(self, event: events.Click) -> None:
        """Select the frame that was clicked; a second click zooms to it."""
        level = self.top + event.y - self.HEAD_ROWS
        if event.y < self.HEAD_ROWS or level >= len(self._levels):
            return
        has_bar = self.row_count() > self.page_rows
        for cell, end, number in self._drawn(level, self.size.width - has_bar):
            if cell <= event.x < end:
                if event.chain > 1 and number == self._at:
                    self.action_zoom_frame()
                else:
                    self._go_to(number)
