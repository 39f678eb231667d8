"""The pane with everything a span has."""

from collections.abc import Callable, Sequence
from itertools import islice

from devtrace.analysis.standing import Standing
from devtrace.model.log import LogRecord
from devtrace.tui.back_links import BackLink
from devtrace.tui.sheet import MAX_PARTS, Line
from devtrace.tui.span_text import SpanText
from devtrace.tui.theme import ServiceHues
from devtrace.tui.waterfall import Waterfall
from devtrace.tui.widgets.text_pane import TextPane


class SpanDetail(TextPane):
    """Shows one node of a waterfall.

    Args:
        hues: The hue of each service.
    """

    def __init__(self, hues: ServiceHues, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(hues, id=id)
        self._waterfall: Waterfall | None = None
        self._node: int | None = None
        self._logs: Sequence[LogRecord] = ()
        self._is_settled = True
        self._linked: frozenset[str] = frozenset()
        self._stands: Standing | None = None
        self._linked_from: tuple[BackLink, ...] = ()

    def show(
        self,
        waterfall: Waterfall | None,
        node: int | None,
        *,
        is_settled: bool,
        logs: Sequence[LogRecord] = (),
        is_held: Callable[[str], bool] = lambda _: False,
        stands: Standing | None = None,
        linked_from: tuple[BackLink, ...] = (),
    ) -> None:
        """Show *node* of *waterfall*; the place is kept while it is the same span.

        Args:
            waterfall: None shows nothing.
            node: None shows nothing.
            is_settled: Whether a parent that is not here may be called missing.
            logs: The log records of the trace, in order of time.
            is_held: Whether a trace with some id is held.
            stands: Where the span's duration stands among those of its operation.
            linked_from: The links that lead to the span.
        """
        linked = _linked(waterfall, node, is_held)
        shown = self._waterfall, self._node, self._is_settled, self._linked, self._stands
        is_same = (waterfall, node, is_settled, linked, stands) == shown
        if is_same and logs is self._logs and linked_from == self._linked_from:
            return
        is_same = self._span_id(self._waterfall, self._node) == self._span_id(waterfall, node)
        self._waterfall, self._node, self._is_settled = waterfall, node, is_settled
        self._logs, self._linked, self._stands = logs, linked, stands
        self._linked_from = linked_from
        self.rewrite(keeps_place=is_same)

    @staticmethod
    def _span_id(waterfall: Waterfall | None, node: int | None) -> str | None:
        if waterfall is None or node is None:
            return None
        return waterfall.nodes[node].span_id

    def text_lines(self, width: int) -> list[Line]:
        """Return all of the span."""
        if self._waterfall is None or self._node is None:
            return []
        return SpanText(
            self._waterfall,
            palette=self.palette,
            hues=self.hues,
            width=width,
            is_settled=self._is_settled,
            logs=self._logs,
            linked=self._linked,
            stands=self._stands,
            linked_from=self._linked_from,
        ).lines(self._node)


def _linked(
    waterfall: Waterfall | None, node: int | None, is_held: Callable[[str], bool]
) -> frozenset[str]:
    """Return which of the traces that a span links to are held."""
    span = None if waterfall is None or node is None else waterfall.nodes[node].span
    links = span.links if span is not None else ()
    return frozenset(
        link.trace_id for link in islice(links, MAX_PARTS) if is_held(link.trace_id)
    )
