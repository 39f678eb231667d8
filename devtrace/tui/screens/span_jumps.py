"""From the selected span to others: along its links, and along the critical path."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from devtrace.analysis.title import NO_NAME
from devtrace.model.span import Span
from devtrace.model.time import duration_text, percent_text
from devtrace.tui.back_links import BackLink, BackLinks
from devtrace.tui.screens.copy import CopyScreen
from devtrace.tui.screens.pick import PickScreen
from devtrace.tui.screens.tree_keys import TreeKeys
from devtrace.tui.text import Piece, display
from devtrace.tui.theme import Mark, palette_of
from devtrace.tui.waterfall import Waterfall

MAX_LISTED = 50
"""Entries of a list to pick from."""


class _Way(NamedTuple):
    """Where a link leads, in one direction or the other."""

    direction: str
    name: str
    where: str
    trace_id: str
    span_id: str


class SpanJumps(TreeKeys):
    """A screen that goes from the selected span to others."""

    _waterfall: Waterfall | None
    _back_links: BackLinks

    def _selected_span(self) -> Span | None:
        raise NotImplementedError

    def _is_settled(self) -> bool:
        raise NotImplementedError

    def open_span(self, trace_id: str, span_id: str) -> None:
        """Go to a span of this trace, or open the trace it is in."""
        raise NotImplementedError

    def action_list_critical_path(self) -> None:
        """List the spans that decided how long the trace took, the heaviest first."""
        waterfall = self._waterfall
        if waterfall is None or not waterfall.critical_shares:
            self.app.notify("this trace has no critical path: its root took no time")
            return
        shares = dict(islice(waterfall.critical_shares.items(), MAX_LISTED))
        palette = palette_of(self.app.theme)
        nodes: list[int] = []
        lines: list[list[Piece]] = []
        for node, nano in shares.items():
            span = waterfall.nodes[node].span
            if span is None:
                continue
            share = percent_text(nano, waterfall.whole_of_shares_nano)
            figures = f"{duration_text(nano):>7} {share:>5}  "
            hue = palette.service(self.desk.hues[span.service_name])
            nodes.append(node)
            name = display(f"{span.service_name} {span.name or NO_NAME}", 60)
            lines.append(
                [(figures, palette.text), (Mark.SERVICE + " ", hue), (name, palette.text)]
            )
        more = len(waterfall.critical_shares) - len(shares)
        title = "What decided how long it took" + (
            f", {more} lesser spans left out" if more else ""
        )

        def go(picked: int | None) -> None:
            if picked is not None:
                self._tree.select_node(nodes[picked])

        self.app.push_screen(PickScreen(title, lines), go)

    def action_follow_link(self) -> None:
        """Go along a link of the selected span, in either direction; of several, ask which."""
        span = self._selected_span()
        ways = [] if span is None else list(self._ways(span))
        if not ways:
            is_looking = not self._back_links.is_done
            so_far = "; still looking for spans that link to it" if is_looking else ""
            self.app.notify(f"no link leads from this span or to it{so_far}", timeout=2)
        elif len(ways) == 1:
            self.open_span(ways[0].trace_id, ways[0].span_id)
        else:
            self._ask_which(ways)

    def _ways(self, span: Span) -> Iterator[_Way]:
        """Yield where links lead from a span, then where those that lead to it come from."""
        for link in span.links:
            at = f"{link.trace_id[:16]}… {link.span_id}"
            where = self._where(link.trace_id)
            yield _Way(f"{Mark.LINK} to   ", at, where, link.trace_id, link.span_id)
        for back in self._links_to_selected():
            source = back.span
            name = f"{source.service_name} {source.name or NO_NAME}"
            where = self._where(source.trace_id)
            yield _Way(f"{Mark.LINKED} from ", name, where, source.trace_id, source.span_id)

    def _links_to_selected(self) -> tuple[BackLink, ...]:
        span = self._selected_span()
        return () if span is None else self._back_links.to(span.span_id)

    def _ask_which(self, ways: Sequence[_Way]) -> None:
        palette = palette_of(self.app.theme)
        listed = ways[:MAX_LISTED]
        lines = [
            [
                (way.direction, palette.accent),
                (f"{display(way.name, 60)}  ", palette.text),
                (way.where, palette.muted),
            ]
            for way in listed
        ]
        more = f", {len(ways) - len(listed)} left out" if len(ways) > len(listed) else ""

        def go(picked: int | None) -> None:
            if picked is not None:
                self.open_span(listed[picked].trace_id, listed[picked].span_id)

        self.app.push_screen(PickScreen(f"{len(ways)} links{more}", lines), go)

    def _where(self, trace_id: str) -> str:
        if trace_id == self.chosen:
            return "in this trace"
        return "held" if trace_id in self.desk.session.store else "not held"

    def action_copy(self) -> None:
        """Offer what can be copied of this trace and of the selected span."""
        if self._waterfall is not None:
            self.app.push_screen(
                CopyScreen(
                    self._waterfall,
                    self._tree.selected_node,
                    is_settled=self._is_settled(),
                )
            )
