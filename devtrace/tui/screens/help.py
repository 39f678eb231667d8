"""Every key, from the registry."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from devtrace.tui.actions import Scope, actions_in
from devtrace.tui.theme import Palette, palette_of

_KEY_CELLS = 18
_MARKS = (
    ("✘", "error"), ("◌", "a parent that never arrived"), ("⚠", "something is odd"),
    ("…", "still arriving"), ("✂", "partial or truncated"), ("◆", "pinned"),
    ("•", "event"), ("▸", "folded, with how many spans"),
)  # fmt: skip


class HelpScreen(ModalScreen[None]):
    """Closes with Esc, q or ?."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss", "close", show=False)
    ]

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        with VerticalScroll(id="help"):
            yield Static(_page(palette_of(self.app.theme)), markup=False)


def _page(palette: Palette) -> Text:
    text = Text()
    for scope in Scope:
        text.append(f"{scope.value}\n", palette.strong)
        for action in actions_in(scope):
            text.append(f"  {action.shown_keys:<{_KEY_CELLS}}", palette.accent)
            text.append(f"{action.help}\n", palette.text)
        text.append("\n")
    text.append("Marks\n", palette.strong)
    for mark, meaning in _MARKS:
        text.append(f"  {mark:<{_KEY_CELLS}}", palette.accent)
        text.append(f"{meaning}\n", palette.text)
    text.append("\nA bar is solid while the span itself works, thin while it waits.\n")
    text.append("Esc closes this.", palette.muted)
    return text
