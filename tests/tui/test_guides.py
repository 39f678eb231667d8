"""Guides and arrows tell kinds and processes without a colour."""

import pytest
from opentelemetry.proto.trace.v1 import trace_pb2

from devtrace.tui.waterfall import Waterfall
from tests.builders import a_span, a_trace
from tests.tui.test_span_row import a_painter, lines, text_of

_SERVER, _CLIENT, _PRODUCER, _CONSUMER = (
    trace_pb2.Span.SPAN_KIND_SERVER,
    trace_pb2.Span.SPAN_KIND_CLIENT,
    trace_pb2.Span.SPAN_KIND_PRODUCER,
    trace_pb2.Span.SPAN_KIND_CONSUMER,
)


@pytest.mark.parametrize(
    ("kind", "shown", "word"),
    [
        (_SERVER, " →● shop a", "server"),
        (_CLIENT, "  ●→shop a", "client"),
        (_PRODUCER, "  ●⇢shop a", "producer"),
        (_CONSUMER, " ⇢● shop a", "consumer"),
        (trace_pb2.Span.SPAN_KIND_INTERNAL, "  ● shop a", "internal"),
    ],
)
def test_each_kind_has_its_arrow_and_where_there_is_room_its_word(
    kind: trace_pb2.Span.SpanKind.ValueType, shown: str, word: str
) -> None:
    """Into the dot what was asked for, out of it what asks; names stay where they are."""
    waterfall = Waterfall(a_trace(a_span("a", kind=kind)))
    for width, has_word in ((59, False), (99, False), (100, True)):
        (line,) = lines(waterfall, width, has_self_times=True)
        assert line.startswith(shown)
        assert (word in line) is has_word
        assert ("kind" in text_of(a_painter(waterfall, width, has_self_times=True).head())) is (
            has_word
        )


def test_a_branch_into_another_process_is_doubled() -> None:
    """The last one and those before; within a process it is single."""
    waterfall = Waterfall(
        a_trace(
            ("a", a_span("root", duration_ms=50)),
            ("b", a_span("first", parent="root", start_ms=1, kind=_SERVER)),
            ("a", a_span("own", parent="root", start_ms=2)),
            ("c", a_span("last", parent="root", start_ms=3)),
        )
    )
    starts = [line[2:6] for line in lines(waterfall)]
    assert starts[1:] == ["╞→● ", "├ ● ", "╘ ● "]


def test_deep_rows_have_no_room_for_an_arrow_into_them() -> None:
    """The guide beside the dot is not overwritten."""
    spans = [
        a_span(f"s{n}", parent=f"s{n - 1}" if n else None, start_ms=n, kind=_SERVER)
        for n in range(30)
    ]
    deepest = lines(Waterfall(a_trace(*spans)), 60)[-1]
    assert "└● " in deepest or "⋯" in deepest
