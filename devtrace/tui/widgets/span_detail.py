"""The pane with everything a span has."""

from devtrace.tui.sheet import Line
from devtrace.tui.span_text import SpanText
from devtrace.tui.text import Piece
from devtrace.tui.theme import ServiceHues
from devtrace.tui.waterfall import Waterfall
from devtrace.tui.widgets.lines import Lines


class SpanDetail(Lines):
    """Shows one node of a waterfall; it scrolls but has no cursor.

    Args:
        hues: The hue of each service.
    """

    has_cursor = False

    def __init__(self, hues: ServiceHues, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id)
        self._hues = hues
        self._waterfall: Waterfall | None = None
        self._node: int | None = None
        self._is_settled = True
        self._lines: list[Line] | None = None
        self._written_for: tuple[int, str] | None = None

    def show(self, waterfall: Waterfall | None, node: int | None, *, is_settled: bool) -> None:
        """Show *node* of *waterfall*; the place is kept while it is the same span."""
        if (waterfall, node, is_settled) == (self._waterfall, self._node, self._is_settled):
            return
        is_same = self._span_id(self._waterfall, self._node) == self._span_id(waterfall, node)
        self._waterfall, self._node, self._is_settled = waterfall, node, is_settled
        self._lines = None
        self.place(top=self.top if is_same else 0)

    @staticmethod
    def _span_id(waterfall: Waterfall | None, node: int | None) -> str | None:
        if waterfall is None or node is None:
            return None
        return waterfall.nodes[node].span_id

    def _written(self) -> list[Line]:
        """Return the lines at the current width and theme, written anew when those change."""
        wanted = (self.size.width, self.app.theme)
        if self._lines is None or self._written_for != wanted:
            self._written_for = wanted
            self._lines = []
            if self._waterfall is not None and self._node is not None:
                self._lines = SpanText(
                    self._waterfall,
                    palette=self.palette,
                    hues=self._hues,
                    width=self.size.width - 2,
                    is_settled=self._is_settled,
                ).lines(self._node)
        return self._lines

    def row_count(self) -> int:
        """Return how many lines the detail has."""
        return len(self._written())

    def row_pieces(self, index: int, width: int) -> list[Piece]:  # noqa: ARG002  # written to fit
        """Return one line of the detail."""
        return self._written()[index]
