"""What one trace tells of its operations."""

from devtrace.analysis.operations import (
    Operation,
    operation_samples,
    spans_of_operation,
    telling_span,
)
from devtrace.analysis.tally import Sample
from devtrace.analysis.tree import assemble
from devtrace.model.span import SpanKind
from tests.builders import MILLISECOND, a_span, a_trace


def test_each_span_is_one_call_with_its_own_time() -> None:
    """Self time is what its children leave of it."""
    trace = a_trace(
        ("web", a_span("root", kind=2, duration_ms=10)),
        ("db", a_span("child", parent="root", kind=3, start_ms=2, duration_ms=3, status=2)),
    )

    assert operation_samples(assemble(trace.spans)) == [
        Sample(
            Operation("web", "root", SpanKind.SERVER), 10 * MILLISECOND, False, 7 * MILLISECOND
        ),
        Sample(
            Operation("db", "child", SpanKind.CLIENT), 3 * MILLISECOND, True, 3 * MILLISECOND
        ),
    ]


def test_a_missing_parent_is_no_call() -> None:
    """Nobody knows its name."""
    trace = a_trace(a_span("orphan", parent="gone"))

    (sample,) = operation_samples(assemble(trace.spans))

    assert sample.key.name == "orphan"


def test_a_failed_span_tells_more_than_a_longer_one() -> None:
    """Of several that failed, the longest."""
    trace = a_trace(
        a_span("long", duration_ms=90),
        a_span("failed", duration_ms=5, status=2),
        a_span("failed longer", duration_ms=6, status=2),
    )

    assert telling_span(trace.spans).name == "failed longer"


def test_the_spans_of_an_operation_are_found() -> None:
    """Service, name and kind decide, all three."""
    trace = a_trace(
        ("web", a_span("one", name="get")),
        ("web", a_span("two", name="get", kind=3)),
        ("db", a_span("three", name="get")),
    )

    found = spans_of_operation(
        assemble(trace.spans), Operation("web", "get", SpanKind.INTERNAL)
    )

    assert [span.span_id for span in found] == [trace.spans[0].span_id]
