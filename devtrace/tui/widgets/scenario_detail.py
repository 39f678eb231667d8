"""What a scenario teaches, what to look for, how its play went, how to mend the fault."""

from collections.abc import Iterator

from rich.style import Style

from devtrace.scenarios.scenario import Scenario
from devtrace.scenarios.shop import Status
from devtrace.tui.stage import Stage
from devtrace.tui.text import Piece, display, wrap
from devtrace.tui.theme import Mark
from devtrace.tui.widgets.lines import Lines

Line = list[Piece]

_MAX_TEXT_LINES = 40
_MARK_BY_STATUS = {
    Status.READY: Mark.OK,
    Status.STARTING: Mark.ARRIVING,
    Status.EXITED: Mark.ERROR,
    Status.FAILED: Mark.ERROR,
}


class ScenarioDetail(Lines):
    """Reads one scenario out; it scrolls but has no cursor.

    Args:
        stage: Where results and the shop's state are found.
    """

    has_cursor = False

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage = stage
        self._scenario: Scenario | None = None
        self._lines: list[Line] = []

    def show(self, scenario: Scenario | None) -> None:
        """Show *scenario* as things stand now."""
        is_same = scenario is self._scenario
        self._scenario = scenario
        lines = list(self._write(max(20, self.size.width - 2)))
        if lines != self._lines:
            self._lines = lines
            self.place(top=self.top if is_same else 0)

    def row_count(self) -> int:
        """Return how many lines there are."""
        return len(self._lines)

    def row_pieces(self, index: int, width: int) -> list[Piece]:  # noqa: ARG002  # written to fit
        """Return one line."""
        return self._lines[index]

    def _write(self, width: int) -> Iterator[Line]:
        palette, scenario = self.palette, self._scenario
        if scenario is None:
            yield [("No scenario can be played.", palette.muted)]
        else:
            yield [(display(scenario.title, width), palette.strong)]
            yield from self._paragraph(scenario.lesson, width, palette.text)
            yield []
            yield [("Look for", palette.accent)]
            yield from self._paragraph(scenario.look_for, width, palette.text)
            yield from self._result(scenario, width)
            for language, code in scenario.remedy.items():
                yield []
                yield [(f"Remedy in {language.title()}", palette.accent)]
                for line in wrap(code.strip("\n"), width, max_lines=_MAX_TEXT_LINES):
                    yield [(line, palette.muted)]
        yield from self._shop(width)

    def _result(self, scenario: Scenario, width: int) -> Iterator[Line]:
        palette = self.palette
        showing = self._stage.showings.get(scenario.id)
        yield []
        if showing is None:
            yield [("Enter plays it.", palette.muted)]
        elif showing.is_playing:
            state = "opening the shop" if self._stage.shop.gateway is None else "playing"
            done = (
                f"{Mark.PLAYING} {state}  {showing.done} of {showing.total} requests answered"
            )
            yield [(done, palette.accent)]
        elif showing.failure:
            yield from self._paragraph(f"{Mark.ERROR} {showing.failure}", width, palette.error)
        elif showing.result is not None:
            statuses = " ".join(str(status) for status in showing.result.statuses[:8])
            done = f"{Mark.OK} played in {showing.result.seconds:.2f} s, answered {statuses}"
            yield [(done, palette.success), ("   o opens its trace", palette.muted)]

    def _shop(self, width: int) -> Iterator[Line]:
        """Say how the shop is doing."""
        palette, shop = self.palette, self._stage.shop
        yield []
        yield [("The shop  ", palette.accent), (str(shop.status), palette.muted)]
        if shop.failure:
            yield from self._paragraph(f"{Mark.ERROR} {shop.failure}", width, palette.error)
        for name, state in shop.services.items():
            style = palette.success if state.status is Status.READY else palette.warning
            line = [(f"  {_MARK_BY_STATUS.get(state.status, ' ')} ", style)]
            line.append((f"{display(name, 16):<16}", palette.text))
            if state.seconds is not None:
                line.append((f"{state.seconds:.1f} s  {state.address or ''}", palette.muted))
            if state.message:
                line.append((display(f"  {state.message}", width - 20), palette.error))
            yield line
        if shop.log_dir is not None:
            yield from self._paragraph(f"what they print: {shop.log_dir}", width, palette.muted)
        for problem in self._stage.problems:
            yield from self._paragraph(f"{Mark.FINDING} {problem}", width, palette.warning)

    @staticmethod
    def _paragraph(text: str, width: int, style: Style) -> Iterator[Line]:
        joined = " ".join(text.split())
        for line in wrap(joined, width, max_lines=_MAX_TEXT_LINES):
            yield [(line, style)]
