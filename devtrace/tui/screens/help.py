"""Every key, from the registry."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from devtrace.tui.actions import Scope, actions_in
from devtrace.tui.metric_text import MARKED_KINDS
from devtrace.tui.text import wrap
from devtrace.tui.theme import Mark, Palette, palette_of

_KEY_CELLS = 16
_TEXT_CELLS = 50
_LEAST_CELLS = 8
_FRAME_CELLS = 8
"""Border, padding and scroll bar."""
_MARKS = (
    (Mark.ERROR, "error"),
    (Mark.ORPHAN, "a parent that never arrived"),
    (Mark.FINDING, "something is odd; the detail says what"),
    (Mark.ARRIVING, "still arriving"),
    (Mark.PARTIAL, "partial or truncated"),
    (Mark.PINNED, "pinned"),
    (Mark.EVENT, "event"),
    (Mark.LOG, "log record"),
    (Mark.LINK, "a link; of a log record, to its trace"),
    *MARKED_KINDS.items(),
    ("▸", "folded, with how many spans"),
    (Mark.ALIKE, "so many look-alikes under one parent, folded into one row"),
    ("██ ──", "a bar is solid while the span itself works, thin while it waits"),
)


class HelpScreen(ModalScreen[None]):
    """Closes with Esc, q or ?.

    Args:
        here: The scope of the screen it is asked from; its keys come first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss", "close", show=False)
    ]

    def __init__(self, here: Scope | None) -> None:
        super().__init__()
        self._here = here

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        with VerticalScroll(id="help") as page:
            page.border_title, page.border_subtitle = "Keys", "Esc closes  ↑ ↓ scroll"
            yield Static(self._fitting_page(), markup=False)

    def on_resize(self) -> None:
        """Break the lines to fit."""
        self.query_one(Static).update(self._fitting_page())

    def _fitting_page(self) -> Text:
        room = self.app.size.width * 24 // 25 - _FRAME_CELLS - _KEY_CELLS - 2
        cells = max(_LEAST_CELLS, min(_TEXT_CELLS, room))
        return self._page(palette_of(self.app.theme), cells)

    def _page(self, palette: Palette, cells: int) -> Text:
        """Return the page; what keys do is broken into lines of *cells* cells."""
        text = Text()
        for scope in sorted(Scope, key=lambda scope: scope is not self._here):
            text.append(f"{scope.value}\n", palette.strong)
            for action in actions_in(scope):
                _append_row(text, action.shown_keys, action.help, palette, cells)
            text.append("\n")
        text.append("Marks\n", palette.strong)
        for mark, meaning in _MARKS:
            _append_row(text, mark, meaning, palette, cells)
        text.rstrip()
        return text


def _append_row(text: Text, key: str, meaning: str, palette: Palette, cells: int) -> None:
    """Add a key and what it does, the latter in a column of its own."""
    first, *more = wrap(meaning, cells, max_lines=9)
    text.append(f"  {key:<{_KEY_CELLS}}", palette.accent)
    text.append(f"{first}\n", palette.text)
    for line in more:
        text.append(f"  {'':<{_KEY_CELLS}}{line}\n", palette.text)
