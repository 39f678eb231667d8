"""What a document is, is told from its content, and what is not read is named."""

import gzip
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from devtrace.formats.detect import (
    Container,
    ForeignFormat,
    UnreadableError,
    container_of,
    foreign_format,
    requests_in,
)
from tests.builders import a_request, a_span

MESSAGE = a_request(a_span()).SerializeToString()
JAEGER_SPAN = {"traceID": "1", "spanID": "2", "operationName": "x"}
ZIPKIN_SPAN = {"traceId": "1", "id": "2", "name": "x"}


@pytest.mark.parametrize(
    ("head", "container"),
    [
        (b"", Container.EMPTY),
        (b" \n\r\n\t", Container.EMPTY),
        (b"\xef\xbb\xbf\n", Container.EMPTY),
        (b'{"resourceSpans":[]}\n', Container.JSON),
        (b'\xef\xbb\xbf\r\n{\r\n  "resourceSpans": []}', Container.JSON),
        (b"[]", Container.JSON),
        (b'noise before\n{"resourceSpans":[]}\n', Container.JSON),
        ('{"name":"größe"}'.encode("latin-1"), Container.JSON),
        (MESSAGE, Container.MESSAGE),
        (len(MESSAGE).to_bytes(4) + MESSAGE, Container.BIG_ENDIAN_RECORDS),
        (b"\x00\x00\x00\x09\x28\xb5\x2f\xfd...", Container.BIG_ENDIAN_RECORDS),
        (b"\xe4\x01" + MESSAGE + b"x" * 100, Container.VARINT_RECORDS),
    ],
)
def test_a_file_is_told_from_how_it_begins(head: bytes, container: Container) -> None:
    """Whatever its name, a file is read as what it holds."""
    assert container_of(head) is container


def test_a_message_whose_length_reads_as_a_brace_is_no_json() -> None:
    """123 bytes of resource spans begin with a line feed and a brace."""
    span = Span(trace_id=b"t" * 16, span_id=b"s" * 8)
    span.name = "n" * (123 - len(a_request(span).resource_spans[0].SerializeToString()) - 2)
    message = a_request(span).SerializeToString()
    assert message.startswith(b"\n{")

    assert container_of(message) is Container.MESSAGE


@pytest.mark.parametrize(
    ("head", "cause"),
    [
        ('{"resourceSpans":[]}'.encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04", "neither OTLP nor JSON of Jaeger or Zipkin"),
        (b"just some text\n", "neither OTLP nor JSON of Jaeger or Zipkin"),
        (b"\x89PNG\r\n\x1a\n", "neither OTLP nor JSON of Jaeger or Zipkin"),
    ],
)
def test_other_files_are_refused_with_what_they_are(head: bytes, cause: str) -> None:
    """A refusal says what was found and what to do, where that is known."""
    with pytest.raises(UnreadableError, match=cause) as refusal:
        container_of(head)

    assert refusal.value.hint


@given(st.binary(min_size=1, max_size=64))
def test_no_bytes_confuse_it(head: bytes) -> None:
    """Every file is taken for something or refused."""
    with suppress(UnreadableError):
        assert container_of(head) in Container


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"data": [{"traceID": "1", "spans": [JAEGER_SPAN]}]}, ForeignFormat.JAEGER_UI),
        ({"data": {"spans": [JAEGER_SPAN]}}, ForeignFormat.JAEGER_UI),
        ({"data": [], "total": 0, "errors": None}, ForeignFormat.JAEGER_UI),
        ({"traceID": "1", "spans": [JAEGER_SPAN]}, ForeignFormat.JAEGER_UI),
        ([JAEGER_SPAN], ForeignFormat.JAEGER_UI),
        (
            {"spans": [{"traceId": "AA==", "spanId": "", "operationName": ""}]},
            ForeignFormat.JAEGER_MODEL,
        ),
        ([ZIPKIN_SPAN], ForeignFormat.ZIPKIN_V2),
        ([[ZIPKIN_SPAN]], ForeignFormat.ZIPKIN_V2),
        ([[], [ZIPKIN_SPAN]], ForeignFormat.ZIPKIN_V2),
        (ZIPKIN_SPAN, ForeignFormat.ZIPKIN_V2),
        (
            [ZIPKIN_SPAN | {"annotations": [{"timestamp": 1, "value": "x"}]}],
            ForeignFormat.ZIPKIN_V2,
        ),
        (
            [ZIPKIN_SPAN | {"annotations": [{"value": "sr", "endpoint": {}}]}],
            ForeignFormat.ZIPKIN_V1,
        ),
        ([ZIPKIN_SPAN | {"binaryAnnotations": []}], ForeignFormat.ZIPKIN_V1),
        ({"resourceSpans": []}, None),
        ({}, None),
        ([], None),
        (None, None),
        ({"data": None}, None),
        ({"spans": 1}, None),
        ({"traceId": "1", "spanId": "2"}, None),
    ],
)
def test_formats_of_others_are_known_by_their_keys(
    document: object, expected: ForeignFormat | None
) -> None:
    """Jaeger's and Zipkin's documents are told apart from OTLP and from each other."""
    assert foreign_format(document) is expected


REQUEST: dict[str, Any] = {"resourceSpans": []}


@pytest.mark.parametrize(
    ("document", "requests"),
    [
        (REQUEST, [REQUEST]),
        ({}, [{}]),
        ([REQUEST, [REQUEST]], [REQUEST, REQUEST]),
        ({"result": REQUEST}, [REQUEST]),
        ({"trace": REQUEST}, [REQUEST]),
        ({"batches": [1]}, [{"resourceSpans": [1]}]),
        ({"scopeSpans": []}, [{"resourceSpans": [{"scopeSpans": []}]}]),
        ({"scope_metrics": []}, [{"resourceMetrics": [{"scope_metrics": []}]}]),
        (
            {"instrumentationLibraryLogs": []},
            [{"resourceLogs": [{"instrumentationLibraryLogs": []}]}],
        ),
        ({"resource_logs": []}, [{"resource_logs": []}]),
        ({"name": "devtrace", "version": 1}, []),
        ([1, None, "x"], []),
        (1, []),
    ],
)
def test_requests_come_out_of_their_envelopes(
    document: object, requests: list[dict[str, Any]]
) -> None:
    """Answers of query APIs and bare parts are read as what they hold, in order."""
    assert requests_in(document) == requests


def test_gzip_is_not_taken_for_a_container() -> None:
    """Packed content is told by what is inside, which is unpacked before."""
    with pytest.raises(UnreadableError):
        container_of(gzip.compress(MESSAGE))


def test_a_format_is_told_by_whatever_shows_it() -> None:
    """The first trace may be empty, and not every span shows the version of its format."""
    span = {"traceID": "1", "spanID": "2"}
    empty = {"traceID": "0", "spans": [], "processes": {}}
    plain = {"traceId": "1", "id": "2"}
    v1 = plain | {"annotations": [{"value": "x"}, {"value": "cs", "endpoint": {}}]}

    assert (
        foreign_format({"data": [empty, empty | {"spans": [span]}]}) is ForeignFormat.JAEGER_UI
    )
    assert foreign_format({"data": [empty]}) is ForeignFormat.JAEGER_UI
    assert foreign_format([[plain, v1]]) is ForeignFormat.ZIPKIN_V1
    assert foreign_format([[], [None, plain]]) is ForeignFormat.ZIPKIN_V2


def test_telling_costs_little_however_much_there_is() -> None:
    """Deep and wide documents of something else are given up."""
    deep: Any = {"traceId": "1", "id": "2"}
    for _ in range(500):
        deep = [deep]

    assert foreign_format(deep) is None
    assert foreign_format([{}] * 100_000) is None
