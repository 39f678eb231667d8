"""Every mistake of senders that devtrace recognises: the table of diagnostics.

Source: docs/diagnostics.md is written from here.
"""

from devtrace.otlp.diagnostic import UNNAMED, Diagnostic

D = Diagnostic

# -- the wrong door ------------------------------------------------------------------

GRPC_ON_HTTP_PORT = D(
    id="grpc-on-http-port",
    sentence="OTLP/gRPC is sent to the port for OTLP/HTTP",
    remedy="Send to port {grpc_port}, or set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
    in_code=(
        ("Go", 'otlptracehttp, or otlptracegrpc.WithEndpoint("localhost:{grpc_port}")'),
        ("Node", "import @opentelemetry/exporter-trace-otlp-proto, not …-otlp-grpc"),
        ("Java", "-Dotel.exporter.otlp.protocol=http/protobuf"),
        ("Python", "import from opentelemetry.exporter.otlp.proto.http, not …proto.grpc"),
    ),
)
NO_GRPC_ON_GRPC_PORT = D(
    id="no-grpc-on-grpc-port",
    sentence="OTLP/HTTP or TLS is sent to the port for OTLP/gRPC",
    remedy=(
        "For HTTP send to port {http_port} or set OTEL_EXPORTER_OTLP_PROTOCOL=grpc; "
        "for TLS begin the endpoint with http:// and set OTEL_EXPORTER_OTLP_INSECURE=true"
    ),
    in_code=(
        ("Go", "otlptracegrpc.WithInsecure(), without which it speaks TLS"),
        ("Node", "credentials.createInsecure(), or a url that begins with http://"),
        ("Java", 'setEndpoint("http://localhost:{grpc_port}")'),
        ("Python", "OTLPSpanExporter(insecure=True), or an endpoint with http://"),
    ),
)
TLS_ON_PLAIN_PORT = D(
    id="tls-on-plain-port",
    sentence="TLS is sent to a port that takes plain text",
    remedy="Begin the endpoint with http://: OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:{http_port}",
    in_code=(
        ("Go", "otlptracehttp.WithInsecure(), or OTEL_EXPORTER_OTLP_INSECURE=true"),
        ("Node", 'new OTLPTraceExporter({ url: "http://localhost:{http_port}/v1/traces" })'),
        ("Java", 'setEndpoint("http://localhost:{http_port}/v1/traces")'),
        ("Python", 'OTLPSpanExporter(endpoint="http://localhost:{http_port}/v1/traces")'),
    ),
)
MALFORMED_HTTP = D(
    id="malformed-http",
    sentence="What arrives on the HTTP port is no HTTP/1.1 request",
    remedy="Send OTLP/HTTP with POST over HTTP/1.1, without TLS, to port {http_port}",
)

# -- the path and the headers --------------------------------------------------------

DOUBLED_PATH = D(
    id="doubled-path",
    sentence="The endpoint already has a path and /v1/traces was added to it",
    remedy="Leave the path out of OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:{http_port}",
    in_code=(
        ("Go", 'otlptracehttp.WithEndpoint("localhost:{http_port}") takes host and port alone'),
        ("Node", "a url in code is used as it is; the variable gets /v1/traces added"),
        ("Java", "otel.exporter.otlp.endpoint gets /v1/traces added, setEndpoint() does not"),
        ("Python", "endpoint= in code is used as it is; the variable gets /v1/traces added"),
    ),
)
MISSING_PATH = D(
    id="missing-path",
    sentence="The endpoint of one signal has no path",
    remedy=(
        "Set OTEL_EXPORTER_OTLP_ENDPOINT, which gets the path added, or end "
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT with /v1/traces"
    ),
    in_code=(
        ("Go", 'otlptracehttp.WithEndpointURL("http://localhost:{http_port}/v1/traces")'),
        ("Node", 'new OTLPTraceExporter({ url: "http://localhost:{http_port}/v1/traces" })'),
        ("Java", 'setEndpoint("http://localhost:{http_port}/v1/traces")'),
        ("Python", 'OTLPSpanExporter(endpoint="http://localhost:{http_port}/v1/traces")'),
    ),
)
WRONG_PATH = D(
    id="wrong-path",
    sentence="Nothing is received on the path",
    remedy="Send to /v1/traces, /v1/metrics or /v1/logs, without a slash at the end",
)
ZIPKIN_OR_JAEGER = D(
    id="zipkin-or-jaeger",
    sentence="The sender speaks Zipkin or Jaeger, not OTLP",
    remedy=(
        "Set OTEL_TRACES_EXPORTER=otlp; a library without OTLP reaches devtrace through an "
        "OpenTelemetry Collector with a zipkin or jaeger receiver"
    ),
)
WRONG_METHOD = D(
    id="wrong-method",
    sentence="The request is no POST",
    remedy="Send telemetry by POST: curl -X POST http://localhost:{http_port}/v1/traces",
)
WRONG_CONTENT_TYPE = D(
    id="wrong-content-type",
    sentence="The Content-Type is not one of OTLP",
    remedy="Send Content-Type: application/x-protobuf, or application/json in UTF-8",
)
CONTENT_TYPE_SPELLING = D(
    id="content-type-spelling",
    sentence="The Content-Type is spelled otherwise than OTLP has it",
    remedy="Send Content-Type: application/x-protobuf; other receivers refuse this one",
)
UNSUPPORTED_CODING = D(
    id="unsupported-coding",
    sentence="The body is compressed in a way that is not read",
    remedy="Set OTEL_EXPORTER_OTLP_COMPRESSION=gzip, or none",
    in_code=(("Collector", "compression: gzip in the exporter's settings"),),
)
ORIGIN_NOT_ALLOWED = D(
    id="origin-not-allowed",
    sentence="A web page of another machine tries to send",
    remedy="Start devtrace with --cors-origin and the page's origin, or with --cors-origin '*'",
)
UPGRADE_REQUEST = D(
    id="upgrade-request",
    sentence="The request asks to change to another protocol",
    remedy="Send HTTP/1.1 without an Upgrade header",
)

# -- the size and the pace -----------------------------------------------------------

BODY_OVER_LIMIT = D(
    id="body-over-limit",
    sentence="The request is larger than is read",
    remedy=(
        "Send smaller batches: OTEL_BSP_MAX_EXPORT_BATCH_SIZE=128; or start devtrace with a "
        "larger --max-request-bytes"
    ),
    in_code=(("Collector", "send_batch_max_size of the batch processor"),),
)
HEADERS_OVER_LIMIT = D(
    id="headers-over-limit",
    sentence="The headers of the request are larger than is read",
    remedy="Send fewer headers: look at OTEL_EXPORTER_OTLP_HEADERS",
)
SLOW_REQUEST = D(
    id="slow-request",
    sentence="The request breaks off in the middle",
    remedy="Look whether the program hangs while it exports, or a proxy holds its requests",
)

# -- the body ------------------------------------------------------------------------

MISLABELLED_BODY = D(
    id="mislabelled-body",
    sentence="The body is in another encoding than the headers say",
    remedy=(
        "Send JSON with Content-Type: application/json, protobuf with application/x-protobuf, "
        "and compressed bodies with Content-Encoding: gzip"
    ),
)
DAMAGED_COMPRESSION = D(
    id="damaged-compression",
    sentence="The body is not compressed as Content-Encoding says",
    remedy="Send Content-Encoding only with a body in that coding, whole",
)
MALFORMED_BODY = D(
    id="malformed-body",
    sentence="The body cannot be decoded",
    remedy="Compare what is sent with the example: it names the field or the byte that is wrong",
)
ATTRIBUTES_AS_OBJECT = D(
    id="attributes-as-object",
    sentence="Attributes are an object where OTLP/JSON has a list",
    remedy='Write "attributes": [{"key": "k", "value": {"stringValue": "v"}}]',
)

# -- ids -----------------------------------------------------------------------------

BASE64_IDS = D(
    id="base64-ids",
    sentence="Trace and span ids are base64 where OTLP/JSON wants hex",
    remedy=(
        "Write ids as 32 and 16 hex digits: use an OTLP/JSON exporter instead of protobuf's "
        "own JSON printer"
    ),
    in_code=(
        ("Go", "otlptracehttp, or the Collector's ptrace.JSONMarshaler, not protojson"),
        ("Java", "opentelemetry-exporter-logging-otlp, not JsonFormat.printer()"),
        ("Python", "send protobuf, or convert ids after json_format.MessageToDict"),
    ),
)
HEX_TEXT_IDS = D(
    id="hex-text-ids",
    sentence="Ids are hex text in a field of raw bytes",
    remedy="Put 16 raw bytes into trace_id and 8 into span_id",
    in_code=(
        ("Go", "id := span.SpanContext().TraceID(); pb.TraceId = id[:]"),
        ("Node", 'Buffer.from(traceId, "hex")'),
        ("Java", "ByteString.copyFrom(spanContext.getTraceIdBytes())"),
        ("Python", 'span_context.trace_id.to_bytes(16, "big")'),
    ),
)
INVALID_IDS = D(
    id="invalid-ids",
    sentence="Spans have no valid ids",
    remedy="Send a trace_id of 16 bytes and a span_id of 8, neither of them all zero",
)
INVALID_LOG_IDS = D(
    id="invalid-log-ids",
    sentence="Log records have ids that are none",
    remedy="Leave trace_id and span_id out, or send 16 and 8 bytes, as hex digits in JSON",
)

INVALID_EXEMPLAR_IDS = D(
    id="invalid-exemplar-ids",
    sentence="Exemplars of metrics have ids that are none",
    remedy="Leave trace_id and span_id out, or send 16 and 8 bytes, as hex digits in JSON",
)

# -- how JSON is written -------------------------------------------------------------

SNAKE_CASE_KEYS = D(
    id="snake-case-keys",
    sentence="JSON keys are in snake_case",
    remedy="Write keys in lowerCamelCase (traceId): other receivers ignore these without a word",
    in_code=(
        ("Go", "protojson.MarshalOptions{UseProtoNames: false}"),
        ("Python", "json_format.MessageToDict without preserving_proto_field_name"),
    ),
)
FORMER_KEYS = D(
    id="former-keys",
    sentence="JSON keys are from before OTLP 1.0",
    remedy="Update the exporter: instrumentationLibrary… is called scope… now",
)
ENUM_NAMES = D(
    id="enum-names",
    sentence="An enum is written as text where OTLP/JSON wants its integer",
    remedy='Write "kind": 2 instead of "SPAN_KIND_SERVER"',
    in_code=(("Go", "protojson.MarshalOptions{UseEnumNumbers: true}"),),
)
NUMBER_OUT_OF_RANGE = D(
    id="number-out-of-range",
    sentence="A number does not fit its type and has lost digits",
    remedy='Write 64-bit integers as strings: {"intValue": "9007199254740993"}',
    in_code=(("Node", "keep numbers beyond Number.MAX_SAFE_INTEGER as strings"),),
)
BARE_NAN = D(
    id="bare-nan",
    sentence="NaN or Infinity stands bare in JSON",
    remedy='Write them as strings: "NaN", "Infinity", "-Infinity"',
)
AMBIGUOUS_VALUE = D(
    id="ambiguous-value",
    sentence="A value has no member or several where it must have one",
    remedy='Write exactly one member: {"stringValue": "v"}; {} is the empty value',
)
INVALID_UTF8 = D(
    id="invalid-utf8",
    sentence="Text is not valid UTF-8",
    remedy="Send binary data as bytes_value, and cut long text between characters",
    in_code=(
        ("Go", 'strings.ToValidUTF8(text, "\\uFFFD")'),
        ("Node", "text.toWellFormed()"),
        ("Python", 'raw.decode("utf-8", "replace")'),
    ),
)

# -- times ---------------------------------------------------------------------------

TIME_UNIT = D(
    id="time-unit",
    sentence="Times look like seconds, milliseconds or microseconds",
    remedy="Send Unix time in nanoseconds",
    in_code=(
        ("Go", "uint64(t.UnixNano())"),
        ("Node", "let the SDK take the time, or [seconds, nanoseconds] as hrTime"),
        ("Java", "setStartTimestamp(Instant), or with its TimeUnit"),
        ("Python", "time.time_ns(), not time.time()"),
    ),
)
FUTURE_TIME = D(
    id="future-time",
    sentence="Times lie more than a day in the future",
    remedy="Send Unix time in nanoseconds, in UTC, and look at the sender's clock",
)
END_BEFORE_START = D(
    id="end-before-start",
    sentence="Spans end before they start",
    remedy="Take start and end from one clock: let the SDK do it, or use one monotonic clock",
)
MISSING_TIMES = D(
    id="missing-times",
    sentence="Spans have no start time",
    remedy="Set start_time_unix_nano and end_time_unix_nano; 0 means that there is none",
)

# -- who sends -----------------------------------------------------------------------

UNKNOWN_SERVICE = D(
    id="unknown-service",
    sentence="The sender does not say which service it is",
    remedy="Set OTEL_SERVICE_NAME=checkout, or service.name in OTEL_RESOURCE_ATTRIBUTES",
    in_code=(
        ("Go", 'resource.New(ctx, resource.WithAttributes(semconv.ServiceName("checkout")))'),
        ("Node", 'new NodeSDK({ serviceName: "checkout" })'),
        ("Java", "-Dotel.service.name=checkout"),
        ("Python", 'Resource.create({"service.name": "checkout"})'),
    ),
)

# -- documents of others, and the rest -----------------------------------------------

UNKNOWN_METRIC = D(
    id="unknown-metric",
    sentence="A metric holds a kind of data that OTLP does not define",
    remedy="Send a gauge, sum, histogram, exponential histogram or summary",
)
HASHED_IDS = D(
    id="hashed-ids",
    sentence="Ids in a document of Jaeger or Zipkin are not hex",
    remedy="Nothing is lost: a hash stands for each, and an attribute keeps it as written",
)
UNREADABLE_TIME = D(
    id="unreadable-time",
    sentence="A time in a document of Jaeger or Zipkin is no number of microseconds",
    remedy="Write times as whole microseconds since 1970",
)
MISTYPED_TAG = D(
    id="mistyped-tag",
    sentence="A tag of Jaeger does not fit its type",
    remedy="Write int64 as a number or digits, bool as true or false, binary as base64",
)
JAEGER_WARNING = D(
    id="jaeger-warning",
    sentence="Jaeger wrote a warning into the document",
    remedy="Read the example: it is Jaeger's own remark on the trace",
)
NO_TELEMETRY = D(
    id="no-telemetry",
    sentence="A line is JSON but holds no telemetry",
    remedy="Nothing is lost; look whether the file was written by what you think",
)
UNLISTED_BROKEN_LINES = D(
    id="unlisted-broken-lines",
    sentence="More lines are broken than are listed",
    remedy="Look at the first of them: files damaged so often have one cause",
)
DEVTRACE_DEFECT = D(
    id="devtrace-defect",
    sentence="devtrace itself failed on a request",
    remedy="Report it: it is a defect of devtrace, not of the sender",
)

DIAGNOSTICS: tuple[Diagnostic, ...] = (
    *(
        each
        for each in list(globals().values())
        if isinstance(each, Diagnostic) and each is not UNNAMED
    ),
    UNNAMED,
)
"""All of them, in the order of the page."""


def page() -> str:
    """Return docs/diagnostics.md, which a test compares with this table."""
    parts = [_HEAD]
    for each in DIAGNOSTICS:
        remedy, *in_code = each.remedies(**_USUAL_PORTS)
        parts.append(f"\n## `{each.id}`\n\n{each.sentence}.\n\n{remedy}.\n")
        if in_code:
            parts.append("\n" + "".join(f"- {line}\n" for line in in_code))
    return "".join(parts)


_USUAL_PORTS = {"grpc_port": 4317, "http_port": 4318}
_HEAD = """\
# Diagnostics

What devtrace says of a sender that does something wrong: once per sender and diagnostic, not per
request. A sender is an address, a protocol, a User-Agent and, where it is known, a `service.name`.
They are shown by `!` in the UI, as `diagnostic` events by `devtrace serve --json`, and counted by
`devtrace stats FILE --json` under `diagnostics`. The ids below never change. Written from
`devtrace/otlp/mistakes.py`; ports are the usual ones here and the real ones in the program.
"""
