"""The keys that work where it is asked for, and what the marks mean."""

from collections.abc import Sequence
from itertools import groupby
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from devtrace.tui.actions import Action
from devtrace.tui.keymap import CLOSING_HELP
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
    (Mark.MATCH, "matches what you are finding"),
    (Mark.EVENT, "event"),
    (Mark.LOG, "log record"),
    (Mark.LINK, "a link; of a log record, to its trace"),
    *MARKED_KINDS.items(),
    ("▸", "folded, with how many spans"),
    (Mark.ALIKE, "so many look-alikes under one parent, folded into one row"),
    ("██ ──", "a bar is solid while the span itself works, thin while it waits"),
)


class HelpScreen(ModalScreen[None]):
    """Closes with Esc, q or the key that opened it.

    Args:
        actions: What can be done on the screen it is asked from, by scope.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(CLOSING_HELP, "dismiss", "close", show=False, id="help.close")
    ]

    def __init__(self, actions: Sequence[Action]) -> None:
        super().__init__()
        self._actions = tuple(actions)

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        with VerticalScroll(id="help") as page:
            page.border_title = "Keys that work here"
            page.border_subtitle = "Esc closes  ↑ ↓ scroll"
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
        for scope, actions in groupby(self._actions, key=lambda action: action.scope):
            text.append(f"{scope.value}\n", palette.strong)
            for action in actions:
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
