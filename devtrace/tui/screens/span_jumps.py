"""From the selected span to others: along its links, and along the critical path."""

from collections.abc import Iterable
from itertools import islice

from devtrace.analysis.title import NO_NAME
from devtrace.model.time import duration_text, percent_text
from devtrace.otlp.values import Link
from devtrace.tui.screens.copy import CopyScreen
from devtrace.tui.screens.pick import PickScreen
from devtrace.tui.screens.tree_keys import TreeKeys
from devtrace.tui.text import Piece, display
from devtrace.tui.theme import Mark, palette_of
from devtrace.tui.waterfall import Waterfall

MAX_LISTED = 50
"""Entries of a list to pick from."""


class SpanJumps(TreeKeys):
    """A screen that goes from the selected span to others."""

    _waterfall: Waterfall | None

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
            share = percent_text(nano, waterfall.duration_nano)
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
        """Go to the span that the selected one links to; of several, ask which."""
        node = self._tree.selected_node
        span = (
            self._waterfall.nodes[node].span if self._waterfall and node is not None else None
        )
        links = span.links if span is not None else ()
        if not links:
            self.app.notify("this span links to no other", timeout=2)
        elif len(links) == 1:
            self._follow(links[0])
        else:
            self._ask_which(links[:MAX_LISTED], len(links))

    def _ask_which(self, links: Iterable[Link], count: int) -> None:
        palette = palette_of(self.app.theme)
        listed = list(links)
        lines = [
            [
                (f"{Mark.LINK} ", palette.accent),
                (f"{link.trace_id[:16]}… {link.span_id}  ", palette.text),
                (self._where(link), palette.muted),
            ]
            for link in listed
        ]
        more = f", {count - len(listed)} left out" if count > len(listed) else ""

        def go(picked: int | None) -> None:
            if picked is not None:
                self._follow(listed[picked])

        self.app.push_screen(PickScreen(f"{count} links{more}", lines), go)

    def _where(self, link: Link) -> str:
        if link.trace_id == self.chosen:
            return "in this trace"
        return "held" if link.trace_id in self.desk.session.store else "not held"

    def _follow(self, link: Link) -> None:
        self.open_span(link.trace_id, link.span_id)

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
