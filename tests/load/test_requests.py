"""Requests are valid OTLP, different every time, and hold the traces that were made."""

from itertools import islice

import orjson
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from devtrace.load.requests import ExportRequest, RequestSource
from devtrace.load.shape import Shape
from devtrace.otlp.json import translate_traces
from tests.builders import T0


def a_source(
    *, batch: int = 32, is_json: bool = False, seed: int = 1, **shape: float
) -> RequestSource:
    """Return a source whose clock stands still."""
    return RequestSource(
        Shape(**shape),  # type: ignore[arg-type]
        batch=batch,
        seed=seed,
        is_json=is_json,
        clock=lambda: T0,
    )


def spans_of(*requests: ExportRequest, is_json: bool = False) -> list[Span]:
    """Return the spans of *requests*, read by the published schema."""
    found: list[Span] = []
    for request in requests:
        body = translate_traces(request.body).payload if is_json else request.body
        message = ExportTraceServiceRequest.FromString(body)
        spans = [
            span
            for resource in message.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]
        assert len(spans) == request.span_count
        found += spans
    return found


def test_every_span_may_have_one_trace_id() -> None:
    """And an id of its own all the same, from every stream."""
    source = a_source(is_one_trace=True)
    spans = spans_of(*islice(source.requests(0), 200), *islice(source.requests(1), 200))

    assert len({span.trace_id for span in spans}) == 1
    assert len({span.span_id for span in spans}) == len(spans)


@pytest.mark.parametrize("is_json", [False, True])
def test_children_may_come_before_their_parents(*, is_json: bool) -> None:
    """All of them, over the bounds of requests too; the traces are whole."""
    taken = islice(a_source(batch=32, is_json=is_json, is_reversed=True).requests(), 60)
    spans = spans_of(*taken, is_json=is_json)
    seen: set[bytes] = set()
    for span in spans:
        assert span.parent_span_id not in seen
        seen.add(span.span_id)

    assert {span.parent_span_id for span in spans} <= seen | {b""}


def test_there_are_as_many_names_as_asked_for() -> None:
    """Though few are made up."""
    few = {span.name for span in spans_of(*islice(a_source(batch=512).requests(), 20))}
    many = {
        span.name for span in spans_of(*islice(a_source(batch=512, names=9_000).requests(), 20))
    }

    assert len(few) < 200
    assert len(many) >= 9_000


def test_there_are_about_as_many_services_as_asked_for() -> None:
    """As far as calls lead to them."""
    requests = islice(a_source(batch=512, services=500).requests(), 8)
    messages = [ExportTraceServiceRequest.FromString(each.body) for each in requests]
    resources = [each.resource for message in messages for each in message.resource_spans]

    assert len({each.SerializeToString() for each in resources}) > 400


def test_an_attribute_may_be_large() -> None:
    """In every span, and few of them are prepared."""
    source = a_source(batch=16, attribute_bytes=1 << 20)
    (request,) = islice(source.requests(), 1)

    assert {len(span.attributes[-1].value.string_value) for span in spans_of(request)} == {
        1 << 20
    }
    assert sum(made.span_count for made in source._rounds) <= 64


@pytest.mark.parametrize("is_json", [False, True])
@pytest.mark.parametrize(
    ("batch", "spans_per_trace"), [(1, 16), (10, 16), (32, 16), (7, 1), (5, 300), (300, 7)]
)
def test_every_span_is_sent_once_and_every_trace_is_whole(
    batch: int, spans_per_trace: int, *, is_json: bool
) -> None:
    """Batches may cut traces; together they hold each of them with one root and no orphan."""
    source = a_source(batch=batch, is_json=is_json, spans_per_trace=spans_per_trace)
    taken: list[ExportRequest] = []
    for request in source.requests():
        taken.append(request)
        count = sum(each.span_count for each in taken)
        if count >= 1000 and count % spans_per_trace == 0:
            break
    spans = spans_of(*taken, is_json=is_json)

    assert len({(span.trace_id, span.span_id) for span in spans}) == len(spans)
    by_trace: dict[bytes, list[Span]] = {}
    for span in spans:
        by_trace.setdefault(span.trace_id, []).append(span)
    assert {len(each) for each in by_trace.values()} == {spans_per_trace}
    for trace in by_trace.values():
        ids = {span.span_id for span in trace}
        assert [span.parent_span_id for span in trace].count(b"") == 1
        assert all(span.parent_span_id in ids for span in trace if span.parent_span_id)


def test_json_and_protobuf_say_the_same() -> None:
    """One seed, one telemetry, whatever the encoding."""
    plain = spans_of(*islice(a_source().requests(), 9))
    text = spans_of(*islice(a_source(is_json=True).requests(), 9), is_json=True)

    assert plain == text


def test_the_same_seed_makes_the_same_and_another_seed_does_not() -> None:
    """What went wrong with one load can be sent again."""
    first = next(a_source(seed=3).requests())

    assert next(a_source(seed=3).requests()) == first
    assert next(a_source(seed=4).requests()) != first


def test_streams_share_no_id() -> None:
    """Each worker has ids of its own."""
    source = a_source()
    ids = [
        {span.trace_id for span in spans_of(*islice(source.requests(stream), 40))}
        for stream in range(3)
    ]

    assert not ids[0] & ids[1]
    assert not ids[1] & ids[2]


def test_the_newest_span_ends_now() -> None:
    """Times are those of the clock, so that a receiver shows what is new as new."""
    spans = spans_of(*islice(a_source(batch=4096).requests(), 1))

    assert max(span.end_time_unix_nano for span in spans) == T0
    assert all(span.start_time_unix_nano <= span.end_time_unix_nano for span in spans)


@pytest.mark.parametrize(("share", "least", "most"), [(0, 0, 0), (0.25, 0.2, 0.3), (1, 1, 1)])
def test_so_many_traces_fail_as_were_asked_for(share: float, least: float, most: float) -> None:
    """Each of them with an exception that says where."""
    spans = spans_of(*islice(a_source(batch=512, error_share=share).requests(), 8))
    traces = {span.trace_id for span in spans}
    failing = {span.trace_id for span in spans if span.status.code == 2}

    assert least * len(traces) <= len(failing) <= most * len(traces)
    assert failing == {
        span.trace_id for span in spans for event in span.events if event.name == "exception"
    }


def test_json_is_a_document_with_ids_in_hex() -> None:
    """As the protocol wants it: nothing is left of the marks."""
    request = next(a_source(is_json=True).requests())
    document = orjson.loads(request.body)

    (span, *_) = document["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert len(span["traceId"]) == 32
    assert len(span["spanId"]) == 16
    assert b"fffefd" not in request.body
