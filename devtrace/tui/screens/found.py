"""The traces behind a figure: those with calls of an operation, or over an edge of the map."""

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.containers import Container
from textual.widget import Widget
from textual.widgets import Static

from devtrace.analysis.operations import telling_span
from devtrace.analysis.tree import TreeNode, assemble
from devtrace.model.span import Span
from devtrace.tui.across import STEP_SECONDS
from devtrace.tui.actions import Scope, bindings_in
from devtrace.tui.desk import Desk
from devtrace.tui.found_view import FoundView
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.screens.trace import open_span
from devtrace.tui.text import display
from devtrace.tui.widgets.found_list import FoundList

_MAX_TITLE_CELLS = 200


class FoundScreen(LiveScreen):
    """What Enter on a row of figures opens.

    Args:
        desk: What the screen works on.
        title: What all the traces have.
        found: Looks for them.
        spans_of: The spans of a trace, given its rows, that are meant.
        mode: Title of the mode it is opened in.
    """

    SCOPE = Scope.FOUND
    BINDINGS: ClassVar = bindings_in(Scope.FOUND)

    def __init__(
        self,
        desk: Desk,
        title: str,
        found: FoundView,
        spans_of: Callable[[Sequence[TreeNode]], list[Span]],
        *,
        mode: str,
    ) -> None:
        super().__init__(desk)
        self.mode = mode
        self._found = found
        self._spans_of = spans_of
        self._title = Static(display(title, _MAX_TITLE_CELLS), id="found-title", markup=False)
        self._list = FoundList(desk.view, desk.hues)

    @property
    def chosen(self) -> str | None:
        """The trace under the cursor."""
        return self._list.selected

    def body(self) -> Iterable[Widget]:
        """Return what was asked, and the list."""
        yield self._title
        yield Container(self._list, id="found")

    def main(self) -> Widget:
        """Return the list."""
        return self._list

    def tick(self) -> None:
        """Look through more traces, or draw what happened to those that were found."""
        found = self._found
        if found.step(STEP_SECONDS):
            self._list.show(found.rows)
        elif found.is_done:
            self._list.refresh()
        if not found.is_done:
            looked_at, total = (
                f"{count:,}".replace(",", " ") for count in (found.looked_at, found.total)
            )
            self.say(f"looked through {looked_at} of {total} traces", tone="accent")
        else:
            count = len(found.rows)
            self.say(f"{count} trace{'' if count == 1 else 's'}, worst first")

    @on(FoundList.Opened)
    def action_open_found(self) -> None:
        """Open the trace under the cursor at the call that failed, or took longest."""
        trace_id = self._list.selected
        trace = self.desk.session.store.trace(trace_id) if trace_id is not None else None
        spans = self._spans_of(assemble(trace.spans)) if trace is not None else []
        span_id = telling_span(spans).span_id if spans else None
        if trace_id is not None:
            open_span(self, trace_id, span_id, what="row")

    def action_go_back(self) -> None:
        """Go back to the figures."""
        self.app.pop_screen()
