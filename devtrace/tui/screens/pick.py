"""A short list to pick from."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from devtrace.tui.text import Piece, display

MAX_OFFERED = 500
"""More would not be read; the title says how many there are."""

_FRAME_CELLS = 8
"""Border, padding and scroll bar."""
_MAX_CELLS = 100


class PickScreen(ModalScreen[int | None]):
    """Gives the number of the line that was picked, or None.

    Args:
        title: What it is a list of.
        lines: What can be picked, in order: text, which may be hostile, or styled pieces.
        delete: Called with the number of a line to take it away; None allows none to be.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "close", show=False),
        Binding("d,delete", "delete", show=False),
    ]

    def __init__(
        self,
        title: str,
        lines: Sequence[str | Sequence[Piece]],
        *,
        delete: Callable[[int], None] | None = None,
    ) -> None:
        super().__init__()
        left_out = len(lines) - MAX_OFFERED
        more = f"  ({left_out} more are left out)" if left_out > 0 else ""
        self._title = f"{title}{more}{'   d deletes' if delete else ''}"
        self._lines = lines[:MAX_OFFERED]
        self._delete = delete

    def compose(self) -> ComposeResult:
        """Lay out title and lines."""
        with Vertical(id="pick"):
            yield Static(display(self._title, _MAX_CELLS), markup=False)
            yield OptionList(
                *(
                    Option(self._text(line), id=str(number))
                    for number, line in enumerate(self._lines)
                )
            )

    def _text(self, line: str | Sequence[Piece]) -> Text:
        room = min(_MAX_CELLS, self.app.size.width * 24 // 25 - _FRAME_CELLS)
        pieces = [display(line, _MAX_CELLS)] if isinstance(line, str) else line
        text = Text.assemble(*pieces, no_wrap=True)
        text.truncate(max(8, room), overflow="ellipsis")
        return text

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Give what was picked by Enter or click."""
        if event.option_id is not None:
            self.dismiss(int(event.option_id))

    def action_delete(self) -> None:
        """Take the line under the cursor away; the last one closes the screen."""
        options = self.query_one(OptionList)
        at = options.highlighted
        if self._delete is None or at is None:
            return
        self._delete(int(options.get_option_at_index(at).id or 0))
        options.remove_option_at_index(at)
        if not options.option_count:
            self.dismiss(None)
