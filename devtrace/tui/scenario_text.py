"""What is to be read of a scenario and of the shop, as lines of display text."""

from collections.abc import Iterator
from typing import NamedTuple

from rich.cells import cell_len
from rich.style import Style

from devtrace.model.time import duration_text
from devtrace.scenarios.expectation import Expectation
from devtrace.scenarios.scenario import Scenario
from devtrace.scenarios.shop import Shop, Status
from devtrace.scenarios.verdict import Verdict
from devtrace.tui.stage import Phase, Showing
from devtrace.tui.text import Piece, display, spread, wrap
from devtrace.tui.theme import Mark, Palette

_MAX_TEXT_LINES = 60
_MAX_STATUSES = 8
_NAME_CELLS = 14
_GO_ON = 2
"""Cells that a line of code is set in where it goes on."""
_MARK_BY_STATUS = {
    Status.READY: Mark.OK,
    Status.STARTING: Mark.ARRIVING,
    Status.EXITED: Mark.ERROR,
    Status.FAILED: Mark.ERROR,
}


class Row(NamedTuple):
    """One line, and where it leads."""

    pieces: list[Piece]
    verdict: Verdict | None = None
    """The verdict that the line is about, if it found anything."""


class Writer:
    """Writes lines of one width in the styles of one theme.

    Args:
        palette: The styles.
        width: Cells of a line, at least 20.
        play_key: What plays a scenario.
    """

    def __init__(self, palette: Palette, width: int, *, play_key: str) -> None:
        self._play_key = play_key
        self._palette = palette
        self._width = width

    # -- a scenario ------------------------------------------------------------------

    def scenario(
        self, scenario: Scenario, showing: Showing | None, *, language: str
    ) -> Iterator[Row]:
        """Yield what *scenario* teaches, how its play went, and the remedy.

        Args:
            scenario: Which.
            showing: Its newest play; None before the first.
            language: What the remedy is to be read in, where it is told in several.
        """
        palette = self._palette
        score = [] if showing is None else self._score(showing)
        yield Row(
            spread([(display(scenario.title, self._width), palette.strong)], score, self._width)
        )
        yield from self._paragraph(scenario.lesson, palette.text)
        if scenario.is_crafted:
            yield from self._paragraph("Its spans are crafted, not recorded.", palette.muted)
        yield from self._heading("Look for")
        yield from self._paragraph(scenario.look_for, palette.text)
        yield Row([])
        yield from self._play(showing)
        yield from self._promises(scenario, showing)
        yield from self._remedy(scenario, language)

    def _score(self, showing: Showing) -> list[Piece]:
        if showing.outcome is None or not showing.outcome.verdicts:
            return []
        verdicts = showing.outcome.verdicts
        kept = sum(each.holds for each in verdicts)
        mark, style = self._mark(is_good=showing.outcome.holds)
        return [(f"{mark} {kept} of {len(verdicts)} expectations", style)]

    def _play(self, showing: Showing | None) -> Iterator[Row]:
        palette = self._palette
        if showing is None:
            yield Row([(f"{self._play_key} plays it.", palette.muted)])
            return
        what = "requests answered" if showing.load is None else f"plays over, {showing.load}"
        counted = f"{showing.done} of {showing.total} {what}"
        if showing.phase is Phase.STOPPED:
            yield Row([(f"stopped  {counted}", palette.warning)])
        elif showing.is_playing:
            yield Row([(f"{Mark.PLAYING} {showing.phase}  {counted}", palette.accent)])
        if showing.failure:
            yield from self._paragraph(f"{Mark.ERROR} {showing.failure}", palette.error)
        if showing.load_result is not None:
            result = showing.load_result
            mark, style = self._mark(is_good=not result.failed)
            done = f"{mark} {counted}, {result.failed} failed, in {result.seconds:.1f} s"
            yield Row([(done, style)])
        elif showing.result is not None and not showing.failure:
            shown = " ".join(map(str, showing.result.statuses[:_MAX_STATUSES]))
            more = " …" if len(showing.result.statuses) > _MAX_STATUSES else ""
            took = duration_text(int(showing.result.seconds * 1e9))
            done = f"{Mark.OK} played in {took}, answered {shown}{more}"
            yield Row([(done, palette.success)])

    def _promises(self, scenario: Scenario, showing: Showing | None) -> Iterator[Row]:
        """Yield each expectation with its verdict, if there is one already."""
        outcome = showing.outcome if showing is not None else None
        verdicts = outcome.verdicts if outcome is not None else ()
        for number, expectation in enumerate(scenario.expectations):
            yield from self._promise(
                expectation, verdicts[number] if number < len(verdicts) else None
            )

    def _promise(self, expectation: Expectation, verdict: Verdict | None) -> Iterator[Row]:
        palette = self._palette
        target = verdict if verdict is not None and verdict.trace_id else None
        if verdict is None:
            mark, style, seen = "·", palette.faint, []
        else:
            mark, style = self._mark(is_good=verdict.holds)
            seen = [(f"  {verdict.seen}", palette.muted if verdict.holds else palette.error)]
            seen += [(f"  {self._play_key}", palette.accent)] if target else []
        seen_cells = sum(cell_len(text) for text, _ in seen)
        is_beside = seen_cells * 2 <= self._width
        room = self._width - 2 - (seen_cells if is_beside else 0)
        first, *rest = wrap(expectation.says, room, max_lines=_MAX_TEXT_LINES)
        left = [(f"{mark} ", style), (first, palette.text)]
        yield Row(spread(left, seen, self._width) if is_beside else left, target)
        for line in rest:
            yield Row([(f"  {line}", palette.text)], target)
        if not is_beside:
            yield Row(
                [(display("".join(text for text, _ in seen), self._width), seen[0][1])], target
            )
        if expectation.query:
            yield Row(
                [(f"  {display(expectation.query, self._width - 2)}", palette.faint)], target
            )

    def _remedy(self, scenario: Scenario, language: str) -> Iterator[Row]:
        if not scenario.remedy:
            return
        shown = language if language in scenario.remedy else next(iter(scenario.remedy))
        palette = self._palette
        heading = [("Remedy in ", palette.accent)]
        for number, name in enumerate(scenario.remedy):
            heading.append((" · " if number else "", palette.faint))
            style = palette.accent if name == shown else palette.faint
            heading.append((name.title(), style))
        if len(scenario.remedy) > 1:
            heading.append(("   m the other", palette.faint))
        yield Row([])
        yield Row(heading)
        for source in (
            scenario.remedy[shown].strip("\n").expandtabs(4).split("\n")[:_MAX_TEXT_LINES]
        ):
            code = source.lstrip(" ")
            indent = min(len(source) - len(code), self._width // 2)
            for number, line in enumerate(
                wrap(code, self._width - indent - _GO_ON, max_lines=_MAX_TEXT_LINES)
            ):
                blanks = " " * (indent + _GO_ON * bool(number))
                yield Row([(blanks + line, palette.muted)])

    # -- the shop --------------------------------------------------------------------

    def shop(self, shop: Shop) -> Iterator[Row]:
        """Yield how the shop is doing, service by service."""
        palette = self._palette
        gone = any(state.status is Status.EXITED for state in shop.services.values())
        can_restart = gone and shop.status is Status.READY
        remedy = (
            [("   R starts what is gone again", palette.faint)]
            if can_restart and self._width > 50
            else []
        )
        yield Row([])
        yield Row([("The shop  ", palette.accent), (str(shop.status), palette.muted), *remedy])
        if shop.status is Status.FAILED and shop.failure:
            yield from self._paragraph(f"{Mark.ERROR} {shop.failure}", palette.error)
        for name, state in shop.services.items():
            style = palette.success if state.status is Status.READY else palette.warning
            if state.status is Status.EXITED:
                style = palette.error
            line = [(f"  {_MARK_BY_STATUS.get(state.status, ' ')} ", style)]
            line.append((f"{display(name, _NAME_CELLS):<{_NAME_CELLS}}", palette.text))
            if state.seconds is not None:
                line.append((f" {state.seconds:.1f} s  {state.address or ''}", palette.muted))
            if state.message:
                room = self._width - _NAME_CELLS - 5
                first, *rest = wrap(state.message, max(room, 10), max_lines=_MAX_TEXT_LINES)
                yield Row([*line, (f" {first}", palette.error)])
                for more in rest:
                    yield Row([(" " * (_NAME_CELLS + 5) + more, palette.error)])
            else:
                yield Row(line)
        if shop.log_dir is not None:
            yield from self._paragraph(f"what they print: {shop.log_dir}", palette.muted)

    def problems(self, problems: tuple[str, ...]) -> Iterator[Row]:
        """Yield what is wrong with scenario files."""
        for problem in problems:
            yield from self._paragraph(f"{Mark.FINDING} {problem}", self._palette.warning)

    # -- parts -----------------------------------------------------------------------

    def _mark(self, *, is_good: bool) -> tuple[str, Style]:
        if is_good:
            return Mark.OK, self._palette.success
        return Mark.ERROR, self._palette.error

    def _heading(self, text: str) -> Iterator[Row]:
        yield Row([])
        yield Row([(text, self._palette.accent)])

    def _paragraph(self, text: str, style: Style) -> Iterator[Row]:
        joined = " ".join(text.split())
        for line in wrap(joined, self._width, max_lines=_MAX_TEXT_LINES):
            yield Row([(line, style)])
