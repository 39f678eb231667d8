"""How one row of a trace's tree is drawn, at any width.

Left to right: mark, guides, service, name, kind, durations, bar.  The service is named
where it differs from the row above in the tree, so every process hop stands out and
the rest stays quiet.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType

from rich.cells import cell_len
from rich.style import Style

from devtrace.analysis.adjust import shift_note
from devtrace.analysis.alike import AlikeRun
from devtrace.analysis.error import span_error
from devtrace.analysis.peers import Node
from devtrace.analysis.timing import time_notes
from devtrace.analysis.title import span_label
from devtrace.analysis.tree import Placement, explain
from devtrace.model.span import Span, StatusCode
from devtrace.model.time import duration_text
from devtrace.tui.bars import Interval
from devtrace.tui.guides import INWARD, OUTWARD, Guides, kind_word
from devtrace.tui.span_bars import BarPainter
from devtrace.tui.text import Piece, display, fit, width_of
from devtrace.tui.theme import Mark, Palette, ServiceHues
from devtrace.tui.tree_peers import leaf_of
from devtrace.tui.waterfall import TreeRow, Waterfall

_MARK_CELLS = 2
_DURATION_CELLS = 7
_MAX_SERVICE_CELLS = 20
_LEAST_HOP_CELLS = 12
"""Below this the service is told by its colour alone."""
_TREE_CELLS = 35
"""What bars leave to guides, services and names."""
_PREVIEW_TREE_CELLS = 32
_LEAST_NAME_CELLS = 7
"""What guides leave of the tree's cells, however deep it is."""
_LEAST_KIND_WIDTH, _KIND_CELLS = 100, 9
"""From which width on kinds are told in words too, and the cells of that column."""
_NOTHING = Style.null()


class SpanRowPainter:
    """Draws rows of one waterfall at one width.

    Args:
        waterfall: What is drawn.
        palette: The styles of the current theme.
        hues: The hue of each service.
        width: Cells of a row.
        folded: Keys of the nodes that are folded.
        is_settled: Whether a parent that is not here may be called missing.
        has_self_times: Whether there is a column for them, if it fits.
        shows_critical_path: Whether bars show the critical path.
        root: The row the tree begins at; None is the whole trace.
        window: Start and end of the time that bars are drawn on; None is all of it.
        shows_peers: Whether a peer that sent no spans has a line under its caller.
        linked_from: How many held spans link to a span, by its id.
    """

    def __init__(
        self,
        waterfall: Waterfall,
        *,
        palette: Palette,
        hues: ServiceHues,
        width: int,
        folded: AbstractSet[str] = frozenset(),
        is_settled: bool = True,
        has_self_times: bool = False,
        shows_critical_path: bool = False,
        root: int | None = None,
        window: Interval | None = None,
        shows_peers: bool = False,
        linked_from: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._waterfall = waterfall
        self._palette = palette
        self._hues = hues
        self._folded = folded
        self._is_settled = is_settled
        self._shows_critical_path = shows_critical_path
        self._width = width
        self._self_cells = _DURATION_CELLS + 1 if has_self_times and width >= 66 else 0
        self._kind_cells = _KIND_CELLS if has_self_times and width >= _LEAST_KIND_WIDTH else 0
        self._shows_peers = shows_peers
        self._names_peers = has_self_times
        self._linked_from = linked_from
        room = width - self._self_cells - self._kind_cells
        tree_cells = _TREE_CELLS if has_self_times else _PREVIEW_TREE_CELLS
        left = room - tree_cells - _MARK_CELLS - _DURATION_CELLS - 2
        self._bar_cells = max(8, min(room * 2 // 5, left)) if width >= 40 else 0
        taken = _MARK_CELLS + _DURATION_CELLS + 1 + self._self_cells + self._kind_cells
        taken += self._bar_cells + 1 if self._bar_cells else 0
        self._tree_cells = max(8, width - taken)
        self._bars = BarPainter(
            waterfall,
            palette=palette,
            hues=hues,
            cells=self._bar_cells,
            window=window,
            shows_critical_path=shows_critical_path,
        )
        self._guides = Guides(waterfall, self._tree_cells, root)

    def head(self) -> list[Piece]:
        """Return the line above the rows: column names and the time axis."""
        muted = self._palette.muted
        pieces = [(" " * (_MARK_CELLS + self._tree_cells), muted)]
        pieces.append((fit(" kind" if self._kind_cells else "", self._kind_cells), muted))
        pieces.append((fit("total", _DURATION_CELLS + 1, right=True), muted))
        if self._self_cells:
            pieces.append((fit("self", self._self_cells, right=True), muted))
        if self._bar_cells:
            pieces.append((" " + self._bars.scale(), muted))
        return pieces

    @property
    def bar_cells(self) -> int:
        """How many cells the bars take at the right end of a row."""
        return self._bar_cells

    def row(self, row: TreeRow) -> list[Piece]:
        """Return the line of a span, a placeholder, a run of look-alikes or an exception."""
        node = self._waterfall.nodes[row.node]
        if row.run is not None:
            return self._run(row.run, is_open=row.is_open)
        if row.exception:
            guides = self._guides.to(row.node, below="│" if self._opens(row.node) else " ")
            return self._full_line(("  ", _NOTHING), guides, row.exception, self._palette.error)
        if row.peer is not None:
            return self._peer(row.node, row.peer)
        span = node.span
        if span is None:
            mark = Mark.ORPHAN if self._is_settled else Mark.ARRIVING
            reason = explain(node, settled=self._is_settled) or ""
            return self._full_line(
                (f"{mark} ", self._palette.warning),
                self._guides.to(row.node),
                reason,
                self._palette.muted,
            )
        pieces = [*self._label(row.node, span), *self._kind(kind_word(span.kind))]
        pieces.append((fit(_total(span), _DURATION_CELLS + 1, right=True), self._palette.text))
        if self._self_cells:
            self_time = duration_text(self._waterfall.self_times_nano[row.node])
            pieces.append((fit(self_time, self._self_cells, right=True), self._palette.muted))
        if self._bar_cells:
            pieces += [(" ", _NOTHING), *self._bars.span(row.node, span)]
        return pieces

    def _opens(self, index: int) -> bool:
        """Return whether there is a line below row *index* that hangs under it."""
        is_folded = self._waterfall.keys[index] in self._folded
        is_open = self._waterfall.nodes[index].child_count > 0 and not is_folded
        return is_open or (self._shows_peers and leaf_of(self._waterfall, index) is not None)

    def _kind(self, word: str) -> list[Piece]:
        """Return the column of kinds, if there is one."""
        if not self._kind_cells:
            return []
        return [(" " + fit(word, self._kind_cells - 1), self._palette.faint)]

    def _peer(self, index: int, peer: Node) -> list[Piece]:
        """Return the line of a peer that sent no spans: its name, and when it was called."""
        palette = self._palette
        branch = "├" if self._waterfall.nodes[index].child_count else "└"
        guides = self._guides.to(index, below=branch)
        label: list[Piece] = [(guides, palette.faint), (f"{Mark.PEER} ", palette.muted)]
        name = display(peer.name, self._tree_cells - width_of(label))
        label.append((name, palette.muted))
        label.append((" " * (self._tree_cells - width_of(label)), _NOTHING))
        pieces = [("  ", _NOTHING), *label, *self._kind(peer.kind.value)]
        pieces.append((" " * (_DURATION_CELLS + 1 + self._self_cells), _NOTHING))
        span = self._waterfall.nodes[index].span
        if self._bar_cells and span is not None:
            pieces += [(" ", _NOTHING), *self._bars.hollow(span)]
        return pieces

    def _run(self, run: AlikeRun, *, is_open: bool) -> list[Piece]:
        """Return the line that stands for look-alikes: their sum, and a bar from first to last."""
        palette, index = self._palette, run.nodes[0]
        first = self._waterfall.nodes[index].span
        assert first is not None  # noqa: S101  # look-alikes are spans
        mark = f"{Mark.ERROR} " if run.error_count else "  "
        pieces: list[Piece] = [(mark, palette.error)]
        hue = palette.service(self._hues[first.service_name])
        fold = "▾" if is_open else ""
        label: list[Piece] = [
            (self._guides.to(index), palette.faint),
            (f"{fold}{Mark.ALIKE}{len(run.nodes)} ", hue),
        ]
        longest = f" max {duration_text(run.max_nano)}"
        errors = f" {Mark.ERROR} {run.error_count}" if run.error_count else ""
        room = max(0, self._tree_cells - width_of(label))
        errors = display(errors, room)
        room -= cell_len(errors)
        longest = longest if cell_len(longest) <= room // 2 else ""
        name = display(span_label(first), room - cell_len(longest))
        label += [(name, palette.text), (longest, palette.muted), (errors, palette.error)]
        label += self._peer_beside(index, self._tree_cells - width_of(label))
        pieces += [*label, (" " * (self._tree_cells - width_of(label)), _NOTHING)]
        pieces += self._kind(kind_word(first.kind))
        total = duration_text(run.total_nano)
        pieces.append((fit(total, _DURATION_CELLS + 1, right=True), palette.text))
        if self._self_cells:
            pieces.append((" " * self._self_cells, _NOTHING))
        if self._bar_cells:
            pieces += [(" ", _NOTHING), *self._bars.run(run)]
        return pieces

    def _full_line(self, mark: Piece, guides: str, text: str, style: Style) -> list[Piece]:
        room = self._width - _MARK_CELLS - cell_len(guides)
        return [mark, (guides, self._palette.faint), (display(text, room), style)]

    def _mark(self, index: int, span: Span) -> Piece:
        node = self._waterfall.nodes[index]
        if span.status_code is StatusCode.ERROR:
            return (f"{Mark.ERROR} ", self._palette.error)
        is_odd = (
            node.is_duplicate_id
            or node.placement in {Placement.SELF_PARENT, Placement.CYCLE}
            or time_notes(span)
            or shift_note(span)
            or span.notes
        )
        if is_odd or span_error(span) is not None:
            return (f"{Mark.FINDING} ", self._palette.warning)
        return ("  ", _NOTHING)

    def _label(self, index: int, span: Span) -> list[Piece]:
        """Return mark, guides, service and name in exactly their cells."""
        palette, cells = self._palette, self._tree_cells + _MARK_CELLS
        hue = palette.service(self._hues[span.service_name])
        guides = (self._guides.to(index), palette.faint)
        pieces: list[Piece] = [self._mark(index, span), *([guides] if guides[0] else [])]
        if (arrow := INWARD.get(span.kind)) and pieces[-1][0].endswith(" "):
            pieces[-1] = (pieces[-1][0][:-1], pieces[-1][1])
            pieces.append((arrow, palette.muted))
        pieces += [(Mark.SERVICE, hue), (OUTWARD.get(span.kind, " "), palette.muted)]
        room = max(0, cells - width_of(pieces))
        if self._waterfall.is_hop(index) and room >= _LEAST_HOP_CELLS:
            most = min(_MAX_SERVICE_CELLS, max(room // 2, room - _LEAST_NAME_CELLS))
            service = display(self._waterfall.service_label(span), most) + " "
            pieces.append((service, hue))
            room -= cell_len(service)
        tail = display(self._tail(index), room // 2)
        label = display(span_label(span), room)
        spare = max(room // 2, room - cell_len(label)) - cell_len(tail)
        links = self._links(index, span, spare)
        label = display(label, room - cell_len(tail) - cell_len(links))
        pieces.append((label, self._label_style(index, span)))
        pieces += [(links, palette.accent), (tail, palette.warning)]
        if not self._shows_peers or leaf_of(self._waterfall, index) is None:
            pieces += self._peer_beside(index, cells - width_of(pieces))
        return [*pieces, (" " * (cells - width_of(pieces)), _NOTHING)]

    def _tail(self, index: int) -> str:
        """Return what is said after the name: how much is folded, or what is odd."""
        node = self._waterfall.nodes[index]
        if node.child_count and self._waterfall.keys[index] in self._folded:
            return f" ▸{node.size - 1}"
        if node.placement is Placement.ORPHAN:
            return ""  # the placeholder above says it
        reason = explain(node, settled=self._is_settled)
        return f" {Mark.FINDING} {reason}" if reason else ""

    def _links(self, index: int, span: Span, room: int) -> str:
        """Return what ties a row to the one above it, or how many links lead from and to it."""
        if says := self._waterfall.heads.get(index):
            texts = [f" {Mark.LINK} {each}".rstrip() for each in says]
            return next((text for text in texts if cell_len(text) <= room), "")
        count, back = len(span.links), self._linked_from.get(span.span_id, 0)
        out = f" {Mark.LINK}{count if count > 1 else ''}" if count else ""
        into = f" {Mark.LINKED}{back if back > 1 else ''}" if back else ""
        return display(out + into, room)

    def _peer_beside(self, index: int, room: int) -> list[Piece]:
        """Return the peer that a span called, if all of its name fits after the span's."""
        if not self._names_peers or (peer := self._waterfall.peers.of(index)) is None:
            return []
        name = f" {Mark.PEER} {display(peer.name, room)}"
        return [(name, self._palette.muted)] if cell_len(name) <= room else []

    def _label_style(self, index: int, span: Span) -> Style:
        if span.status_code is StatusCode.ERROR:
            return self._palette.error
        if self._shows_critical_path and index not in self._waterfall.critical_segments:
            return self._palette.muted
        return self._palette.text


def _total(span: Span) -> str:
    if not span.start_time_unix_nano:
        return "no time"
    return duration_text(span.duration_nano) if span.has_end else "no end"
