"""What is different between two traces, and which spans made one of them take longer.

All times are integers in nanoseconds; a difference is the second minus the first.

Source: docs/analysis.md, "Difference".
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Flag
from functools import cached_property
from typing import NamedTuple

from devtrace.analysis.alignment import AlignedRow, align
from devtrace.analysis.error import span_exception
from devtrace.analysis.timing import critical_path, critical_share, self_times_nano
from devtrace.analysis.tree import TreeNode, main_root
from devtrace.model.attributes import value_text
from devtrace.model.span import Span, SpanKind
from devtrace.otlp.values import Value

_LEAST_PERCENT_OF_SPAN = 10
_LEAST_PERCENT_OF_TRACE = 1
"""A span is slower or faster when its time differs by both; less is noise."""


class Change(Flag):
    """What is different about one row."""

    NONE = 0
    ADDED = 1
    """Only the second trace has it."""
    MISSING = 2
    """Only the first trace has it."""
    SLOWER = 4
    FASTER = 8
    STATUS = 16
    """Its status code is another."""


class Contribution(NamedTuple):
    """What one operation added to the difference of the durations."""

    service_name: str
    name: str
    kind: SpanKind
    nano: int
    """Its share of the second critical path minus that of the first; never 0."""
    rows: tuple[int, ...]
    """The aligned rows that make it up, in order."""


class AttributeChange(NamedTuple):
    """A fact about a span that is another in the second trace."""

    key: str
    before: str | None
    """None when only the second has it."""
    after: str | None
    """None when only the first has it."""


@dataclass(frozen=True)
class TraceDiff:
    """Two traces laid over each other; computes what is asked for, once.

    Args:
        before: The rows that `assemble` returned for the first trace.
        after: The same for the second.
    """

    before: Sequence[TreeNode]
    after: Sequence[TreeNode]

    @cached_property
    def rows(self) -> tuple[AlignedRow, ...]:
        """Every row of both traces, exactly once."""
        return align(self.before, self.after)

    def spans(self, index: int) -> tuple[Span | None, Span | None]:
        """Return the spans of aligned row *index*, None where a trace has none."""
        row = self.rows[index]
        return (
            None if row.before is None else self.before[row.before].span,
            None if row.after is None else self.after[row.after].span,
        )

    @cached_property
    def durations_nano(self) -> tuple[int, int]:
        """How long the main root of each trace took."""
        return _duration(self.before), _duration(self.after)

    @property
    def delta_nano(self) -> int:
        """How much longer the second took; negative when it took less."""
        return self.durations_nano[1] - self.durations_nano[0]

    def is_part(self, nano: int) -> bool:
        """Return whether a contribution of *nano* is a part of the difference.

        One that works against it, or is more than all of it, is not.
        """
        return nano * self.delta_nano > 0 and abs(nano) <= abs(self.delta_nano)

    @cached_property
    def self_times_nano(self) -> tuple[list[int], list[int]]:
        """The self time of each row of the first trace, and of the second."""
        return self_times_nano(self.before), self_times_nano(self.after)

    def self_delta_nano(self, index: int) -> int:
        """Return how much longer aligned row *index* worked itself."""
        row, (before, after) = self.rows[index], self.self_times_nano
        return (0 if row.after is None else after[row.after]) - (
            0 if row.before is None else before[row.before]
        )

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What is different about each aligned row; nothing about placeholders."""
        least = _LEAST_PERCENT_OF_TRACE * max(self.durations_nano)
        return tuple(_change(*self.spans(index), least) for index in range(len(self.rows)))

    @cached_property
    def counts(self) -> Mapping[Change, int]:
        """How many spans each single `Change` is true of."""
        counted: Counter[Change] = Counter()
        for changes, count in Counter(self.changes).items():
            for change in changes:
                counted[change] += count
        return counted

    @cached_property
    def contributions(self) -> tuple[Contribution, ...]:
        """Which operations make up the difference of the durations, the largest first.

        They add up to `delta_nano`: each critical path adds up to its duration, so what
        an operation holds of one and of the other explains all of it.

        Source:
            docs/analysis.md, "Difference".
        """
        before = dict(critical_share(critical_path(self.before)))
        after = dict(critical_share(critical_path(self.after)))
        found: dict[tuple[str, str, SpanKind], tuple[int, list[int]]] = {}
        for index, row in enumerate(self.rows):
            for nodes, at, share, sign in (
                (self.before, row.before, before, -1),
                (self.after, row.after, after, 1),
            ):
                span = None if at is None else nodes[at].span
                if at is None or span is None or at not in share:
                    continue
                key = (span.service_name, span.name, span.kind)
                nano, rows = found.get(key, (0, []))
                if not rows or rows[-1] != index:
                    rows.append(index)
                found[key] = nano + sign * share[at], rows
        contributions = (
            Contribution(*key, nano, tuple(rows)) for key, (nano, rows) in found.items() if nano
        )
        return tuple(sorted(contributions, key=lambda each: (-abs(each.nano), each.rows)))


def _duration(nodes: Sequence[TreeNode]) -> int:
    root = main_root(nodes)
    span = None if root is None else nodes[root].span
    return 0 if span is None else span.duration_nano


def _change(before: Span | None, after: Span | None, least_nano: int) -> Change:
    if before is None or after is None:
        if before is after:
            return Change.NONE
        return Change.ADDED if before is None else Change.MISSING
    change = Change.NONE
    first, second = before.duration_nano, after.duration_nano
    by = 100 * abs(second - first)
    if by > _LEAST_PERCENT_OF_SPAN * max(first, second) and by > least_nano:
        change = Change.SLOWER if second > first else Change.FASTER
    if before.status_code != after.status_code:
        change |= Change.STATUS
    return change


def attribute_changes(before: Span, after: Span) -> tuple[AttributeChange, ...]:
    """Return what else is different about two spans that belong together.

    Decodes both spans.  Values are compared with their type: `1` is not `"1"`.

    Returns:
        Name, status message and exception first, then attributes of the span and of its resource
        (`resource.` before the key), each in order of the key.
    """
    said = (
        ("name", before.name, after.name),
        ("status message", before.status_message, after.status_message),
        ("exception", span_exception(before), span_exception(after)),
    )
    changes = [AttributeChange(key, a or None, b or None) for key, a, b in said if a != b]
    changes += _changed("", before.attributes, after.attributes)
    if before.resource.payload != after.resource.payload:
        resources = before.resource.attributes, after.resource.attributes
        changes += _changed("resource.", *resources)
    return tuple(changes)


def _changed(
    prefix: str, before: Mapping[str, Value], after: Mapping[str, Value]
) -> Iterator[AttributeChange]:
    for key in sorted(_keys(before, after)):
        texts = [value_text(of[key]) if key in of else None for of in (before, after)]
        if texts[0] != texts[1]:
            yield AttributeChange(prefix + key, *texts)


def _keys(*mappings: Iterable[str]) -> set[str]:
    return set().union(*mappings)
