"""An error is what a status says, else what the signs make probable; never a guess about OK."""

from collections.abc import Mapping
from typing import Any

import pytest

from devtrace.analysis.error import (
    SpanError,
    exception_line,
    span_error,
    span_exception,
    subtree_error_counts,
)
from devtrace.analysis.tree import assemble
from devtrace.model.span import Span, SpanKind, StatusCode
from tests.builders import a_span, a_trace, an_event

SERVER, CLIENT, INTERNAL = SpanKind.SERVER, SpanKind.CLIENT, SpanKind.INTERNAL
ERROR = StatusCode.ERROR


def an_exception(type_: str = "", message: str = "", *, at_ms: float = 0) -> Any:
    """Return a wire event that records an exception."""
    attributes = {"exception.type": type_, "exception.message": message}
    return an_event("exception", at_ms=at_ms, attributes=attributes)


def span_with(
    attributes: Mapping[str, Any] | None = None, *, kind: int = INTERNAL, **fields: Any
) -> Span:
    """Return a span as read from the wire."""
    return a_trace(a_span(attributes=attributes, kind=kind, **fields)).spans[0]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"message": "no funds", "attributes": {"error.type": "x"}}, "no funds"),
        ({"attributes": {"error.type": "Timeout"}, "events": [an_exception("E")]}, "Timeout"),
        (
            {"attributes": {"error.type": "503", "http.response.status_code": 503}},
            "HTTP 503",
        ),
        ({"events": [an_exception("shop.CardDeclined", "no funds")]}, "CardDeclined: no funds"),
        ({"attributes": {"http.status_code": 500}}, "HTTP 500"),
        ({"attributes": {"rpc.system": "grpc", "rpc.grpc.status_code": 5}}, "NOT_FOUND"),
        ({"attributes": {"db.response.status_code": "1146"}}, "1146"),
        ({"attributes": {"process.exit.code": 2}}, "exit code 2"),
        ({}, ""),
    ],
)
def test_status_error_is_certain(fields: dict[str, Any], expected: str) -> None:
    """The best words for it are the status message's, then the next best there are."""
    assert span_error(span_with(status=ERROR, **fields)) == SpanError(
        is_certain=True, text=expected
    )


@pytest.mark.parametrize(
    "attributes",
    [{"error.type": "x"}, {"http.response.status_code": 500}, {"error": True}],
)
def test_status_ok_silences_every_sign(attributes: Mapping[str, Any]) -> None:
    """R132: the application has the last word."""
    span = span_with(attributes, status=StatusCode.OK, events=[an_exception("E")])

    assert span_error(span) is None


@pytest.mark.parametrize(
    ("kind", "attributes", "expected"),
    [
        (INTERNAL, {"error.type": "Timeout"}, "Timeout"),
        (SERVER, {"http.response.status_code": 500}, "HTTP 500"),
        (INTERNAL, {"http.response.status_code": "503"}, "HTTP 503"),
        (CLIENT, {"http.status_code": 404}, "HTTP 404"),
        (CLIENT, {"rpc.grpc.status_code": 5}, "NOT_FOUND"),
        (SERVER, {"rpc.grpc.status_code": 13}, "INTERNAL"),
        (CLIENT, {"rpc.status_code": "UNAVAILABLE"}, "UNAVAILABLE"),
        (CLIENT, {"rpc.system": "jsonrpc", "rpc.jsonrpc.error_code": -32601}, "-32601"),
        (INTERNAL, {"process.exit.code": 1}, "exit code 1"),
        (INTERNAL, {"error": True}, "error"),
        (INTERNAL, {"error": "true"}, "error"),
        (INTERNAL, {"error": "connection reset"}, "connection reset"),
        (INTERNAL, {"otel.status_code": "ERROR"}, "error"),
    ],
)
def test_signs_make_an_error_probable(
    kind: SpanKind, attributes: Mapping[str, Any], expected: str
) -> None:
    """Most instrumentations leave the status unset."""
    assert span_error(span_with(attributes, kind=kind)) == SpanError(
        is_certain=False, text=expected
    )


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        (INTERNAL, {}),
        (INTERNAL, {"error.type": ""}),
        (SERVER, {"http.response.status_code": 404}),
        (CLIENT, {"http.response.status_code": 399}),
        (SERVER, {"rpc.grpc.status_code": 5}),
        (CLIENT, {"rpc.grpc.status_code": 0}),
        (CLIENT, {"rpc.system": "jsonrpc", "rpc.jsonrpc.error_code": 0}),
        (INTERNAL, {"process.exit.code": 0}),
        (INTERNAL, {"error": False}),
        (INTERNAL, {"error": "false"}),
        (INTERNAL, {"otel.status_code": "OK"}),
    ],
)
def test_the_rest_is_no_error(kind: SpanKind, attributes: Mapping[str, Any]) -> None:
    """A client's mistake is not the server's failure."""
    assert span_error(span_with(attributes, kind=kind)) is None


def test_a_recorded_exception_makes_an_error_probable() -> None:
    """It may have been handled, so it is not certain."""
    span = span_with(events=[an_event("retry"), an_exception("E", "why")])

    assert span_error(span) == SpanError(is_certain=False, text="E: why")


@pytest.mark.parametrize(
    ("type_", "message", "expected"),
    [
        ("shop.payments.CardDeclined", "no funds", "CardDeclined: no funds"),
        ("java.lang.IllegalStateException", "", "IllegalStateException"),
        ("App\\Errors\\Declined", "m", "Declined: m"),
        ("std::runtime_error", "m", "runtime_error: m"),
        ("E", "\n  first line  \nsecond", "E: first line"),
        ("", "m", "m"),
        ("ends.with.dot.", "", "ends.with.dot."),
        ("", "", "exception"),
    ],
)
def test_an_exception_is_its_type_and_its_first_line(
    type_: str, message: str, expected: str
) -> None:
    """One row has no room for packages and stack traces."""
    assert span_exception(span_with(events=[an_exception(type_, message)])) == expected


def test_other_events_are_no_exceptions() -> None:
    """A retry is not a failure."""
    assert span_exception(span_with(events=[an_event("retry")])) == ""


def test_the_last_exception_of_a_span_is_the_one_that_counts() -> None:
    """The earlier ones were retried."""
    span = span_with(events=[an_exception("B", at_ms=2), an_exception("A", at_ms=1)])

    assert span_exception(span) == "B"


def test_errors_are_counted_by_subtree_and_not_copied_upwards() -> None:
    """A folded row can say that it hides errors; a fine parent stays fine."""
    nodes = assemble(
        a_trace(
            a_span("root"),
            a_span("try", parent="root", start_ms=1, status=ERROR),
            a_span("charge", parent="try", start_ms=2, status=ERROR),
            a_span("again", parent="root", start_ms=3),
            a_span("o", parent="lost", start_ms=9, status=ERROR),
        ).spans
    )

    assert subtree_error_counts(nodes) == [2, 2, 1, 0, 1, 1]
    assert (root := nodes[0].span) is not None
    assert span_error(root) is None


def test_the_exception_line_is_the_deepest_one() -> None:
    """It began there; everything above only passed it on."""
    nodes = assemble(
        a_trace(
            a_span("root", status=ERROR, events=[an_exception("Outer")]),
            a_span(
                "a", parent="root", start_ms=1, status=ERROR, events=[an_exception("Inner")]
            ),
            a_span("b", parent="a", start_ms=2, status=ERROR, message="no exception here"),
            a_span("c", parent="b", start_ms=3, events=[an_exception("Handled")]),
        ).spans
    )

    assert exception_line(nodes) == "Inner"


def test_there_is_no_exception_line_without_a_failed_span_that_recorded_one() -> None:
    """An exception on a span that did not fail was handled."""
    nodes = assemble(
        a_trace(
            a_span("root", status=ERROR, attributes={"note": "an exception to the rule"}),
            a_span("o", parent="lost", events=[an_exception("Handled")]),
        ).spans
    )

    assert exception_line(nodes) is None
    assert exception_line(()) is None
