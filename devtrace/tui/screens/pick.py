"""A short list to pick from."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from devtrace.tui.text import Piece, display

_FRAME_CELLS = 8
"""Border, padding and scroll bar."""
_MAX_CELLS = 68


class PickScreen(ModalScreen[int | None]):
    """Gives the place of what was picked, or None.

    Args:
        title: What it is a list of.
        lines: What can be picked, in order; none may be picked if there is none.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "close", show=False)
    ]

    def __init__(self, title: str, lines: Sequence[Sequence[Piece]]) -> None:
        super().__init__()
        self._title = title
        self._lines = lines

    def compose(self) -> ComposeResult:
        """Lay out title and lines."""
        with Vertical(id="pick"):
            yield Static(display(self._title, _MAX_CELLS), markup=False)
            yield OptionList(*(Option(self._text(line)) for line in self._lines))

    def _text(self, line: Sequence[Piece]) -> Text:
        room = min(_MAX_CELLS, self.app.size.width * 24 // 25 - _FRAME_CELLS)
        text = Text.assemble(*line, no_wrap=True)
        text.truncate(max(8, room), overflow="ellipsis")
        return text

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Give what was picked by Enter or click."""
        self.dismiss(event.option_index)
