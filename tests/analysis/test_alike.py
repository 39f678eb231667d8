"""Siblings that do one thing many times are one run; whatever differs is not in it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1 import trace_pb2

from devtrace.analysis.alike import LEAST_ALIKE, AlikeRun, alike_runs
from devtrace.analysis.tree import assemble
from tests.builders import MILLISECOND, T0, a_span, a_trace

ERROR = 2


def runs(*spans: trace_pb2.Span | tuple[str, trace_pb2.Span]) -> tuple[AlikeRun, ...]:
    """Return the runs of a trace of *spans*."""
    return alike_runs(assemble(a_trace(*spans).spans))


def calls(
    count: int, *, name: str = "SELECT", parent: str = "root", first: int = 0
) -> list[trace_pb2.Span]:
    """Return *count* siblings, a millisecond each, two apart."""
    return [
        a_span(f"{name}{first + number}", parent=parent, name=name,
               start_ms=2 * (first + number), duration_ms=1)
        for number in range(count)
    ]  # fmt: skip


def test_a_loop_of_calls_is_one_run() -> None:
    """With what they took together, the longest, and from when to when."""
    longest = a_span("x", parent="root", name="SELECT", start_ms=20, duration_ms=7)

    (run,) = runs(a_span("root"), *calls(4), longest)

    assert run == AlikeRun(
        nodes=(1, 2, 3, 4, 5),
        total_nano=11 * MILLISECOND,
        max_nano=7 * MILLISECOND,
        start_time_unix_nano=T0,
        end_time_unix_nano=T0 + 27 * MILLISECOND,
        error_count=0,
        span_count=5,
    )


def test_few_are_read_one_by_one() -> None:
    """One less than a run is none."""
    assert runs(a_span("root"), *calls(LEAST_ALIKE - 1)) == ()
    assert alike_runs(()) == ()


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"name": "INSERT"}, id="name"),
        pytest.param({"kind": 3}, id="kind"),
        pytest.param({"status": ERROR}, id="status"),
        pytest.param({"parent": "other"}, id="parent"),
    ],
)
def test_what_differs_is_not_alike(other: dict[str, Any]) -> None:
    """An error in a loop stays a row of its own."""
    odd = a_span(**{"span": "odd", "parent": "root", "name": "SELECT", "start_ms": 3} | other)

    (run,) = runs(a_span("root"), a_span("other", start_ms=50), odd, *calls(4))

    assert len(run.nodes) == 4


def test_services_are_told_apart() -> None:
    """Two of each are no run of four."""
    four = calls(4)

    assert (
        runs(a_span("root"), *(("ab"[number % 2], call) for number, call in enumerate(four)))
        == ()
    )


def test_others_may_stand_between() -> None:
    """Two calls in turn are two runs, in the order in which they begin."""
    turns = [*calls(4, name="A"), *calls(4, name="B", first=0)]

    first, second = runs(a_span("root"), *turns)

    assert (len(first.nodes), len(second.nodes)) == (4, 4)
    assert first.nodes[0] < second.nodes[0] < first.nodes[1]


def test_errors_below_are_counted() -> None:
    """A run that hides a failure says so."""
    below = a_span("below", parent="SELECT2", status=ERROR)

    (run,) = runs(a_span("root"), *calls(4), below)

    assert (run.error_count, run.span_count) == (1, 5)


def test_roots_and_spans_with_one_id_are_no_run() -> None:
    """They are looked at one by one."""
    assert runs(*(a_span(f"r{number}", name="r") for number in range(6))) == ()
    same = [a_span("same", parent="root", name="x", start_ms=number) for number in range(6)]
    assert runs(a_span("root"), *same) == ()


@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ab"), st.booleans()), max_size=40)
)
def test_no_row_is_in_two_runs_and_all_in_one_look_alike(
    shape: list[tuple[int, str, bool]],
) -> None:
    """Whatever the tree."""
    spans = [a_span("s0", name="a")] + [
        a_span(f"s{number + 1}", parent=f"s{min(parent, number)}", name=name,
               start_ms=number, status=ERROR * failed)
        for number, (parent, name, failed) in enumerate(shape)
    ]  # fmt: skip
    nodes = assemble(a_trace(*spans).spans)
    found = alike_runs(nodes)

    rows = [row for run in found for row in run.nodes]
    assert len(set(rows)) == len(rows)
    for run in found:
        members = [nodes[row] for row in run.nodes]
        assert (
            len({(n.parent, n.span.name, n.span.status_code) for n in members if n.span}) == 1
        )
        assert len(members) >= LEAST_ALIKE
