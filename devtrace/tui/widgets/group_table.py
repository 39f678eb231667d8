"""The spans of a trace in groups, with their figures; and the spans of one group."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from textual.actions import SkipAction
from textual.message import Message

from devtrace.analysis.groups import (
    Group,
    Grouping,
    GroupKey,
    by_attribute,
    by_kind,
    by_operation,
    by_service,
)
from devtrace.model.steps import Steps
from devtrace.model.time import duration_text, offset_text
from devtrace.tui.actions import Scope, bindings_in
from devtrace.tui.patience import Patience
from devtrace.tui.stepping import Stepping
from devtrace.tui.text import Piece, display, fit
from devtrace.tui.theme import Mark, ServiceHues
from devtrace.tui.waterfall import Waterfall
from devtrace.tui.widgets.lines import Lines

ROWS_AT_ONCE = 500
"""Rows of the trace that are read before a key may have its turn."""
_CELLS = 9
_LEAST_NAME_CELLS = 20


class _Column(NamedTuple):
    title: str
    value: Callable[[Group], int]
    is_time: bool = True


_COLUMNS = (
    _Column("total", lambda group: group.total_nano),
    _Column("self", lambda group: group.self_nano),
    _Column("spans", lambda group: len(group.nodes), is_time=False),
    _Column("errors", lambda group: group.error_count, is_time=False),
    _Column("p50", lambda group: group.p50_nano),
    _Column("p95", lambda group: group.p95_nano),
    _Column("max", lambda group: group.max_nano),
)
"""In the order in which a key sorts by them; where room is scarce, the last leave first."""
_GROUPINGS: tuple[tuple[str, GroupKey], ...] = (
    ("operation", by_operation),
    ("service", by_service),
    ("kind", by_kind),
)


class GroupTable(Lines):
    """Draws groups, or the spans of the one that was opened.

    Args:
        hues: The hue of each service.
    """

    BINDINGS: ClassVar = bindings_in(Scope.TABLE)
    MOST_CELLS = 160
    HEAD_ROWS = 2

    @dataclass
    class Selected(Message):
        """The user went to a span of a group."""

        node: int
        is_opened: bool = False
        """Whether the span is to be shown in the timeline."""

    @dataclass
    class AttributeWanted(Message):
        """The user wants to be asked for an attribute."""

        current: str

    def __init__(self, hues: ServiceHues) -> None:
        super().__init__()
        self._hues = hues
        self._waterfall: Waterfall | None = None
        self._groupings = list(_GROUPINGS)
        self._by = 0
        self._order = 0
        self._grouping: Grouping | None = None
        self._by_key: tuple[Group, ...] = ()
        self._groups: list[Group] = []
        self._at_key: str | None = None
        self._opened: Group | None = None
        self._patience = Patience()
        self._stepping: Stepping[list[Group]] = Stepping(self)

    # -- data ----------------------------------------------------------------------

    def show(self, waterfall: Waterfall | None) -> None:
        """Show *waterfall* as soon as it is grouped; the cursor stays on its group."""
        if waterfall is None or waterfall is self._waterfall or self._stepping.is_working:
            return
        if self._waterfall is None or (self._patience.is_over and self._opened is None):
            self._begin(waterfall)

    def _begin(self, waterfall: Waterfall) -> None:
        _, key = self._groupings[self._by]
        grouping = Grouping(waterfall.nodes, waterfall.self_times_nano, key)
        self._grouping = grouping

        def take(groups: list[Group]) -> None:
            self._waterfall, self._by_key = waterfall, tuple(groups)
            self._sort()
            self.refresh()

        self._stepping.begin(self._patience.over(_grouped(grouping)), take)

    def _sort(self) -> None:
        self._groups = sorted(self._by_key, key=_COLUMNS[self._order].value, reverse=True)
        rows = (row for row, group in enumerate(self._groups) if group.key == self._at_key)
        self.place(cursor=next(rows, 0))
        self.reveal()

    def group_by(self, attribute: str) -> None:
        """Group by an attribute; from now on it is one of the ways that the key goes through."""
        self._groupings = [*_GROUPINGS, (attribute, by_attribute(attribute))]
        self._by = len(_GROUPINGS)
        self._regroup()

    def _regroup(self) -> None:
        self._at_key = self._opened = None
        self._by_key, self._groups = (), []
        self.place(cursor=0, top=0)
        if self._waterfall is not None:
            self._begin(self._waterfall)

    @property
    def grouped_by(self) -> str:
        """What the spans are grouped by."""
        return self._groupings[self._by][0]

    def row_count(self) -> int:
        """Return how many groups there are, or spans of the opened one."""
        return len(self._opened.nodes) if self._opened else len(self._groups)

    def cursor_moved(self) -> None:
        """Remember the group; of an opened one, go to the span."""
        if self._opened is not None:
            self.post_message(self.Selected(self._opened.nodes[self.cursor]))
        elif self._groups:
            self._at_key = self._groups[self.cursor].key

    def row_activated(self) -> None:
        """Open what was double-clicked."""
        self.action_open_group()

    # -- keys ------------------------------------------------------------------------

    def action_open_group(self) -> None:
        """List the spans of the group, the longest first; then show one in the timeline."""
        if self._opened is not None:
            self.post_message(self.Selected(self._opened.nodes[self.cursor], is_opened=True))
        elif self._groups and self._waterfall is not None:
            group, nodes = self._groups[self.cursor], self._waterfall.nodes
            self._at_key = group.key

            def minus_duration(row: int) -> int:
                span = nodes[row].span
                return -span.duration_nano if span is not None else 0

            self._opened = group._replace(nodes=tuple(sorted(group.nodes, key=minus_duration)))
            self.place(cursor=0, top=0)
            self.cursor_moved()

    def action_close_group(self) -> None:
        """Go back to the groups; from there, leave it to the screen."""
        if self._opened is None:
            raise SkipAction
        self._opened = None
        self._sort()

    def action_next_grouping(self) -> None:
        """Group by the next of operation, service, kind and attribute."""
        self._by = (self._by + 1) % len(self._groupings)
        self._regroup()

    def action_ask_attribute(self) -> None:
        """Ask for an attribute."""
        is_attribute = self._by >= len(_GROUPINGS)
        self.post_message(self.AttributeWanted(self.grouped_by if is_attribute else ""))

    def action_next_order(self) -> None:
        """Sort by the next column."""
        self._order_by(self._order + 1)

    def action_previous_order(self) -> None:
        """Sort by the column before."""
        self._order_by(self._order - 1)

    def head_clicked(self, title: str) -> None:
        """Sort by the column."""
        titles = [column.title for column in _COLUMNS]
        if (name := title.rstrip("▾")) in titles:
            self._order_by(titles.index(name))

    def _order_by(self, column: int) -> None:
        self._order = column % len(_COLUMNS)
        if self._opened is None:
            self._sort()

    # -- drawing ---------------------------------------------------------------------

    def head_pieces(self, line: int, width: int) -> list[Piece]:
        """Say what the groups are, then name the columns."""
        palette, grouping = self.palette, self._grouping
        if self._opened is not None:
            if line == 0:
                number = len(self._opened.nodes)
                count = f"{number} span{'s' * (number > 1)} of "
                name = display(self._opened.key, max(8, width - len(count) - 2))
                return [(f" {count}", palette.muted), (name, palette.accent)]
            cells = max(0, width - 4 * _CELLS)
            titles = "".join(
                fit(title, _CELLS, right=True) for title in ("at", "total", "self")
            )
            return [(fit("  span", cells), palette.muted), (titles, palette.muted)]
        if line == 0:
            progress = ""
            if grouping is not None and self._stepping.is_working:
                progress = f"  {grouping.read} spans read …"
            number = len(self._groups)
            text = f" {number} group{'s' * (number != 1)} by {self.grouped_by}{progress}"
            return [(display(text, width), palette.accent)]
        columns = _columns(width, _COLUMNS[self._order])
        pieces = [(fit("  " + self.grouped_by, width - _CELLS * len(columns)), palette.muted)]
        for column in columns:
            is_order = column is _COLUMNS[self._order]
            text = fit(column.title + "▾" * is_order, _CELLS, right=True)
            pieces.append((text, palette.accent if is_order else palette.muted))
        return pieces

    def row_pieces(self, index: int, width: int) -> list[Piece]:
        """Draw one group, or one span of the opened one."""
        mark = Mark.CURSOR if index == self.cursor else " "
        drawn = (
            self._span_pieces(index, width - 1)
            if self._opened
            else self._group_pieces(index, width - 1)
        )
        return [(mark, self.palette.accent), *drawn]

    def _group_pieces(self, index: int, width: int) -> list[Piece]:
        palette, group = self.palette, self._groups[index]
        columns = _columns(width + 1, _COLUMNS[self._order])
        style = palette.error if group.error_count else palette.text
        pieces: list[Piece] = []
        room = width - _CELLS * len(columns)
        if self.grouped_by in {"operation", "service"} and self._waterfall is not None:
            span = self._waterfall.nodes[group.nodes[0]].span
            if span is not None:
                pieces.append(
                    (Mark.SERVICE + " ", palette.service(self._hues[span.service_name]))
                )
                room -= 2
        error = f"{Mark.ERROR} " if group.error_count else ""
        pieces.append((fit(error + (group.key or '""'), room), style))
        for column in columns:
            value = column.value(group)
            text = duration_text(value) if column.is_time else str(value)
            is_quiet = not value or column is not _COLUMNS[self._order]
            pieces.append(
                (fit(text, _CELLS, right=True), palette.muted if is_quiet else palette.text)
            )
        return pieces

    def _span_pieces(self, index: int, width: int) -> list[Piece]:
        palette, waterfall = self.palette, self._waterfall
        assert waterfall is not None  # noqa: S101  # groups come from a waterfall
        assert self._opened is not None  # noqa: S101  # called when one is
        node = self._opened.nodes[index]
        span = waterfall.nodes[node].span
        if span is None:
            return []
        is_error = span.status_code.name == "ERROR"
        hue = palette.service(self._hues[span.service_name])
        name = f"{Mark.ERROR} {span.name}" if is_error else span.name
        at = offset_text(span.start_time_unix_nano - waterfall.start)
        figures = (
            at,
            duration_text(span.duration_nano),
            duration_text(waterfall.self_times_nano[node]),
        )
        room = max(0, width - 4 * _CELLS + 1 - 2)
        return [
            (Mark.SERVICE + " ", hue),
            (
                fit(f"{name}  {span.service_name}", room),
                palette.error if is_error else palette.text,
            ),
            ("".join(fit(text, _CELLS, right=True) for text in figures), palette.muted),
        ]


def _columns(width: int, order: _Column) -> tuple[_Column, ...]:
    """Return the columns for which there is room; *order*, the one sorted by, is always there."""
    count = max(1, (width - _LEAST_NAME_CELLS) // _CELLS)
    shown = _COLUMNS[:count]
    return shown if order in shown else (*shown[:-1], order)


def _grouped(grouping: Grouping) -> Steps[list[Group]]:
    while not grouping.is_done:
        grouping.work(ROWS_AT_ONCE)
        yield
    return (yield from grouping.groups())
