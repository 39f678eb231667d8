"""The catalogue of scenarios, by group, each with how its newest play went."""

from dataclasses import dataclass

from rich.cells import cell_len
from textual.message import Message

from devtrace.scenarios.scenario import Scenario
from devtrace.tui.stage import Showing, Stage
from devtrace.tui.text import Piece, display, fit
from devtrace.tui.theme import Mark, Palette
from devtrace.tui.widgets.lines import Lines


class ScenarioList(Lines):
    """Scenarios under their groups' names; the cursor skips the names.

    Args:
        stage: Whose scenarios are listed.
    """

    @dataclass
    class Highlighted(Message):
        """The cursor is on another scenario."""

    @dataclass
    class Activated(Message):
        """A scenario was double-clicked."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage = stage
        self._rows: list[str | Scenario] = []
        for group in dict.fromkeys(scenario.group for scenario in stage.scenarios):
            self._rows.append(group)
            self._rows += [each for each in stage.scenarios if each.group == group]

    def on_mount(self) -> None:
        """Begin on the first scenario."""
        self.place(cursor=1)

    @property
    def selected(self) -> Scenario | None:
        """The scenario under the cursor; None when there is none at all."""
        row = self._rows[self.cursor] if self._rows else None
        return row if isinstance(row, Scenario) else None

    def row_count(self) -> int:
        """Return how many rows there are, groups included."""
        return len(self._rows)

    def _move_to(self, index: int) -> None:
        """Move as `Lines` does, over a group's name to the scenario beyond it."""
        index = max(0, min(index, len(self._rows) - 1))
        if self._rows and isinstance(self._rows[index], str):
            index += -1 if 0 < index < self.cursor else 1
        super()._move_to(index)

    def cursor_moved(self) -> None:
        """Tell of the new scenario."""
        self.post_message(self.Highlighted())

    def row_activated(self) -> None:
        """Tell of a double click."""
        self.post_message(self.Activated())

    def row_pieces(self, index: int, width: int) -> list[Piece]:
        """Draw a group's name, or a scenario with its state."""
        row, palette = self._rows[index], self.palette
        if isinstance(row, str):
            return [(f" {display(row, width - 1)}", palette.muted)]
        showing = self._stage.showings.get(row.id)
        text, style = _state(showing, palette)
        state = display(text, width // 2)
        cursor = (Mark.CURSOR if index == self.cursor else " ", palette.accent)
        room = width - 3 - cell_len(state) - 2
        return [
            cursor,
            ("  ", palette.text),
            (fit(row.id, room), palette.text),
            (" " + state, style),
        ]


def _state(showing: Showing | None, palette: Palette) -> Piece:
    if showing is None:
        return ("·", palette.faint)
    if showing.is_playing:
        return (f"{Mark.PLAYING} {showing.done}/{showing.total}", palette.accent)
    if showing.failure:
        return (f"{Mark.ERROR} failed", palette.error)
    seconds = f" {showing.result.seconds:.1f}s" if showing.result else ""
    return (f"{Mark.OK}{seconds}", palette.success)
