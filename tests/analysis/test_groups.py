"""Groups count every span once, and their figures are those of their spans."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.analysis.groups import (
    NO_VALUE,
    Group,
    Grouping,
    GroupKey,
    by_attribute,
    by_kind,
    by_operation,
    by_service,
    quantile,
)
from devtrace.analysis.timing import self_times_nano
from devtrace.analysis.tree import assemble
from devtrace.model.steps import finish
from devtrace.model.trace import Trace
from tests.builders import MILLISECOND, a_span, a_trace


def a_shop() -> Trace:
    """Return a list of four orders, one of which could not be read."""
    reads = [
        ("db", a_span(f"r{n}", parent="root", name="SELECT", kind=3, start_ms=10 * n, duration_ms=n + 1,
                      status=2 * (n == 3), attributes={"shard": n % 2} if n else {}))
        for n in range(4)
    ]  # fmt: skip
    return a_trace(("web", a_span("root", name="GET /", kind=2, duration_ms=100)), *reads)


def grouped(trace: Trace, key: GroupKey) -> dict[str, Group]:
    """Return the groups of a trace by key."""
    nodes = assemble(trace.spans)
    grouping = Grouping(nodes, self_times_nano(nodes), key)
    grouping.work(len(nodes))
    return {group.key: group for group in finish(grouping.groups())}


def test_the_figures_are_those_of_the_spans() -> None:
    """Count, sums, nearest ranks, errors."""
    select = grouped(a_shop(), by_operation)["db SELECT"]

    assert select == Group(
        "db SELECT",
        nodes=(1, 2, 3, 4),
        total_nano=10 * MILLISECOND,
        self_nano=10 * MILLISECOND,
        p50_nano=2 * MILLISECOND,
        p95_nano=4 * MILLISECOND,
        max_nano=4 * MILLISECOND,
        error_count=1,
    )


@pytest.mark.parametrize(
    ("key", "keys"),
    [
        (by_service, {"web": 1, "db": 4}),
        (by_kind, {"server": 1, "client": 4}),
        (by_attribute("shard"), {NO_VALUE: 2, "1": 2, "0": 1}),
        (by_attribute("service.name"), {"web": 1, "db": 4}),
        (by_attribute("nowhere"), {NO_VALUE: 5}),
    ],
)
def test_what_spans_are_grouped_by(key: GroupKey, keys: dict[str, int]) -> None:
    """An attribute is looked for in the span, then in its resource."""
    groups = grouped(a_shop(), key)

    assert {key: len(group.nodes) for key, group in groups.items()} == keys


def test_it_is_done_piece_by_piece() -> None:
    """What was read is grouped already; placeholders are in no group."""
    trace = a_trace(*(a_span(str(n), parent="lost") for n in range(5)))
    nodes = assemble(trace.spans)
    grouping = Grouping(nodes, self_times_nano(nodes), by_service)

    counts = []
    while not grouping.is_done:
        grouping.work(2)
        counts.append(sum(len(group.nodes) for group in finish(grouping.groups())))

    assert counts == [1, 3, 5]
    assert grouping.read == 6


def test_very_many_groups_are_worked_out_piece_by_piece() -> None:
    """As many as there are spans, at worst."""
    trace = a_trace(*(a_span(f"s{n}", parent="lost") for n in range(3_000)))
    nodes = assemble(trace.spans)
    grouping = Grouping(nodes, self_times_nano(nodes), by_operation)
    grouping.work(len(nodes))

    assert sum(1 for _ in grouping.groups()) >= 3_000 // 500


@given(st.lists(st.integers(0, 9), min_size=1), st.integers(1, 100))
def test_a_quantile_is_one_of_the_values(values: list[int], percent: int) -> None:
    """At least so many are not above it, and no smaller value can say that."""
    ordered = sorted(values)
    found = quantile(ordered, percent)

    def share(limit: int) -> bool:
        return 100 * sum(value <= limit for value in values) >= percent * len(values)

    assert found in values
    assert share(found)
    assert not any(share(value) for value in values if value < found)
