"""The spans of a trace by what they have in common: how many, how long, how many failed.

Source: docs/analysis.md, "Groups".
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from devtrace.analysis.tree import TreeNode
from devtrace.model.attributes import value_text
from devtrace.model.span import Span, StatusCode
from devtrace.model.steps import Steps

NO_VALUE = "(none)"
"""What spans without the attribute are grouped under."""

GroupKey = Callable[[Span], str]
_ROWS_AT_ONCE = 500
"""Rows whose figures are worked out between two places where the work may be left."""


class Group(NamedTuple):
    """Spans with one key."""

    key: str
    nodes: tuple[int, ...]
    """Their rows, in order."""
    total_nano: int
    self_nano: int
    p50_nano: int
    p95_nano: int
    max_nano: int
    error_count: int


class Grouping:
    """Groups the spans of a trace, a piece at a time, so that no key waits for it.

    Args:
        nodes: The rows that `assemble` returned.
        self_times: Nanoseconds, parallel to *nodes*.
        key: What a span is grouped by.
    """

    def __init__(
        self, nodes: Sequence[TreeNode], self_times: Sequence[int], key: GroupKey
    ) -> None:
        self._nodes = nodes
        self._self_times = self_times
        self._key = key
        self._rows: dict[str, list[int]] = {}
        self.read = 0
        """How many rows were read."""

    @property
    def is_done(self) -> bool:
        """Whether every row was read."""
        return self.read >= len(self._nodes)

    def work(self, max_rows: int) -> None:
        """Read at most *max_rows* rows more."""
        end = min(len(self._nodes), self.read + max_rows)
        for index in range(self.read, end):
            span = self._nodes[index].span
            if span is not None:
                self._rows.setdefault(self._key(span), []).append(index)
        self.read = end

    def groups(self) -> Steps[list[Group]]:
        """Work out the groups of what was read, by their keys."""
        groups: list[Group] = []
        rows_since = 0
        for key in sorted(self._rows):
            rows = self._rows[key]
            rows_since += len(rows)
            if rows_since >= _ROWS_AT_ONCE:
                rows_since = 0
                yield
            groups.append(self._group(key, rows))
        return groups

    def _group(self, key: str, rows: Sequence[int]) -> Group:
        spans = [span for row in rows if (span := self._nodes[row].span) is not None]
        durations = sorted(span.duration_nano for span in spans)
        return Group(
            key,
            tuple(rows),
            sum(durations),
            sum(self._self_times[row] for row in rows),
            quantile(durations, 50),
            quantile(durations, 95),
            durations[-1],
            sum(span.status_code is StatusCode.ERROR for span in spans),
        )


def quantile(ordered: Sequence[int], percent: int) -> int:
    """Return the smallest value that *percent* of all are not above (the nearest rank).

    Args:
        ordered: At least one value, the smallest first.
        percent: From 1 to 100.
    """
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def by_service(span: Span) -> str:
    """Group by the service's name."""
    return span.service_name


def by_operation(span: Span) -> str:
    """Group by service and name."""
    return f"{span.service_name} {span.name}"


def by_kind(span: Span) -> str:
    """Group by the kind of the span."""
    return span.kind.name.lower()


def by_attribute(name: str) -> GroupKey:
    """Return what groups by an attribute of the span, else of its resource."""
    raw = name.encode("utf-8", "replace")

    def key(span: Span) -> str:
        value = span.attributes_among((raw,)).get(name) if raw in span.payload else None
        if value is None:
            value = span.resource.attributes.get(name)
        return NO_VALUE if value is None else value_text(value)

    return key
