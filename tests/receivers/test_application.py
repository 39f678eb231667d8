"""OTLP/HTTP is answered as the protocol says, and in the words of the sender."""

import gzip
import json
import zlib
from typing import Any

import pytest
from google.rpc import status_pb2
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceResponse,
)

from tests.builders import T0, a_request, a_span, span_id_of, trace_id_of
from tests.receivers.conftest import LIMITS, Receiving
from tests.receivers.raw_http import RawResponse

JSON = "application/json"
PROTOBUF = "application/x-protobuf"
REQUEST = a_request(a_span("a"), a_span("b", parent="a", attributes={"k": "v"}))
BODY = REQUEST.SerializeToString()
PAGE = "http://localhost:3000"


def json_body(**fields: Any) -> bytes:
    """Return an OTLP/JSON request with one span."""
    span = {"traceId": trace_id_of("t"), "spanId": span_id_of("s")} | fields
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()


def assert_status(response: RawResponse, *, as_json: bool = True) -> None:
    """Check that a failure carries a readable `google.rpc.Status`."""
    assert response.headers["content-type"] == (JSON if as_json else PROTOBUF)
    if as_json:
        status = response.json()
        assert isinstance(status["code"], int)
        assert status["message"]
    else:
        assert status_pb2.Status.FromString(response.body).message


@pytest.mark.parametrize(
    ("coding", "encode"),
    [
        ("", bytes),
        ("identity", bytes),
        ("gzip", gzip.compress),
        ("X-GZIP", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body, wbits=-15)),
    ],
    ids=["none", "identity", "gzip", "x-gzip", "deflate", "raw deflate"],
)
@pytest.mark.parametrize("chunk_bytes", [0, 7], ids=["whole", "chunked"])
async def test_every_coding_stores_the_same_spans(
    http: Receiving, coding: str, encode: Any, chunk_bytes: int
) -> None:
    """How a request travels leaves no trace in what is stored."""
    async with http.connection() as connection:
        response = await connection.post(
            encode(BODY),
            chunk_bytes=chunk_bytes,
            **({"content_encoding": coding} if coding else {}),
        )

    trace = http.store.trace(trace_id_of("trace"))
    assert (response.status, response.body) == (200, b"")
    assert trace is not None
    assert [span.payload for span in trace.spans] == [
        span.SerializeToString() for span in REQUEST.resource_spans[0].scope_spans[0].spans
    ]


@pytest.mark.parametrize(
    ("content_type", "answered"),
    [
        ("application/x-protobuf", PROTOBUF),
        ("Application/X-Protobuf; charset=x", PROTOBUF),
        ("application/protobuf", PROTOBUF),
        ("application/json", JSON),
        ("APPLICATION/JSON; charset=utf-8", JSON),
    ],
)
async def test_the_answer_has_the_media_type_of_the_request_without_parameters(
    http: Receiving, content_type: str, answered: str
) -> None:
    """Go compares the whole header, and ignores partial success otherwise."""
    body = json_body() if answered == JSON else BODY
    async with http.connection() as connection:
        response = await connection.post(body, content_type=content_type)

    assert response.status == 200
    assert response.headers["content-type"] == answered
    assert response.body == (b"{}" if answered == JSON else b"")


@pytest.mark.parametrize("path", ["/v1/traces", "/v1/metrics", "/v1/logs"])
@pytest.mark.parametrize(("content_type", "body"), [(PROTOBUF, b""), (JSON, b"{}")], ids=str)
async def test_empty_requests_of_every_signal_succeed(
    http: Receiving, path: str, content_type: str, body: bytes
) -> None:
    """200 and nothing else; a query string changes nothing."""
    async with http.connection() as connection:
        response = await connection.post(body, path=f"{path}?a=b", content_type=content_type)

    assert (response.status, response.headers["content-type"]) == (200, content_type)


@pytest.mark.parametrize("as_json", [False, True])
async def test_refused_spans_are_a_partial_success(
    http: Receiving,
    as_json: bool,  # noqa: FBT001  # a parameter of pytest
) -> None:
    """200, the count as a string in JSON, and the reason."""
    body = json_body(spanId="00") if as_json else a_request(a_span(span_id=b"x"))
    async with http.connection() as connection:
        response = await connection.post(
            body if isinstance(body, bytes) else body.SerializeToString(),
            content_type=JSON if as_json else PROTOBUF,
        )

    assert response.status == 200
    if as_json:
        partial = response.json()["partialSuccess"]
        rejected, message = partial["rejectedSpans"], partial["errorMessage"]
        assert rejected == "1"
    else:
        read = ExportTraceServiceResponse.FromString(response.body).partial_success
        assert read.rejected_spans == 1
        message = read.error_message
    assert "span_id has 1 bytes instead of 8" in message


async def test_a_malformed_request_names_its_field(http: Receiving) -> None:
    """In the message for people and in `BadRequest` for programs, in both encodings."""
    field = "resourceSpans[0].scopeSpans[0].spans[0].kind"
    async with http.connection() as connection:
        in_json = await connection.post(json_body(kind={}), content_type=JSON)
        in_protobuf = await connection.post(b'{"resourceSpans":[]}')

    assert in_json.status == in_protobuf.status == 400
    assert_status(in_json)
    assert in_json.json()["details"][0]["fieldViolations"][0]["field"] == field
    assert in_json.json()["message"].startswith(f"cannot read {field}: ")
    assert_status(in_protobuf, as_json=False)
    assert b"Content-Type: application/json" in in_protobuf.body


@pytest.mark.parametrize("body", [b"", b"1234", b"null", b"[]", b"{", b"\x0a\x00"])
async def test_what_is_no_json_object_is_400(http: Receiving, body: bytes) -> None:
    """Zero bytes are a request in protobuf but none in JSON."""
    async with http.connection() as connection:
        response = await connection.post(body, content_type=JSON)

    assert response.status == 400
    assert_status(response)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_other_methods_are_405(http: Receiving, method: str) -> None:
    """HTTP wants to be told which are allowed."""
    async with http.connection() as connection:
        response = await connection.post(method=method, content_type=None)

    assert response.status == 405
    assert response.headers["allow"] == "POST, OPTIONS"
    assert_status(response)


async def test_head_is_405_without_a_body(http: Receiving) -> None:
    """And the connection goes on after it."""
    async with http.connection() as connection:
        response = await connection.post(method="HEAD")

        assert (response.status, response.body) == (405, b"")
        assert (await connection.post(BODY)).status == 200


@pytest.mark.parametrize("path", ["/", "/v1/traces/", "/api/v2/spans", "/v1/traces/v1/traces"])
async def test_other_paths_are_404_with_a_hint(http: Receiving, path: str) -> None:
    """The hint is also counted, to be shown here."""
    async with http.connection() as connection:
        response = await connection.post(BODY, path=path)

    assert response.status == 404
    assert_status(response, as_json=False)
    message = status_pb2.Status.FromString(response.body).message
    assert message.startswith(f"nothing is received on {path}: ")
    assert http.ingest.counters.problems.counts == {message: 1}


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "x",
        "application/json;charset=x",
    ],
)
async def test_other_media_types_are_415(http: Receiving, content_type: str | None) -> None:
    """With what to add, in JSON since nothing better is known."""
    async with http.connection() as connection:
        response = await connection.post(b"{}", content_type=content_type)

        assert response.status == 415
        assert_status(response)
        assert (await connection.post(BODY)).status == 200


async def test_the_old_name_of_protobuf_is_noted(http: Receiving) -> None:
    """It is accepted; its sender's author may want to know."""
    async with http.connection() as connection:
        await connection.post(BODY, content_type="application/protobuf")

    assert list(http.ingest.counters.notes.counts) == [
        "Content-Type application/protobuf; OTLP has application/x-protobuf"
    ]


async def test_other_codings_are_415_and_name_the_supported_ones(http: Receiving) -> None:
    """A client does not retry it."""
    async with http.connection() as connection:
        response = await connection.post(BODY, content_encoding="zstd")

        assert response.status == 415
        assert response.headers["accept-encoding"] == "gzip, deflate"
        assert_status(response, as_json=False)
        assert (await connection.post(BODY)).status == 200


@pytest.mark.parametrize(
    "sent",
    [b"not gzip", gzip.compress(BODY)[:-4], gzip.compress(BODY)[:-8] + bytes(8), b""],
    ids=["other", "truncated", "bad checksum", "empty"],
)
async def test_what_is_not_in_its_coding_is_400(http: Receiving, sent: bytes) -> None:
    """Never 500; the connection goes on."""
    async with http.connection() as connection:
        response = await connection.post(sent, content_encoding="gzip")

        assert response.status == 400
        assert_status(response, as_json=False)
        assert (await connection.post(BODY)).status == 200
    assert http.ingest.counters.malformed_requests == 1


async def test_a_bomb_is_413(http: Receiving) -> None:
    """A few kilobytes that inflate beyond the bound."""
    bomb = gzip.compress(bytes(4 * LIMITS.max_request_bytes))
    async with http.connection() as connection:
        response = await connection.post(bomb, content_encoding="gzip")

        assert response.status == 413
        assert_status(response, as_json=False)
        assert (await connection.post(BODY)).status == 200


@pytest.mark.parametrize("origin", [PAGE, "null", "https://localhost"])
async def test_a_preflight_of_a_local_page_is_allowed(http: Receiving, origin: str) -> None:
    """A browser asks before every export, and sends only what is allowed."""
    async with http.connection() as connection:
        response = await connection.post(
            method="OPTIONS",
            content_type=None,
            origin=origin,
            access_control_request_method="POST",
            access_control_request_headers="content-type,traceparent",
            access_control_request_private_network="true",
        )

    assert (response.status, response.body) == (204, b"")
    assert response.headers["access-control-allow-origin"] == origin
    assert response.headers["access-control-allow-credentials"] == "true"
    assert response.headers["access-control-allow-methods"] == "POST"
    assert response.headers["access-control-allow-headers"] == "content-type, traceparent"
    assert response.headers["access-control-allow-private-network"] == "true"
    assert int(response.headers["access-control-max-age"]) > 0
    assert response.headers["vary"] == "Origin"


async def test_answers_to_a_page_can_be_read_by_it(http: Receiving) -> None:
    """Also failures, which would be a bare network error otherwise."""
    async with http.connection() as connection:
        accepted = await connection.post(json_body(), content_type=JSON, origin=PAGE)
        malformed = await connection.post(b"{", content_type=JSON, origin=PAGE)
        unknown = await connection.post(b"{}", path="/x", content_type=JSON, origin=PAGE)

    assert [each.status for each in (accepted, malformed, unknown)] == [200, 400, 404]
    for response in (accepted, malformed, unknown):
        assert response.headers["access-control-allow-origin"] == PAGE
        assert response.headers["vary"] == "Origin"


@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
async def test_a_page_from_elsewhere_is_refused(http: Receiving, method: str) -> None:
    """Nothing is stored, and it learns nothing."""
    async with http.connection() as connection:
        response = await connection.post(
            BODY,
            method=method,
            origin="https://evil.example",
            access_control_request_method="POST",
        )

    assert response.status == 403
    assert not any(name.startswith("access-control") for name in response.headers)
    assert len(http.store) == 0


async def test_a_request_without_origin_has_no_cors_headers(http: Receiving) -> None:
    """Only browsers ask."""
    async with http.connection() as connection:
        response = await connection.post(BODY)
        options = await connection.post(method="OPTIONS", content_type=None)

    assert not any(name.startswith("access-control") for name in response.headers)
    assert (options.status, options.headers["allow"]) == (204, "POST, OPTIONS")


async def test_headers_of_32_kilobytes_are_read_and_unknown_ones_ignored(
    http: Receiving,
) -> None:
    """Proxies and authentication add to them; a foreign `Host` is a container's."""
    async with http.connection() as connection:
        response = await connection.post(
            BODY,
            host="host.docker.internal",
            x_long="x" * 30_000,
            authorization="Bearer secret",
        )

    assert response.status == 200
    assert len(http.store) == 1


async def test_a_defect_is_500_and_the_receiver_goes_on(
    http: Receiving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """500 is not retried, so the same request does not come for ever."""

    def broken(_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(http.store, "consume", broken)
    async with http.connection() as connection:
        response = await connection.post(BODY)
        monkeypatch.undo()

        assert response.status == 500
        assert_status(response, as_json=False)
        assert (await connection.post(BODY)).status == 200


async def test_a_defect_before_the_body_is_500_too(
    http: Receiving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it is, the sender gets an answer in OTLP's shape."""

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("devtrace.receivers.cors.CorsPolicy.allows", broken)
    async with http.connection() as connection:
        response = await connection.post(BODY, origin=PAGE)

    assert response.status == 500
    assert_status(response, as_json=False)
    assert http.ingest.counters.internal_errors == 1


async def test_the_sender_is_remembered_without_its_port(http: Receiving) -> None:
    """The user agent, the peer and the protocol tell which program has the problem."""
    for _ in range(2):
        async with http.connection() as connection:
            await connection.post(b"\xff", user_agent="OTel OTLP Exporter Go/1.0")

    assert http.ingest.counters.problems_by_sender.counts == {
        ("HTTP", "127.0.0.1", "OTel OTLP Exporter Go/1.0"): 2
    }


# -- diagnostics -------------------------------------------------------------------------


def a_plain_span(**fields: Any) -> bytes:
    """Return an OTLP/JSON request of a named service with sound times, changed by *fields*."""
    span = {
        "traceId": trace_id_of("t"),
        "spanId": span_id_of("s"),
        "startTimeUnixNano": str(T0),
        "endTimeUnixNano": str(T0 + 1),
    }
    name = {"key": "service.name", "value": {"stringValue": "shop"}}
    document = {
        "resource": {"attributes": [name]},
        "scopeSpans": [{"spans": [span | fields]}],
    }
    return json.dumps({"resourceSpans": [document]}).encode()


@pytest.mark.parametrize(
    ("diagnostic", "body", "options"),
    [
        ("doubled-path", BODY, {"path": "/v1/traces/v1/traces"}),
        ("missing-path", BODY, {"path": "/"}),
        ("wrong-path", BODY, {"path": "/v1/traces/"}),
        ("zipkin-or-jaeger", b"[]", {"path": "/api/v2/spans"}),
        (
            "grpc-on-http-port",
            BODY,
            {"path": "/opentelemetry.proto.collector.trace.v1.X/Export"},
        ),
        ("wrong-method", b"", {"method": "PUT"}),
        ("wrong-content-type", BODY, {"content_type": "text/plain"}),
        ("wrong-content-type", BODY, {"content_type": None}),
        ("wrong-content-type", BODY, {"content_type": "application/json;charset=utf-16"}),
        ("content-type-spelling", BODY, {"content_type": "application/protobuf"}),
        ("unsupported-coding", BODY, {"content_encoding": "zstd"}),
        ("damaged-compression", BODY, {"content_encoding": "gzip"}),
        ("origin-not-allowed", BODY, {"origin": "https://elsewhere.example"}),
        ("body-over-limit", bytes(LIMITS.max_request_bytes + 1), {}),
        ("body-over-limit", gzip.compress(bytes(9 * 2**20)), {"content_encoding": "gzip"}),
        ("mislabelled-body", b"{}", {}),
        ("mislabelled-body", BODY, {"content_type": JSON}),
        ("mislabelled-body", gzip.compress(BODY), {}),
        ("malformed-body", b"{", {"content_type": JSON}),
        ("malformed-body", BODY[:-1], {}),
        ("invalid-utf8", b'{"a":"\xff"}', {"content_type": JSON}),
        ("invalid-utf8", a_plain_span(name="\ud800"), {"content_type": JSON}),
        ("bare-nan", b'{"a":NaN}', {"content_type": JSON}),
        (
            "base64-ids",
            a_plain_span(traceId="W47/95gDgQPSabYzgT/GDA=="),
            {"content_type": JSON},
        ),
        ("invalid-ids", a_plain_span(spanId="00" * 8), {"content_type": JSON}),
        ("invalid-ids", a_plain_span(spanId="xyz"), {"content_type": JSON}),
        ("hex-text-ids", a_plain_span(traceId=(b"ab" * 16).hex()), {"content_type": JSON}),
        ("attributes-as-object", a_plain_span(attributes={"k": "v"}), {"content_type": JSON}),
        ("snake-case-keys", a_plain_span(trace_state="x"), {"content_type": JSON}),
        ("enum-names", a_plain_span(kind="SPAN_KIND_SERVER"), {"content_type": JSON}),
        (
            "number-out-of-range",
            a_plain_span(attributes=[{"key": "k", "value": {"intValue": 1e21}}]),
            {"content_type": JSON},
        ),
        ("time-unit", a_plain_span(startTimeUnixNano="1700000000000"), {"content_type": JSON}),
        ("future-time", a_plain_span(endTimeUnixNano=str(2**63)), {"content_type": JSON}),
        ("end-before-start", a_plain_span(endTimeUnixNano=str(T0 - 1)), {"content_type": JSON}),
        ("unknown-service", a_request(a_span(), service="").SerializeToString(), {}),
    ],
)
async def test_a_mistake_is_diagnosed_once_per_sender(
    http: Receiving, diagnostic: str, body: bytes, options: dict[str, Any]
) -> None:
    """However often it is repeated; another sender has its own."""
    for agent in ("one/1", "one/1", "two/1"):
        async with http.connection() as connection:
            await connection.post(body, user_agent=agent, **options)

    diagnoses = http.ingest.counters.diagnoses
    assert [(each.diagnostic.id, each.sender.user_agent, each.count) for each in diagnoses] == [
        (diagnostic, "one/1", 2),
        (diagnostic, "two/1", 1),
    ]


async def test_a_sound_request_has_no_diagnosis(http: Receiving) -> None:
    """Neither in protobuf nor in JSON."""
    async with http.connection() as connection:
        await connection.post(BODY)
        await connection.post(a_plain_span(), content_type=JSON)

    assert len(http.ingest.counters.diagnoses) == 0


async def test_what_a_sender_sent_is_counted_by_sender_and_signal(http: Receiving) -> None:
    """R140: requests, spans, refusals and what could not be decoded."""
    refused = a_request(a_span("c"), a_span("d", span_id=b"")).SerializeToString()
    async with http.connection() as connection:
        await connection.post(BODY, user_agent="one/1")
        await connection.post(refused, user_agent="one/1")
        await connection.post(b"{}", user_agent="one/1")
        await connection.post(b"", path="/v1/logs", user_agent="one/1")
        await connection.post(b"", path="/", user_agent="one/1")

    ((sender, traffic),) = http.ingest.counters.senders.items()
    assert str(sender) == "HTTP from 127.0.0.1, one/1"
    assert traffic.requests == {"traces": 3, "logs": 1}
    assert (traffic.accepted["traces"], traffic.refused["traces"]) == (3, 1)
    assert (traffic.malformed["traces"], traffic.turned_away) == (1, 1)
    assert traffic.service_name == "shop"
    assert {each.service_name for each in http.ingest.counters.diagnoses} == {"shop"}
