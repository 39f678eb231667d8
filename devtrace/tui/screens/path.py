"""Asks for the path of a file."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from devtrace.tui.text import display

_REMARK_CELLS = 300


class Objection(NamedTuple):
    """Why a path will not do."""

    text: str
    can_be_overruled: bool = False
    """Whether it will do after all when it is given a second time."""


class PathScreen(ModalScreen[Path | None]):
    """Gives a path that there is nothing to say against, or None.

    Args:
        title: What it is for.
        objection: Looks at a path.
        default: What stands there at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "close", show=False)
    ]

    def __init__(
        self, title: str, *, objection: Callable[[Path], Objection | None], default: str = ""
    ) -> None:
        super().__init__()
        self._title = title
        self._default = default
        self._objection = objection
        self._objected = ""

    def compose(self) -> ComposeResult:
        """Lay out title, path and remark."""
        with Vertical(id="path"):
            yield Static(self._title, markup=False)
            yield Input(self._default, placeholder="path", select_on_focus=False)
            yield Static("", id="remark", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give the path, or say what is wrong with it."""
        text = event.value.strip()
        if not text:
            return
        path = Path(text).expanduser()
        objection = self._objection(path)
        if objection and not (objection.can_be_overruled and text == self._objected):
            self._objected = text
            self.query_one("#remark", Static).update(display(objection.text, _REMARK_CELLS))
        else:
            self.dismiss(path)
