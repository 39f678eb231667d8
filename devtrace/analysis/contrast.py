"""One set of traces set against another, operation by operation.

Each critical path adds up to how long its trace took, so what operations hold of all
paths of a set, by its traces, adds up to how long they took in the mean; and what is
different between two sets is made up of what is different for each operation.

Source: docs/analysis.md, "Sets".
"""

from collections.abc import Iterable
from enum import Enum, auto
from fractions import Fraction
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from devtrace.analysis.operations import Operation, operation_of
from devtrace.analysis.tally import Sample, Tallies, Tally
from devtrace.analysis.timing import bounds, critical_path, critical_share
from devtrace.analysis.tree import assemble
from devtrace.model.span import Span, StatusCode
from devtrace.model.steps import Steps, finish

_LEAST_PERCENT_OF_MEAN = 1
"""What adds less than this of the longer mean is noise."""
_SAMPLES_AT_ONCE = 250
_NO_CALLS = Tally()


class Measured(NamedTuple):
    """What one trace gives to a set."""

    samples: list[Sample[Operation]]
    """One for each span; its own part is what it holds of the critical path."""
    start_nano: int
    duration_nano: int
    """How long its main root took."""


def measure(spans: Iterable[Span]) -> Measured:
    """Return what a trace of *spans* gives to a set."""
    held = tuple(spans)
    nodes = assemble(held)
    share = dict(critical_share(critical_path(nodes)))
    samples = [
        Sample(
            operation_of(span),
            span.duration_nano,
            span.status_code is StatusCode.ERROR,
            share.get(index, 0),
        )
        for index, node in enumerate(nodes)
        if (span := node.span) is not None
    ]
    return Measured(samples, bounds(held)[0], sum(share.values()))


class TraceSet:
    """Totals of the traces that were put in."""

    def __init__(self) -> None:
        self.tallies: Tallies[Operation] = Tallies()
        """In these, the own time of a call is what it holds of the critical path."""
        self.duration_nano = 0
        """How long all main roots took."""

    def __len__(self) -> int:
        """How many traces were put in."""
        return len(self.tallies)

    def put(self, trace_id: str, measured: Measured) -> None:
        """Count a trace that was not counted before."""
        finish(self.put_steps(trace_id, measured))

    def put_steps(self, trace_id: str, measured: Measured) -> Steps[None]:
        """Do what `put` does, stopping now and then."""
        samples = iter(measured.samples)
        while some := list(islice(samples, _SAMPLES_AT_ONCE)):
            self.tallies.extend(trace_id, some, measured.start_nano)
            yield
        self.duration_nano += measured.duration_nano

    @property
    def mean_nano(self) -> Fraction:
        """How long a trace took in the mean; 0 when there is none."""
        return Fraction(self.duration_nano, len(self) or 1)


class Verdict(Enum):
    """What is different about an operation."""

    SAME = auto()
    ADDED = auto()
    """Only the second set has it."""
    MISSING = auto()
    """Only the first set has it."""
    SLOWER = auto()
    """It holds more of a trace in the second set."""
    FASTER = auto()


class ContrastRow(NamedTuple):
    """One operation in both sets."""

    operation: Operation
    before: Tally
    """Without a call where the set has none."""
    after: Tally
    nano: Fraction
    """What it adds to the difference of the means."""
    verdict: Verdict

    @property
    def p95_delta_nano(self) -> int:
        """How much longer the 95th of a hundred calls takes; 0 where one set has none."""
        if not self.before.count or not self.after.count:
            return 0
        return self.after.quantile(0.95) - self.before.quantile(0.95)

    @property
    def error_delta(self) -> Fraction:
        """How much greater the share of failed calls is, from -1 to 1."""
        return _error_share(self.after) - _error_share(self.before)


class Contrast:
    """Two sets, the second against the first.

    Args:
        before: The first set, complete.
        after: The second one; it may have traces of the first.
    """

    def __init__(self, before: TraceSet, after: TraceSet) -> None:
        self.before = before
        self.after = after

    @property
    def is_told(self) -> bool:
        """Whether both sets have traces, so that there is a difference."""
        return bool(len(self.before) and len(self.after))

    @property
    def delta_nano(self) -> Fraction:
        """How much longer a trace of the second set takes in the mean."""
        return self.after.mean_nano - self.before.mean_nano if self.is_told else Fraction()

    def is_part(self, nano: Fraction) -> bool:
        """Return whether a contribution of *nano* is a part of the difference.

        One that works against it, or is more than all of it, is not.
        """
        return nano * self.delta_nano > 0 and abs(nano) <= abs(self.delta_nano)

    @cached_property
    def rows(self) -> tuple[ContrastRow, ...]:
        """Every operation of both sets, what adds most to the difference in front."""
        operations = {**self.before.tallies.by_key, **self.after.tallies.by_key}
        rows = map(self._row, operations)
        return tuple(sorted(rows, key=lambda row: (-abs(row.nano), row.operation)))

    def _row(self, operation: Operation) -> ContrastRow:
        before = self.before.tallies.by_key.get(operation, _NO_CALLS)
        after = self.after.tallies.by_key.get(operation, _NO_CALLS)
        nano = Fraction()
        if self.is_told:
            nano += Fraction(after.self_nano, len(self.after))
            nano -= Fraction(before.self_nano, len(self.before))
        return ContrastRow(operation, before, after, nano, self._verdict(before, after, nano))

    def _verdict(self, before: Tally, after: Tally, nano: Fraction) -> Verdict:
        if not before.count:
            return Verdict.ADDED
        if not after.count:
            return Verdict.MISSING
        least = max(self.before.mean_nano, self.after.mean_nano) * _LEAST_PERCENT_OF_MEAN
        if 100 * abs(nano) <= least:
            return Verdict.SAME
        return Verdict.SLOWER if nano > 0 else Verdict.FASTER


def _error_share(tally: Tally) -> Fraction:
    return Fraction(tally.errors, tally.count or 1)
