"""What is different about one span of two traces, as lines."""

from collections.abc import Iterator

from devtrace.analysis.diff import AttributeChange, TraceDiff, attribute_changes
from devtrace.analysis.title import span_label
from devtrace.model.attributes import value_text
from devtrace.model.span import Span
from devtrace.model.time import duration_text, offset_text, percent_text
from devtrace.tui.diff_row import CHANGE_MARKS, change_style
from devtrace.tui.sheet import MAX_PARTS, Line, Sheet
from devtrace.tui.text import display
from devtrace.tui.theme import Mark, Palette, ServiceHues


class DiffText:
    """Writes the detail beside the merged tree.

    Args:
        diff: The two traces.
        palette: The styles of the current theme.
        hues: The hue of each service.
        width: Cells of a line.
    """

    def __init__(
        self, diff: TraceDiff, *, palette: Palette, hues: ServiceHues, width: int
    ) -> None:
        self._diff = diff
        self._palette = palette
        self._hues = hues
        self._width = max(20, width)
        self._sheet = Sheet(palette, self._width)

    def lines(self, index: int) -> list[Line]:
        """Return all that is different about aligned row *index*."""
        return list(self._lines(index))

    def _lines(self, index: int) -> Iterator[Line]:
        before, after = self._diff.spans(index)
        span = after or before
        if span is None:
            yield from self._sheet.paragraph(
                "A parent that was not received.", self._palette.muted
            )
            return
        hue = self._palette.service(self._hues[span.service_name])
        service = display(span.service_name, self._width - 2)
        yield [(f"{Mark.SERVICE} ", hue), (service, hue)]
        yield from self._sheet.paragraph(span_label(span), self._palette.strong)
        yield from self._changes(index)
        yield []
        yield from self._sheet.pairs(self._facts(index, before, after), indent=0)
        yield from self._contribution(index)
        if before is None or after is None:
            texts = {key: value_text(value) for key, value in span.attributes.items()}
            yield from self._sheet.section("Attributes", len(texts), 0)
            yield from self._sheet.pairs(texts)
        else:
            yield from self._attributes(attribute_changes(before, after))

    def _changes(self, index: int) -> Iterator[Line]:
        for change, mark, word in CHANGE_MARKS:
            if change in self._diff.changes[index]:
                yield [(f"{mark} {word}", change_style(change, self._palette))]

    def _facts(self, index: int, before: Span | None, after: Span | None) -> dict[str, str]:
        row, (self_before, self_after) = self._diff.rows[index], self._diff.self_times_nano
        totals = [span.duration_nano if span else None for span in (before, after)]
        selves = [
            None if at is None else times[at]
            for at, times in ((row.before, self_before), (row.after, self_after))
        ]
        kinds = [span.kind.name.lower() if span else None for span in (before, after)]
        statuses = [span.status_code.name if span else None for span in (before, after)]
        return {
            "total": _times(*totals),
            "self": _times(*selves),
            "kind": _either(*kinds),
            "status": _either(*statuses),
        }

    def _contribution(self, index: int) -> Iterator[Line]:
        """Say what the row's operation has to do with the difference of the durations."""
        for each in self._diff.contributions:
            if index in each.rows:
                yield []
                times = f" by ×{len(each.rows)}" if len(each.rows) > 1 else ""
                yield from self._sheet.paragraph(
                    f"{contribution_text(self._diff, each.nano)}{times}", self._palette.critical
                )

    def _attributes(self, changes: tuple[AttributeChange, ...]) -> Iterator[Line]:
        yield from self._sheet.section("Different", len(changes), 0)
        if not changes:
            yield []
            yield [("every attribute is the same", self._palette.muted)]
        for change in changes[:MAX_PARTS]:
            yield from self._sheet.paragraph(change.key, self._palette.muted, indent=2)
            for side, text in (("A", change.before), ("B", change.after)):
                shown = "not there" if text is None else text
                yield from self._sheet.pairs({side: shown}, indent=4)
        if len(changes) > MAX_PARTS:
            yield [(f"  ⋯ {len(changes) - MAX_PARTS} more", self._palette.warning)]


def contribution_text(diff: TraceDiff, nano: int) -> str:
    """Return what part of the difference of two durations *nano* is.

    One that works against the difference, or is more than all of it, has no percentage.
    """
    if not diff.is_part(nano):
        return offset_text(nano)
    share = percent_text(abs(nano), abs(diff.delta_nano))
    return f"{offset_text(nano)}, {share} of the difference"


def _times(before: int | None, after: int | None) -> str:
    if before is None or after is None:
        return duration_text((before or 0) + (after or 0))
    if before == after:
        return duration_text(after)
    texts = f"{duration_text(before)} → {duration_text(after)}"
    return f"{texts}  {offset_text(after - before)}"


def _either(before: str | None, after: str | None) -> str:
    if before is None or after is None or before == after:
        return before or after or ""
    return f"{before} → {after}"
