"""Classic mistakes are answered with what to do about them."""

import pytest

from devtrace.receivers.negotiation import (
    SIGNAL_BY_PATH,
    coding_hint,
    media_type_hint,
    media_type_of,
    not_grpc,
    not_http,
    path_hint,
)


def test_three_paths_receive() -> None:
    """One per signal."""
    assert list(SIGNAL_BY_PATH) == ["/v1/traces", "/v1/metrics", "/v1/logs"]


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("/", "an endpoint for one signal is used as it is; end it with /v1/traces"),
        ("/v1/traces/", "it has a slash too many; send to /v1/traces"),
        (
            "/v1/traces/v1/metrics",
            "the endpoint already has a path and /v1/metrics was added; send to /v1/metrics",
        ),
        ("/v1/trace", "that was the path before OTLP 1.0; send to /v1/traces"),
        (
            "/api/v2/spans",
            "that is Zipkin; set the exporter to OTLP and send to /v1/traces",
        ),
        ("/api/traces", "that is Jaeger; set the exporter to OTLP and send to /v1/traces"),
        ("/v1development/profiles", "profiles are not received"),
        (
            "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            "that is a gRPC path; send OTLP/gRPC to the gRPC port",
        ),
        ("/metrics", "send to /v1/traces, /v1/metrics, /v1/logs"),
    ],
)
def test_a_wrong_path_is_explained(path: str, advice: str) -> None:
    """Each of these comes from one well-known misunderstanding."""
    assert path_hint(path) == f"nothing is received on {path}: {advice}"


def test_a_long_path_is_cut() -> None:
    """It is the sender's text."""
    assert len(path_hint("/" + "x" * 10_000)) < 200


@pytest.mark.parametrize(
    ("header", "is_json", "is_protobuf", "of_response"),
    [
        ("application/json", True, False, "application/json"),
        ("APPLICATION/JSON ; Charset=UTF-8", True, False, "application/json"),
        ('application/json;charset="us-ascii"', True, False, "application/json"),
        ("application/json;charset=utf-16", False, False, "application/json"),
        ("application/x-protobuf", False, True, "application/x-protobuf"),
        ("application/x-protobuf;foo=bar", False, True, "application/x-protobuf"),
        ("application/protobuf", False, True, "application/x-protobuf"),
        ("text/plain", False, False, "application/json"),
        ("", False, False, "application/json"),
        (";;;", False, False, "application/json"),
    ],
)
def test_media_types_are_compared_without_case_and_parameters(
    header: str,
    is_json: bool,  # noqa: FBT001  # a parameter of pytest
    is_protobuf: bool,  # noqa: FBT001  # a parameter of pytest
    of_response: str,
) -> None:
    """What is answered has no parameters, since exporters compare the whole header."""
    media_type = media_type_of(header)

    assert (media_type.is_json, media_type.is_protobuf) == (is_json, is_protobuf)
    assert media_type.of_response == of_response


@pytest.mark.parametrize(
    ("header", "start"),
    [
        ("", "no Content-Type: add -H 'Content-Type: application/json'"),
        (
            "application/x-www-form-urlencoded",
            "Content-Type application/x-www-form-urlencoded is not read: add -H",
        ),
        (
            "application/json; charset=latin-1",
            "charset latin-1 is not read: OTLP/JSON is UTF-8",
        ),
    ],
)
def test_a_wrong_media_type_is_explained(header: str, start: str) -> None:
    """A form is what curl sends, unless it is told otherwise."""
    assert media_type_hint(header).startswith(start)


def test_a_wrong_coding_is_explained() -> None:
    """What is supported is named."""
    assert coding_hint("zstd") == (
        "Content-Encoding zstd is not read: use gzip, deflate or none"
    )


@pytest.mark.parametrize(
    ("first_bytes", "start"),
    [
        (b"\x16\x03\x01\x02", "TLS sent to the HTTP port 80, which takes plain HTTP: begin"),
        (b"PRI * HTTP/2.0\r\n", "OTLP/gRPC sent to the HTTP port 80: use 90, or OTEL_"),
        (b"POST /v1/traces ", "the request is malformed HTTP/1.1: bad luck"),
        (b"SSH-2.0-OpenSSH", "this is no HTTP/1.1 request"),
        (b"", "this is no HTTP/1.1 request"),
    ],
)
def test_what_is_no_http_is_explained_by_its_first_bytes(
    first_bytes: bytes, start: str
) -> None:
    """Each of the first two is one setting of an exporter."""
    sentence = not_http(first_bytes, cause="bad luck", http_port=80, grpc_port=90)

    assert sentence.startswith(start)


def test_what_is_no_grpc_is_explained_both_ways() -> None:
    """What it was instead is not known."""
    sentence = not_grpc(90, 80)

    assert "sent to the gRPC port 90: for HTTP use 80" in sentence
    assert "for TLS begin the endpoint with http://" in sentence
