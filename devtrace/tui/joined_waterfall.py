"""Several traces that are tied by links, ready to be drawn as one.

They share tree and time axis.  Self times and critical path stay what each trace has by
itself: nobody waits for the other side of a link.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from devtrace.analysis.alike import AlikeRun
from devtrace.analysis.joined import Host, join
from devtrace.analysis.summary import TraceSummary
from devtrace.analysis.timing import CriticalSegment
from devtrace.model.span import Span
from devtrace.model.steps import Steps
from devtrace.model.time import duration_text
from devtrace.tui.waterfall import Waterfall


class Part(NamedTuple):
    """One of the traces."""

    waterfall: Waterfall
    host: tuple[int, str] | None
    """Which part it hangs under, and there under which span; None for the topmost."""


class JoinedWaterfall(Waterfall):
    """A trace together with those that it is linked with.

    Args:
        parts: The topmost trace first, each after the one it hangs under.
        own: Which of them was opened.
        left_out: How many more are tied to them that are not shown.
    """

    def __init__(self, parts: Sequence[Part], own: int, *, left_out: int = 0) -> None:
        self.left_out = left_out
        self.parts = parts
        self._own_part = own
        self.own = parts[own].waterfall
        """The trace that was opened, by itself."""
        hosts = [part.host and self._row(*part.host) for part in parts]
        joined = join([part.waterfall.nodes for part in parts], hosts)
        self._origins = joined.origins
        spans = (span for part in parts for span in part.waterfall.trace.spans)
        super().__init__(replace(self.own.trace, spans=tuple(spans)), joined.nodes)
        self.heads = {
            index: self._head_text(index)
            for index, origin in enumerate(self._origins)
            if hosts[origin.part] is not None and self._is_top(origin)
        }

    def _row(self, part: int, span_id: str) -> Host:
        return Host(part, self.parts[part].waterfall.index_by_key[span_id])

    def _is_top(self, origin: Host) -> bool:
        return self.parts[origin.part].waterfall.nodes[origin.row].parent < 0

    def _head_text(self, index: int) -> tuple[str, ...]:
        """Say, in full and shorter, how long after what it is linked with a trace began."""
        node = self.nodes[index]
        below, above = _first_span(self, index), self.nodes[node.parent].span
        if below is None or above is None or not above.has_end:
            return ("linked", "")
        later = below.start_time_unix_nano - above.end_time_unix_nano
        if later < 0:
            return ("linked", "")
        return (f"linked, {duration_text(later)} later", f"+{duration_text(later)}", "")

    def adjusted_steps(self) -> Steps[Waterfall]:
        """Work out the same traces with the clocks of their hosts set, each by itself."""
        parts = []
        for part in self.parts:
            moved = yield from part.waterfall.adjusted_steps()
            parts.append(part._replace(waterfall=moved))
        yield
        if all(
            new.waterfall is old.waterfall for new, old in zip(parts, self.parts, strict=True)
        ):
            return self
        return JoinedWaterfall(parts, self._own_part, left_out=self.left_out)

    @cached_property
    def summary(self) -> TraceSummary:
        """The facts of the trace that was opened."""
        return self.own.summary

    @cached_property
    def run_of(self) -> dict[int, AlikeRun]:
        """The run of look-alikes that a row is part of; where traces hang, rows stay apart."""
        hosts = {self.nodes[head].parent for head in self.heads}
        runs = super().run_of.items()
        return {row: run for row, run in runs if hosts.isdisjoint(run.nodes)}

    @cached_property
    def self_times_nano(self) -> list[int]:
        """How long each row's span ran itself, by what its own trace tells."""
        return [self.parts[part].waterfall.self_times_nano[row] for part, row in self._origins]

    def self_intervals(self, index: int) -> tuple[tuple[int, int], ...]:
        """Return the pieces of a span's interval in which no child of its trace was running."""
        part, row = self._origins[index]
        return self.parts[part].waterfall.self_intervals(row)

    @cached_property
    def critical_path(self) -> tuple[CriticalSegment, ...]:
        """That of the trace that was opened."""
        index_of = {
            row: index
            for index, (part, row) in enumerate(self._origins)
            if part == self._own_part
        }
        path = self.own.critical_path
        return tuple(segment._replace(index=index_of[segment.index]) for segment in path)

    @property
    def whole_of_shares_nano(self) -> int:
        """What shares of the critical path are shares of: the trace that was opened."""
        return self.own.duration_nano

    def is_hop(self, index: int) -> bool:
        """Return whether row *index* is in another process, or trace, than the row above it."""
        return index in self.heads or super().is_hop(index)


def _first_span(waterfall: Waterfall, index: int) -> Span | None:
    """Return the span of row *index*; of a placeholder, the one below it."""
    node = waterfall.nodes[index]
    return node.span or (waterfall.nodes[index + 1].span if node.child_count else None)
