"""The ways to look at one trace, beside its title: which one is shown, and a click away the others."""

from collections.abc import Sequence

from textual import events
from textual.message import Message

from devtrace.tui.text import Piece
from devtrace.tui.theme import Palette
from devtrace.tui.widgets.chrome import OneLine

_LEAST_CELLS = 80
"""Of a narrower terminal only the current view is named."""


class ViewTabs(OneLine):
    """Names the views; the current one stands out.

    Args:
        titles: What the views are called, in order.
    """

    class Clicked(Message):
        """The user clicked a view."""

        def __init__(self, title: str) -> None:
            super().__init__()
            self.title = title

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__()
        self._titles = tuple(titles)
        self._current = self._titles[0]

    def show(self, current: str) -> None:
        """Mark the view that is shown."""
        if current != self._current:
            self._current = current
            self.refresh(layout=True)

    def _laid_out(self) -> list[tuple[str, str]]:
        """Return each view with what is written of it."""
        if self.app.size.width < _LEAST_CELLS:
            at = self._titles.index(self._current) + 1
            return [(self._current, f" {self._current} {at}/{len(self._titles)} ")]
        return [(title, f" {title} ") for title in self._titles]

    def get_content_width(self, container: object, viewport: object) -> int:  # noqa: ARG002  # Textual's signature
        """Return the width that shows everything there is to show."""
        return sum(len(text) for _, text in self._laid_out())

    def pieces(self, palette: Palette, width: int) -> list[Piece]:  # noqa: ARG002  # as wide as its text
        """Return the titles."""
        return [
            (text, palette.accent if title == self._current else palette.muted)
            for title, text in self._laid_out()
        ]

    def on_click(self, event: events.Click) -> None:
        """Tell which view was clicked; where only one is named, the next."""
        if self.app.size.width < _LEAST_CELLS:
            following = (self._titles.index(self._current) + 1) % len(self._titles)
            self.post_message(self.Clicked(self._titles[following]))
            return
        at = 0
        for title, text in self._laid_out():
            begin, at = at, at + len(text)
            if begin <= event.x < at:
                self.post_message(self.Clicked(title))
