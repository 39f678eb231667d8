"""Choose which columns the list of traces has."""

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from devtrace.tui.theme import palette_of
from devtrace.tui.trace_columns import DEFAULT_COLUMNS, SAYS, Column

_SHOWN, _HIDDEN = "[x] ", "[ ] "
_KEYS = "⏎ or Space show or hide   d as at first   Esc close"


class ColumnsScreen(ModalScreen[None]):
    """A list of the columns; what is chosen takes effect at once.

    Args:
        chosen: The columns that are shown now.
        choose: Called with those to be shown, after each change.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,c", "dismiss(None)", "close", show=False),
        Binding("space", "toggle_column", show=False),
        Binding("d", "restore", show=False),
    ]

    def __init__(
        self, chosen: frozenset[Column], choose: Callable[[frozenset[Column]], object]
    ) -> None:
        super().__init__()
        self._chosen = chosen
        self._choose = choose

    def compose(self) -> ComposeResult:
        """Lay out title, columns and keys."""
        with Vertical(id="pick"):
            yield Static("Columns of the list", markup=False)
            yield OptionList(*(Option(self._line(each), id=each.value) for each in Column))
            yield Static(_KEYS, classes="hint", markup=False)

    def _line(self, column: Column) -> Text:
        palette = palette_of(self.app.theme)
        is_shown = column in self._chosen
        return Text.assemble(
            (_SHOWN if is_shown else _HIDDEN, palette.accent if is_shown else palette.muted),
            (f"{column.value:<10}", palette.text if is_shown else palette.muted),
            (SAYS[column], palette.muted),
            no_wrap=True,
        )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Show or hide the column that was chosen by Enter or click."""
        event.stop()
        self._change(self._chosen ^ {Column(event.option_id)})

    def action_toggle_column(self) -> None:
        """Show or hide the column under the cursor."""
        self.query_one(OptionList).action_select()

    def action_restore(self) -> None:
        """Show what is shown when nothing was ever chosen."""
        self._change(DEFAULT_COLUMNS)

    def _change(self, chosen: frozenset[Column]) -> None:
        self._chosen = chosen
        options = self.query_one(OptionList)
        for at, column in enumerate(Column):
            options.replace_option_prompt_at_index(at, self._line(column))
        self._choose(chosen)
