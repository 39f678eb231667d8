"""Asks how often a scenario is to be played, and how fast."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from devtrace.errors import UsageError
from devtrace.scenarios.load import MAX_PER_SECOND, MAX_TIMES, Load, read_load
from devtrace.tui.text import display

_REMARK_CELLS = 300
_USUAL = Load(times=50, per_second=5)


class LoadScreen(ModalScreen[Load | None]):
    """Gives a load, or None.

    Args:
        title: What is to be played.
        default: What stands there at first; None: something usual.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "close", show=False)
    ]

    def __init__(self, title: str, *, default: Load | None = None) -> None:
        super().__init__()
        self._title = title
        self._default = default or _USUAL

    def compose(self) -> ComposeResult:
        """Lay out title, load and remark."""
        bounds = f"how often, and how many a second; up to {MAX_TIMES} at {MAX_PER_SECOND:g}/s"
        with Vertical(id="path"):
            yield Static(display(self._title, _REMARK_CELLS), markup=False)
            yield Input(f"{self._default}", placeholder="50 at 5/s")
            yield Static(bounds, id="remark", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give the load, or say what is wrong with it."""
        try:
            self.dismiss(read_load(event.value))
        except UsageError as error:
            remark = f"{error}; {error.hint}"
            self.query_one("#remark", Static).update(display(remark, _REMARK_CELLS))
