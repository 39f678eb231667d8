"""Asks for a query over traces, with all that the query bar has."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from devtrace.tui.screens.asking import offered, remark_on
from devtrace.tui.seen_attributes import SeenAttributes
from devtrace.tui.widgets.query_bar import Offer, QueryBar

_KEYS = "⏎ take it   ↑ earlier ones   Tab complete   Esc leave it"


class AskQueryScreen(ModalScreen[str | None]):
    """Gives a query that parses, or None.

    Args:
        title: What it is for.
        default: What stands there at first.
        history: The queries that were kept, the newest at the end.
        seen: Which attributes there are to ask for.
        takes_nothing: What nothing means, if it is an answer; empty when it is none.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "close", show=False)
    ]

    def __init__(
        self,
        title: str,
        *,
        default: str,
        history: Sequence[str],
        seen: SeenAttributes,
        takes_nothing: str = "",
    ) -> None:
        super().__init__()
        self._title = title
        self._default = default
        self._seen = seen
        self._bar = QueryBar(
            takes_nothing or "status=error   duration>1s   .http.route=/checkout",
            history=lambda: history,
            offering=self._offered_at,
            keeps_nothing=bool(takes_nothing),
        )

    def compose(self) -> ComposeResult:
        """Lay out title and line."""
        with Vertical(id="ask-query"):
            yield Static(self._title, markup=False)
            yield self._bar
            yield Static(_KEYS, classes="hint", markup=False)

    def on_mount(self) -> None:
        """Let the user type at once."""
        self._bar.open(self._default)

    @on(QueryBar.Asked)
    def _asked(self, event: QueryBar.Asked) -> None:
        """Say what is wrong with what is typed."""
        self._is_right(event.text)

    @on(QueryBar.Kept)
    def _kept(self, event: QueryBar.Kept) -> None:
        """Give the query, once it is one."""
        if self._is_right(event.text):
            self.dismiss(event.text)

    @on(QueryBar.Cleared)
    def _cleared(self) -> None:
        self.dismiss(None)

    def _is_right(self, text: str) -> bool:
        from devtrace.query import QueryError, parse

        error = None
        if text:
            try:
                parse(text)
            except QueryError as caught:
                error = caught
        self._bar.say("", remark=remark_on(error), is_alarming=error is not None)
        return error is None

    def _offered_at(self, text: str, cursor: int) -> Offer:
        return offered(self._seen, text, cursor)
