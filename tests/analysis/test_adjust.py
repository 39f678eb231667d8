"""Clocks are set by the calls between hosts, for display alone."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1 import trace_pb2

from devtrace.analysis.adjust import MovedSpan, adjusted, clock_shifts, shift_note
from devtrace.analysis.tree import assemble
from devtrace.model.span import SpanKind
from devtrace.model.trace import Trace
from tests.builders import MILLISECOND, T0, a_batch, a_span, a_trace, an_event

FIXTURE = Path(__file__).parents[2] / "../shared/fixtures/zipkin-v2-json/skew.json"


def shifts_of(trace: Trace) -> dict[str, float]:
    """Return the shift of each span in milliseconds, by name."""
    nodes = assemble(trace.spans)
    return {
        node.span.name: shift / MILLISECOND
        for node, shift in zip(nodes, clock_shifts(nodes), strict=True)
        if node.span is not None
    }


def a_call(
    *,
    start_ms: float,
    duration_ms: float,
    kinds: tuple[int, int] = (SpanKind.CLIENT, SpanKind.SERVER),
    **fields: Any,
) -> Trace:
    """Return a call from 0 to 100 ms, and the other service's span in it."""
    return a_trace(
        ("web", a_span("call", kind=kinds[0], duration_ms=100)),
        (
            "shop",
            a_span(
                "served",
                parent="call",
                kind=kinds[1],
                start_ms=start_ms,
                duration_ms=duration_ms,
                **fields,
            ),
        ),
    )


@pytest.mark.parametrize(
    ("start_ms", "duration_ms", "shift_ms"),
    [
        (0, 100, 0),  # it fits
        (70, 30, 0),
        (-500, 60, 520),  # it is centred
        (90, 60, -70),
        (71, 30, -36),
        (-5, 200, 5),  # longer than its parent: it begins with it, at the earliest
        (5, 200, 0),
    ],
)
def test_a_call_lies_within_its_caller(
    start_ms: float, duration_ms: float, shift_ms: float
) -> None:
    """If it can; if it is too long for that, it does not begin before it."""
    trace = a_call(start_ms=start_ms, duration_ms=duration_ms)

    assert shifts_of(trace) == {"call": 0, "served": shift_ms}


@pytest.mark.parametrize(
    "kinds", [(SpanKind.PRODUCER, SpanKind.CONSUMER), (SpanKind.INTERNAL, SpanKind.CONSUMER)]
)
def test_a_message_may_be_handled_later_but_not_earlier(kinds: tuple[int, int]) -> None:
    """Nobody waits for it."""
    assert shifts_of(a_call(start_ms=400, duration_ms=10, kinds=kinds))["served"] == 0
    assert shifts_of(a_call(start_ms=-400, duration_ms=10, kinds=kinds))["served"] == 400


def test_what_runs_on_one_host_has_one_clock() -> None:
    """A host is known by its id, else its address, else its name; a process by its resource."""

    def shift(mine: dict[str, Any], other: dict[str, Any]) -> float:
        spans = []
        for service, attributes, span in (
            ("web", mine, a_span("call", duration_ms=100)),
            ("shop", other, a_span("served", parent="call", start_ms=-50)),
        ):
            spans.extend(trace_spans(service, attributes, span))
        return shifts_of(Trace(trace_id=spans[0].trace_id, spans=tuple(spans)))["served"]

    assert shift({"host.id": "a"}, {"host.id": "a"}) == 0
    assert shift({"host.name": "a"}, {"host.name": "a"}) == 0
    assert shift({"host.ip": ["10.0.0.1"]}, {"host.ip": ["10.0.0.1"]}) == 0
    assert shift({"host.id": "a", "host.name": "n"}, {"host.id": "b", "host.name": "n"}) == 95
    assert shift({"host.name": "a"}, {}) == 95
    assert shift({}, {}) == 95


def trace_spans(service: str, attributes: dict[str, Any], span: trace_pb2.Span) -> list[Any]:
    """Return *span* as read from a resource with *attributes*."""
    from devtrace.model.span import Span

    batch = a_batch(span, service=service, resource=attributes)
    return [Span(payload, part.scope) for part in batch.slices for payload in part.payloads]


def test_work_of_the_same_process_is_never_moved() -> None:
    """It may begin before or end after its parent by design."""
    trace = a_trace(
        a_span("parent", duration_ms=10),
        a_span("behind", parent="parent", start_ms=50),
        a_span("before", parent="parent", start_ms=-50),
    )

    assert set(shifts_of(trace).values()) == {0}
    assert adjusted(trace) is trace


def test_what_hangs_under_a_moved_span_on_its_host_moves_along() -> None:
    """And a call back is set by the caller as it was moved."""
    trace = a_trace(
        ("web", a_span("call", duration_ms=100)),
        ("shop", a_span("served", parent="call", start_ms=-500, duration_ms=60)),
        ("shop", a_span("query", parent="served", start_ms=-490, duration_ms=10)),
        ("web", a_span("back", parent="query", start_ms=31, duration_ms=8)),
    )

    assert shifts_of(trace) == {"call": 0, "served": 520, "query": 520, "back": 0}


def test_without_a_parent_or_with_two_of_one_id_nothing_is_known() -> None:
    """Orphans, their subtrees and duplicates stay."""
    orphan = a_trace(("web", a_span("root")), ("shop", a_span("lost", parent="x", start_ms=-9)))
    twice = a_trace(
        ("web", a_span("call", duration_ms=100)),
        ("shop", a_span("served", parent="call", name="one", start_ms=-500)),
        ("shop", a_span("served", parent="call", name="two", start_ms=-400)),
    )

    assert set(shifts_of(orphan).values()) == {0}
    assert set(shifts_of(twice).values()) == {0}


def test_unknown_times_stay_unknown() -> None:
    """A span without start or end is not centred, and 0 is never made a time."""
    no_start = a_call(start_ms=-500, duration_ms=60, start_time_unix_nano=0)
    no_end = a_call(start_ms=-500, duration_ms=60, end_time_unix_nano=0)

    assert shifts_of(no_start)["served"] == 0
    assert shifts_of(no_end)["served"] == 500
    (moved,) = (span for span in adjusted(no_end).spans if isinstance(span, MovedSpan))
    assert not moved.has_end


def test_a_clock_that_is_too_far_off_is_no_clock() -> None:
    """Beyond the bound nothing is moved."""
    trace = a_call(start_ms=-500, duration_ms=60)

    assert adjusted(trace, max_shift_nano=519 * MILLISECOND) is trace
    assert adjusted(trace, max_shift_nano=520 * MILLISECOND) is not trace


def test_a_moved_span_takes_its_events_along_and_says_so() -> None:
    """What is stored stays as it came."""
    trace = a_call(
        start_ms=-500,
        duration_ms=60,
        events=[an_event("begun", at_ms=-490), an_event("at T0")],
    )
    trace.spans[1].events  # noqa: B018  # read before it is moved

    call, served = adjusted(trace).spans

    assert call is trace.spans[0]
    assert shift_note(call) == ""
    assert shift_note(served) == "shifted by +520ms: its clock disagrees"
    assert served.start_time_unix_nano == T0 + 20 * MILLISECOND
    assert served.duration_nano == 60 * MILLISECOND
    assert [event.time_unix_nano - T0 for event in served.events] == [
        30 * MILLISECOND,
        520 * MILLISECOND,
    ]
    assert served.payload is trace.spans[1].payload
    assert trace.spans[1].start_time_unix_nano == T0 - 500 * MILLISECOND


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 5), st.integers(-90, 90)), max_size=6
    )
)
def test_no_call_begins_before_its_caller_and_setting_clocks_twice_changes_nothing(
    made: list[tuple[str, int, int]],
) -> None:
    """Whatever the tree: each span that another host's span caused starts after it."""
    spans: list[Any] = [("a", a_span("0", duration_ms=50))]
    for number, (service, parent, start_ms) in enumerate(made, 1):
        spans.append(
            (
                service,
                a_span(
                    str(number),
                    parent=str(min(parent, number - 1)),
                    start_ms=start_ms,
                    duration_ms=20,
                ),
            )
        )

    once = adjusted(a_trace(*spans))

    by_id = {span.span_id: span for span in once.spans}
    for span in once.spans:
        parent_span = by_id.get(span.parent_span_id or "")
        if parent_span is not None and span.service_name != parent_span.service_name:
            assert span.start_time_unix_nano >= parent_span.start_time_unix_nano
    assert adjusted(once) is once


@pytest.mark.skipif(not FIXTURE.exists(), reason=f"{FIXTURE} is not here")
def test_the_skew_that_zipkin_shows_is_set_right() -> None:
    """The server's host lags by 65 ms; what it did afterwards moves along."""
    from devtrace.formats import read_documents
    from devtrace.store.limits import Limits
    from devtrace.store.ring import TraceStore

    store = TraceStore(Limits())
    read_documents([FIXTURE], consumer=store)
    trace = store.trace("1e223ff1f80f1c69".rjust(32, "0"))
    assert trace is not None

    server, background = (
        next(
            span
            for span in adjusted(trace).spans
            if (span.name, span.service_name) == (name, "serviceb")
        )
        for name in ("post", "async")
    )

    assert isinstance(server, MovedSpan)
    assert isinstance(background, MovedSpan)
    assert server.shift_nano == background.shift_nano == 65_922_000
