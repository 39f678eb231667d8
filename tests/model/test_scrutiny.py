"""What is odd about accepted spans is found, and looking costs next to nothing."""

from collections import Counter
from typing import Any

import pytest

from devtrace.model import scrutiny
from devtrace.model.resource import InstrumentationScope, ScopeInterner
from devtrace.model.scrutiny import SAMPLED_ITEMS, SAMPLED_SPANS, Scrutiny
from devtrace.model.time import DAY_NANO
from devtrace.otlp.decode import TraceSlice, decode_spans
from devtrace.otlp.decode_logs import decode_logs
from devtrace.otlp.decode_metrics import decode_metrics
from devtrace.otlp.diagnostic import counts_by_id
from tests.builders import (
    T0,
    Span,
    a_log,
    a_logs_request,
    a_metric,
    a_metrics_request,
    a_point,
    a_request,
    a_span,
    an_exemplar,
    key_values,
)

Slices = list[TraceSlice[InstrumentationScope]]


def slices_of(*spans: Span, service: str = "shop", invalid: bytes = b"") -> Slices:
    """Return spans as they are decoded; *invalid* stands where a text says TEXT."""
    body = a_request(*spans, service=service).SerializeToString()
    return decode_spans(
        body.replace(b"TEXT", invalid or b"TEXT"), scope_of=ScopeInterner()
    ).slices


def ids(notes: Counter[str]) -> dict[str, int]:
    """Return how often each diagnostic was met."""
    return counts_by_id(notes.items())


def at(start: int, end: int, name: str = "x") -> Span:
    """Return a span with these times."""
    span = a_span(name)
    span.start_time_unix_nano, span.end_time_unix_nano = start, end
    return span


def a_scrutiny() -> Scrutiny:
    """Return one for which it is a minute after the spans of the builders."""
    return Scrutiny(clock=lambda: T0 + 60_000_000_000)


def test_nothing_is_said_of_what_is_sound() -> None:
    """Neither of one span nor of many."""
    assert (
        a_scrutiny().notes_on(slices_of(*(a_span(str(number)) for number in range(20)))) == {}
    )


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (T0 // 10**9, T0 // 10**9, {"time-unit": 1}),
        (T0 // 10**6, T0 // 10**6, {"time-unit": 1}),
        (T0 // 10**3, T0 // 10**3 + 5, {"time-unit": 1}),
        (T0, T0 + 2 * DAY_NANO, {"future-time": 1}),
        (T0 * 3, T0 * 3 + 1, {"future-time": 1}),
        (0, T0, {"missing-times": 1}),
        (0, 0, {"missing-times": 1}),
        (T0, 0, {}),
        (10**18, T0, {}),
    ],
)
def test_times_that_cannot_be_meant_are_found(
    start: int, end: int, expected: dict[str, int]
) -> None:
    """R112: other units and the far future; what may be true is left alone."""
    assert ids(a_scrutiny().notes_on(slices_of(at(start, end)))) == expected


def test_only_the_spans_that_are_odd_are_counted() -> None:
    """A trace is looked at span by span once its totals are odd."""
    odd = slices_of(a_span("a"), at(T0 // 1000, T0 // 1000, "b"), at(T0 // 1000, T0, "c"))

    assert ids(a_scrutiny().notes_on(odd)) == {"time-unit": 2}


@pytest.mark.parametrize(
    "service", ["", "unknown_service", "unknown_service:node", "unknown_service:java"]
)
def test_a_sender_without_a_name_is_found(service: str) -> None:
    """R116: also when the SDK made one up."""
    assert ids(a_scrutiny().notes_on(slices_of(a_span(), service=service))) == {
        "unknown-service": 1
    }


def test_text_that_is_not_utf8_is_found_in_a_sample() -> None:
    """R92: in the first spans of a request, or in all if that is asked for."""
    first = slices_of(a_span("a", name="TEXT"), invalid=b"\xff\xfe\xfd!")
    late = slices_of(
        *(a_span(str(number)) for number in range(SAMPLED_SPANS)),
        a_span("late", attributes={"k": "TEXT"}),
        invalid=b"\xff\xfe\xfd!",
    )

    assert ids(a_scrutiny().notes_on(first)) == {"invalid-utf8": 1}
    assert ids(a_scrutiny().notes_on(first, samples=0)) == {}
    assert ids(a_scrutiny().notes_on(late)) == {}
    assert ids(a_scrutiny().notes_on(late, samples=None)) == {"invalid-utf8": 1}


def test_a_resource_with_broken_text_is_found() -> None:
    """It is read whole the first time, and remembered."""
    broken = slices_of(a_span(), service="TEXT", invalid=b"\xff\xfe\xfd!")

    assert ids(a_scrutiny().notes_on(broken)) == {"invalid-utf8": 1}


@pytest.mark.parametrize(
    ("fields", "service", "expected"),
    [
        ({}, "shop", {}),
        ({"time_unix_nano": 0}, "shop", {}),
        ({"time_unix_nano": 0, "observed_time_unix_nano": 0}, "shop", {}),
        ({"time_unix_nano": T0 // 10**6}, "shop", {"time-unit": 1}),
        (
            {"observed_time_unix_nano": T0 // 10**9, "time_unix_nano": 0},
            "shop",
            {"time-unit": 1},
        ),
        ({"time_unix_nano": T0 + 2 * DAY_NANO}, "shop", {"future-time": 1}),
        ({}, None, {"unknown-service": 1}),
        ({}, "unknown_service:node", {"unknown-service": 1}),
        ({"severity_text": "TEXT"}, "shop", {"invalid-utf8": 1}),
    ],
)
def test_what_is_odd_about_log_records_is_found(
    fields: dict[str, Any], service: str | None, expected: dict[str, int]
) -> None:
    """A sender that sends nothing else is told what it does wrong all the same."""
    request = a_logs_request(a_log(**fields), service=service)
    body = request.SerializeToString().replace(b"TEXT", b"T\xffXT")
    records = decode_logs(body, scope_of=ScopeInterner()).records

    assert ids(a_scrutiny().notes_on_logs(records)) == expected


@pytest.mark.parametrize(
    ("fields", "service", "expected"),
    [
        ({}, "shop", {}),
        ({"time_unix_nano": 0}, "shop", {}),
        ({"time_unix_nano": T0 // 10**3}, "shop", {"time-unit": 1}),
        ({"time_unix_nano": T0 * 3}, "shop", {"future-time": 1}),
        ({}, None, {"unknown-service": 1}),
        ({"exemplars": [an_exemplar()]}, "shop", {}),
        ({"exemplars": [an_exemplar(trace_id=b"a" * 32)]}, "shop", {"hex-text-ids": 1}),
        ({"exemplars": [an_exemplar(span_id=b"short")]}, "shop", {"invalid-exemplar-ids": 1}),
        (
            {"exemplars": [an_exemplar(filtered_attributes=key_values({"k": "TEXT"}))]},
            "shop",
            {"invalid-utf8": 1},
        ),
    ],
)
def test_what_is_odd_about_data_points_is_found(
    fields: dict[str, Any], service: str | None, expected: dict[str, int]
) -> None:
    """Among many others: the largest points of a request are looked at."""
    others = (a_point(number) for number in range(20))
    request = a_metrics_request(a_metric(*others, a_point(**fields)), service=service)
    body = request.SerializeToString().replace(b"TEXT", b"T\xffXT")
    slices = decode_metrics(body, scope_of=ScopeInterner()).slices

    samples = None if "time_unix_nano" in fields else SAMPLED_ITEMS
    assert ids(a_scrutiny().notes_on_metrics(slices, samples=samples)) == expected


def test_resources_are_remembered_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender that has a new one in each request costs time, not memory."""
    monkeypatch.setattr(scrutiny, "_MAX_REMEMBERED", 3)
    looking = a_scrutiny()

    for number in range(10):
        looking.notes_on(slices_of(a_span(), service=f"service {number}"))

        assert len(looking._known) <= 3


def test_a_large_resource_is_not_remembered_beyond_its_spans() -> None:
    """Nor a long name: whoever counts by service keeps what it is told."""
    looking = a_scrutiny()
    slices = slices_of(a_span(), service="long " * 10_000)

    looking.notes_on(slices)

    assert not looking._known
    assert len(looking.service_name_of(part.scope for part in slices)) == 200


def test_the_service_of_a_request_is_known_when_it_is_one() -> None:
    """Spans of several services say nothing of who sent them."""
    one, other = (slices_of(a_span(), service=name)[0].scope for name in ("one", "other"))

    assert a_scrutiny().service_name_of([one, one]) == "one"
    assert a_scrutiny().service_name_of([one, other]) == ""
    assert a_scrutiny().service_name_of([]) == ""
