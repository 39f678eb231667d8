"""Asks for a word or two."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static


class AskScreen(ModalScreen[str | None]):
    """Gives what was typed, without blanks around it, or None.

    Args:
        title: What it is for.
        default: What stands there at first.
        placeholder: What could be typed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "close", show=False)
    ]

    def __init__(self, title: str, *, default: str = "", placeholder: str = "") -> None:
        super().__init__()
        self._title = title
        self._default = default
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        """Lay out title and line."""
        with Vertical(id="ask"):
            yield Static(self._title, markup=False)
            yield Input(self._default, placeholder=self._placeholder, select_on_focus=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give what was typed; nothing is nothing."""
        if text := event.value.strip():
            self.dismiss(text)
