"""What a scenario teaches, what to look for, how its play went, how to mend the fault."""

from dataclasses import dataclass

from textual.message import Message

from devtrace.scenarios.scenario import Scenario
from devtrace.scenarios.verdict import Verdict
from devtrace.tui.scenario_text import Row, Writer
from devtrace.tui.stage import Stage
from devtrace.tui.text import Piece
from devtrace.tui.widgets.lines import Lines

LANGUAGES = ("python", "go")
"""What a remedy may be told in."""


class ScenarioDetail(Lines):
    """Reads one scenario out; it has a cursor while it has the keys.

    Args:
        stage: Where results and the shop's state are found.
        play_key: What plays a scenario, or opens what a verdict is about.
    """

    has_cursor = False

    @dataclass
    class Opened(Message):
        """A verdict was double-clicked."""

        verdict: Verdict

    def __init__(self, stage: Stage, *, play_key: str = "⏎") -> None:
        super().__init__()
        self._play_key = play_key
        self._stage = stage
        self._scenario: Scenario | None = None
        self._rows: list[Row] = []
        self._language = LANGUAGES[0]

    @property
    def verdict(self) -> Verdict | None:
        """What the line under the cursor leads to; None if that is nothing."""
        return self._rows[self.cursor].verdict if self.has_cursor and self._rows else None

    def show(self, scenario: Scenario | None) -> None:
        """Show *scenario* as things stand now."""
        is_same = (scenario and scenario.id) == (self._scenario and self._scenario.id)
        self._scenario = scenario
        rows = self._write(max(20, self.size.width - 2))
        if rows != self._rows:
            self._rows = rows
            self.place(top=self.top if is_same else 0, cursor=self.cursor if is_same else 0)

    def toggle_language(self) -> None:
        """Tell the remedy in the other language."""
        self._language = LANGUAGES[1 - LANGUAGES.index(self._language)]
        self.show(self._scenario)

    def row_count(self) -> int:
        """Return how many lines there are."""
        return len(self._rows)

    def row_pieces(self, index: int, width: int) -> list[Piece]:  # noqa: ARG002  # written to fit
        """Return one line."""
        return self._rows[index].pieces

    def row_activated(self) -> None:
        """Tell of a double click on a verdict."""
        if (verdict := self.verdict) is not None:
            self.post_message(self.Opened(verdict))

    def on_focus(self) -> None:
        """Begin on the first verdict that leads anywhere."""
        self.has_cursor = True
        leads = (index for index, row in enumerate(self._rows) if row.verdict is not None)
        self.place(cursor=next(leads, self.top))
        self.reveal()

    def on_blur(self) -> None:
        """Have no cursor without the keys."""
        self.has_cursor = False
        self.refresh()

    def _write(self, width: int) -> list[Row]:
        stage, scenario = self._stage, self._scenario
        writer = Writer(self.palette, width, play_key=self._play_key)
        rows: list[Row] = []
        if scenario is not None:
            showing = stage.showings.get(scenario.id)
            rows += writer.scenario(scenario, showing, language=self._language)
        else:
            said = (
                "No scenario can be played." if stage.is_loaded else "Reading the scenarios …"
            )
            rows.append(Row([(said, self.palette.muted)]))
        return [*rows, *writer.shop(stage.shop), *writer.problems(stage.catalogue.problems)]
