"""Modal screens that ask for one of several things, or for a name."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from devtrace.tui.text import display

MAX_OFFERED = 500
"""More would not be read; the title says how many there are."""
_LINE_CELLS = 100
_NAME_CHARS = 80


class PickScreen(ModalScreen[int | None]):
    """Gives the number of the line that was chosen, or None.

    Args:
        title: What is asked.
        lines: What there is to choose from; may be hostile.
        delete: Called with the number of a line to take it away; None allows none to be.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "close", show=False),
        Binding("d,delete", "delete", show=False),
    ]

    def __init__(
        self, title: str, lines: Sequence[str], *, delete: Callable[[int], None] | None = None
    ) -> None:
        super().__init__()
        left_out = len(lines) - MAX_OFFERED
        more = f"  ({left_out} more are left out)" if left_out > 0 else ""
        self._title = f"{title}{more}{'   d deletes' if delete else ''}"
        self._lines = list(lines[:MAX_OFFERED])
        self._delete = delete

    def compose(self) -> ComposeResult:
        """Lay out title and lines."""
        with Vertical(id="pick"):
            yield Static(self._title, markup=False)
            yield OptionList(
                *(
                    Option(Text(display(line, _LINE_CELLS), no_wrap=True), id=str(number))
                    for number, line in enumerate(self._lines)
                )
            )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Give what was chosen by Enter or click."""
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


class NameScreen(ModalScreen[str | None]):
    """Gives a name, or None.

    Args:
        title: What is to be named.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "close", show=False)
    ]

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        """Lay out title and name."""
        with Vertical(id="name"):
            yield Static(display(self._title, _LINE_CELLS), markup=False)
            yield Input(placeholder="name", max_length=_NAME_CHARS)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give the name unless it is empty."""
        if name := event.value.strip():
            self.dismiss(name)
