"""The catalogue of scenarios, by group, each with how its newest play went."""

from dataclasses import dataclass

from rich.cells import cell_len
from textual.message import Message

from devtrace.model.time import duration_text
from devtrace.scenarios.scenario import Scenario
from devtrace.tui.stage import Phase, Showing, Stage
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
        self._listed: tuple[Scenario, ...] = ()
        self._rows: list[str | Scenario] = []

    def on_mount(self) -> None:
        """Begin on the first scenario."""
        self.take_changes()

    @property
    def selected(self) -> Scenario | None:
        """The scenario under the cursor; None when there is none at all."""
        row = self._rows[self.cursor] if self._rows else None
        return row if isinstance(row, Scenario) else None

    def take_changes(self) -> None:
        """List what the stage has now; the cursor stays on its scenario."""
        scenarios = self._stage.scenarios
        if scenarios is not self._listed:
            before = self.selected
            self._listed = scenarios
            self._rows = []
            for group in dict.fromkeys(each.group for each in scenarios):
                self._rows += [group, *(each for each in scenarios if each.group == group)]
            if before is None or not self.select(before.id):
                self.place(cursor=1)
        self.refresh()

    def select(self, scenario_id: str) -> bool:
        """Put the cursor on a scenario; tell whether it is listed."""
        for index, row in enumerate(self._rows):
            if isinstance(row, Scenario) and row.id == scenario_id:
                self.place(cursor=index)
                self.reveal()
                return True
        return False

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
        text, style = _state(self._stage.showings.get(row.id), palette)
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
    if showing.phase is Phase.STOPPED:
        return ("stopped", palette.warning)
    if failed := _failed(showing):
        return (f"{Mark.ERROR} {failed}", palette.error)
    if showing.is_playing:
        is_settling = showing.phase is Phase.SETTLING
        done = Mark.ARRIVING if is_settling else f"{showing.done}/{showing.total}"
        return (f"{Mark.PLAYING} {done}", palette.accent)
    if showing.load_result is not None:
        return (f"{Mark.OK} ×{showing.total}", palette.success)
    took = duration_text(int(showing.result.seconds * 1e9)) if showing.result else ""
    return (f"{Mark.OK} {took}".rstrip(), palette.success)


def _failed(showing: Showing) -> str:
    """Say in a word or two how much has not gone as it should; nothing if all has."""
    if showing.load_result is not None and showing.load_result.failed:
        return f"{showing.load_result.failed} of {showing.total}"
    if showing.failure:
        return "failed"
    verdicts = showing.outcome.verdicts if showing.outcome else ()
    missed = sum(not each.holds for each in verdicts)
    return f"{missed} of {len(verdicts)}" if missed else ""
