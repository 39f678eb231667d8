"""Each shape is what its name says, and passes through the road that is measured."""

from collections.abc import Iterable
from itertools import islice

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from devtrace.store.limits import MEBIBYTE
from tests.bench import hostile
from tests.bench.requests import BATCH
from tests.bench.store import Road
from tests.builders import SECOND


def parsed(name: str, count: int) -> list[ExportTraceServiceRequest]:
    """Return the first requests of a shape."""
    bodies = islice(hostile.SHAPES[name].requests(), count)
    return [ExportTraceServiceRequest.FromString(body) for body in bodies]


def spans_of(requests: Iterable[ExportTraceServiceRequest]) -> list[Span]:
    """Return all spans of *requests* in their order."""
    return [
        span
        for request in requests
        for resource_spans in request.resource_spans
        for scope_spans in resource_spans.scope_spans
        for span in scope_spans.spans
    ]


def test_traces_are_as_few_or_as_many_as_can_be() -> None:
    """One for all spans, or one for each."""
    assert len({span.trace_id for span in spans_of(parsed("every span in one trace", 3))}) == 1
    assert (
        len({span.trace_id for span in spans_of(parsed("one span per trace", 3))}) == 3 * BATCH
    )


def test_there_are_ten_thousand_services_and_names() -> None:
    """Each of which comes again only after all others."""
    requests = parsed("10,000 services", 20)
    resources = {
        each.resource.SerializeToString() for one in requests for each in one.resource_spans
    }
    assert len(resources) >= hostile.MANY

    spans = spans_of(parsed("10,000 names", 20))
    assert len({span.name for span in spans}) == hostile.MANY
    assert len({span.attributes[0].key for span in spans}) == hostile.MANY


def test_an_attribute_is_a_mebibyte_long() -> None:
    """In every span."""
    (request,) = parsed("attributes of 1 MiB", 1)
    lengths = {len(span.attributes[0].value.string_value) for span in spans_of([request])}
    assert lengths == {MEBIBYTE}


def test_children_come_before_their_parents() -> None:
    """All of them."""
    seen: set[bytes] = set()
    for span in spans_of(parsed("children before parents", 2)):
        assert span.parent_span_id not in seen or not span.parent_span_id
        seen.add(span.span_id)


def test_a_clock_steps_back_with_each_request() -> None:
    """That of the sender and that of the receiver."""
    one, other = parsed("a clock that steps back", 2)
    clock = hostile.SHAPES["a clock that steps back"].clock()

    assert (
        spans_of([one])[0].start_time_unix_nano - spans_of([other])[0].start_time_unix_nano
        == SECOND
    )
    assert next(clock) - next(clock) == SECOND


@pytest.mark.parametrize("name", hostile.SHAPES)
def test_every_span_of_a_shape_is_taken(name: str) -> None:
    """A bench of spans that are refused would be a fast one."""
    road, bodies = Road(), list(islice(hostile.SHAPES[name].requests(), 2))

    road.take(bodies)

    assert road.store.span_count == len(
        spans_of(map(ExportTraceServiceRequest.FromString, bodies))
    )


def test_every_shape_has_a_cost() -> None:
    """By its name, in rings that are full."""
    found = hostile.costs(MEBIBYTE, rounds=1, requests=1)

    assert list(found) == list(hostile.SHAPES)
    assert all(cost.seconds > 0 and cost.parses > 0 for cost in found.values())


def test_what_a_ring_takes_is_about_what_it_may() -> None:
    """How exactly is for a ring that is large."""
    assert hostile.resident(hostile.ORDINARY, MEBIBYTE) < 10
