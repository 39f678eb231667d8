"""Protobuf messages built at run time, shaped for how devtrace reads OTLP.

Four readings of the same bytes, cheapest first:

* *columns*: every id and time of a scope's spans, and proof that each span can be read.  `spans` is declared as one message, so protobuf's merge rule joins all spans
  of the scope into it, and no object is made for any of them.
* *sliced*: a request down to its scopes, with every item left as bytes.  These
  bytes are what is stored, so whatever a sender wrote survives.
* *hot*: the fields needed for one row on screen; the rest of a span stays unparsed
  inside upb's unknown fields.
* *tolerant*: everything, from the published descriptors, with each `string`
  turned into `bytes` (the wire type is the same), because upb refuses a whole
  request for one sequence that is not UTF-8.

Beside them stand the few messages that are sent back, built the same way because
the published ones would cost 30 ms, or a dependency, for three fields.

In the sliced reading a singular submessage is declared `repeated bytes` and joined,
which is what the same merge rule says for a field that occurs twice.

Source: opentelemetry-proto 1.x `trace/v1/trace.proto`, `logs/v1/logs.proto`,
`metrics/v1/metrics.proto`, `collector/trace/v1/trace_service.proto`; protobuf encoding, "Last One Wins";
googleapis `google/rpc/status.proto`, `google/rpc/error_details.proto`.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from google.protobuf.descriptor_pb2 import FileDescriptorProto
    from google.protobuf.descriptor_pool import DescriptorPool
    from google.protobuf.message import Message

# Numbers of the types, as `FieldDescriptorProto.Type` has them.
_BOOL = 8
_BYTES = 12
_INT32 = 5
_INT64 = 3
_STRING = 9
_FIXED32 = 7
_FIXED64 = 6
_UINT32 = 13

_PACKAGE = "devtrace.shallow"

_Field = tuple[str, int, int | str, bool]
"""Name, number, scalar type or message name, repeated."""

_SHALLOW: dict[str, tuple[_Field, ...]] = {
    "SlicedRequest": (("resource_spans", 1, "SlicedResourceSpans", True),),
    "SlicedResourceSpans": (
        ("resource", 1, _BYTES, True),
        ("scope_spans", 2, "SlicedScopeSpans", True),
        ("schema_url", 3, _BYTES, False),
    ),
    "SlicedScopeSpans": (
        ("scope", 1, _BYTES, True),
        ("spans", 2, _BYTES, True),
        ("schema_url", 3, _BYTES, False),
    ),
    "ColumnsRequest": (("resource_spans", 1, "ColumnsResourceSpans", True),),
    "ColumnsResourceSpans": (("scope_spans", 2, "ColumnsScopeSpans", True),),
    "ColumnsScopeSpans": (("spans", 2, "SpanColumns", False),),
    "SpanColumns": (
        ("trace_id", 1, _BYTES, True),
        ("span_id", 2, _BYTES, True),
        ("parent_span_id", 4, _BYTES, True),
        ("start_time_unix_nano", 7, _FIXED64, True),
        ("end_time_unix_nano", 8, _FIXED64, True),
        ("status", 15, "HotStatus", False),
    ),
    "HotSpan": (
        ("trace_id", 1, _BYTES, False),
        ("span_id", 2, _BYTES, False),
        ("parent_span_id", 4, _BYTES, False),
        ("name", 5, _BYTES, False),
        ("kind", 6, _INT32, False),
        ("start_time_unix_nano", 7, _FIXED64, False),
        ("end_time_unix_nano", 8, _FIXED64, False),
        ("status", 15, "HotStatus", False),
    ),
    "HotStatus": (("message", 2, _BYTES, False), ("code", 3, _INT32, False)),
    # One field of many spans that stand one after the other, as of one.
    "SpanNames": (("name", 5, _BYTES, True),),
    "SpanKinds": (("kind", 6, _INT32, True),),
    "SpanStatuses": (("status", 15, _BYTES, True),),
    "SpanTimes": (
        ("start_time_unix_nano", 7, _FIXED64, False),
        ("end_time_unix_nano", 8, _FIXED64, False),
    ),
    "HotLogsRequest": (("resource_logs", 1, "HotResourceLogs", True),),
    "HotResourceLogs": (("scope_logs", 2, "HotScopeLogs", True),),
    "HotScopeLogs": (("log_records", 2, "HotLogRecord", True),),
    "HotLogRecord": (
        ("time_unix_nano", 1, _FIXED64, False),
        ("severity_number", 2, _INT32, False),
        ("trace_id", 9, _BYTES, False),
        ("span_id", 10, _BYTES, False),
        ("observed_time_unix_nano", 11, _FIXED64, False),
    ),
    # An item whose parts are parsed one by one, for when parsing it whole fails.
    "SlicedSpan": (
        ("trace_state", 3, _BYTES, False),
        ("attributes", 9, _BYTES, True),
        ("dropped_attributes_count", 10, _UINT32, False),
        ("events", 11, _BYTES, True),
        ("dropped_events_count", 12, _UINT32, False),
        ("links", 13, _BYTES, True),
        ("dropped_links_count", 14, _UINT32, False),
        ("flags", 16, _FIXED32, False),
    ),
    "SlicedLogRecord": (
        ("severity_text", 3, _BYTES, False),
        ("body", 5, _BYTES, False),
        ("attributes", 6, _BYTES, True),
        ("dropped_attributes_count", 7, _UINT32, False),
        ("flags", 8, _FIXED32, False),
        ("event_name", 12, _BYTES, False),
    ),
    # A metric down to its points; each kind numbers a point's attributes otherwise.
    "SlicedMetric": (
        ("name", 1, _BYTES, False),
        ("description", 2, _BYTES, False),
        ("unit", 3, _BYTES, False),
        ("gauge", 5, "SlicedMetricData", False),
        ("sum", 7, "SlicedMetricData", False),
        ("histogram", 9, "SlicedMetricData", False),
        ("exponential_histogram", 10, "SlicedMetricData", False),
        ("summary", 11, "SlicedMetricData", False),
        ("metadata", 12, _BYTES, True),
    ),
    "SlicedMetricData": (
        ("data_points", 1, _BYTES, True),
        ("aggregation_temporality", 2, _INT32, False),
        ("is_monotonic", 3, _BOOL, False),
    ),
    "HotNumberPoint": (("attributes", 7, _BYTES, True),),
    "HotHistogramPoint": (("attributes", 9, _BYTES, True),),
    "HotExponentialPoint": (("attributes", 1, _BYTES, True),),
    "SlicedResource": (
        ("attributes", 1, _BYTES, True),
        ("dropped_attributes_count", 2, _UINT32, False),
    ),
    "SlicedScope": (
        ("name", 1, _BYTES, False),
        ("version", 2, _BYTES, False),
        ("attributes", 3, _BYTES, True),
        ("dropped_attributes_count", 4, _UINT32, False),
    ),
    # Replies.  All three signals answer in the same shape.
    "ExportResponse": (("partial_success", 1, "PartialSuccess", False),),
    "PartialSuccess": (("rejected", 1, _INT64, False), ("error_message", 2, _STRING, False)),
    "RpcStatus": (
        ("code", 1, _INT32, False),
        ("message", 2, _STRING, False),
        ("details", 3, "RpcDetail", True),
    ),
    "RpcDetail": (("type_url", 1, _STRING, False), ("value", 2, _BYTES, False)),
    "BadRequest": (("field_violations", 1, "FieldViolation", True),),
    "FieldViolation": (("field", 1, _STRING, False), ("description", 2, _STRING, False)),
    "RetryInfo": (("retry_delay", 1, "Duration", False),),
    "Duration": (("seconds", 1, _INT64, False), ("nanos", 2, _INT32, False)),
}

_ALTERNATIVES = {"SlicedMetricData": "data"}
"""The `oneof` to which the singular fields of a message type belong."""


def _shallow_file() -> "FileDescriptorProto":
    from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto

    file = FileDescriptorProto(name="devtrace/shallow.proto", package=_PACKAGE, syntax="proto3")
    for name, fields in _SHALLOW.items():
        message = file.message_type.add(name=name)
        for field_name, number, kind, repeated in fields:
            field = message.field.add(name=field_name, number=number)
            field.label = field.LABEL_REPEATED if repeated else field.LABEL_OPTIONAL
            if isinstance(kind, str):
                field.type = field.TYPE_MESSAGE
                field.type_name = f".{_PACKAGE}.{kind}"
                if kind in _ALTERNATIVES:
                    if not message.oneof_decl:
                        message.oneof_decl.add(name=_ALTERNATIVES[kind])
                    field.oneof_index = 0
            else:
                field.type = FieldDescriptorProto.Type.ValueType(kind)
    return file


@cache
def _shallow_pool() -> "DescriptorPool":
    from google.protobuf.descriptor_pool import DescriptorPool

    pool = DescriptorPool()
    pool.Add(_shallow_file())
    return pool


class _Shape:
    """Stands for a message class, which is built when it is first used.

    Importing protobuf and building what is declared here takes 15 ms, and nobody needs
    them before something was sent.  What is once looked up is kept, so that
    `FromString` costs no more than that of the class.

    Args:
        name: Of the message.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # built at run time: no static type
        from google.protobuf.message_factory import GetMessageClass

        full_name = f"{_PACKAGE}.{self._name}"
        message_class = GetMessageClass(_shallow_pool().FindMessageTypeByName(full_name))
        value = message_class if name == "_class" else getattr(message_class, name)
        setattr(self, name, value)
        return value

    def __call__(self, **fields: object) -> Any:  # noqa: ANN401
        """Return a message."""
        return self._class(**fields)


SlicedRequest = _Shape("SlicedRequest")
ColumnsRequest = _Shape("ColumnsRequest")
HotSpan = _Shape("HotSpan")
SpanNames = _Shape("SpanNames")
SpanKinds = _Shape("SpanKinds")
SpanStatuses = _Shape("SpanStatuses")
SpanTimes = _Shape("SpanTimes")
HotLogsRequest = _Shape("HotLogsRequest")
HotLogRecord = _Shape("HotLogRecord")
SlicedSpan = _Shape("SlicedSpan")
SlicedLogRecord = _Shape("SlicedLogRecord")
SlicedMetric = _Shape("SlicedMetric")
HotNumberPoint = _Shape("HotNumberPoint")
HotHistogramPoint = _Shape("HotHistogramPoint")
HotExponentialPoint = _Shape("HotExponentialPoint")
SlicedResource = _Shape("SlicedResource")
SlicedScope = _Shape("SlicedScope")
ExportResponse = _Shape("ExportResponse")
RpcStatus = _Shape("RpcStatus")
BadRequest = _Shape("BadRequest")
RetryInfo = _Shape("RetryInfo")


def build() -> None:
    """Import protobuf and build what is declared here, so that no request waits for it."""
    HotSpan.FromString(b"")


def unknown_fields(message: "Message") -> Any:  # noqa: ANN401
    """Return the fields of *message* that its class does not declare, as they came."""
    from google.protobuf.unknown_fields import UnknownFieldSet

    return UnknownFieldSet(message)


def undeclared(payload: bytes) -> Any:  # noqa: ANN401
    """Return every field of *payload*, read without knowing what it is.

    Raises:
        DecodeError: If it is no sequence of fields.
    """
    from google.protobuf.empty_pb2 import Empty

    return unknown_fields(Empty.FromString(payload))


@cache
def tolerant(full_name: str) -> "type[Message]":
    """Return the message class of *full_name* in which every string is bytes.

    Built on first use, because the published descriptors cost 30 ms to import
    and nobody needs them before a span or log record is looked at.

    Args:
        full_name: Name in the published package, such as
            `opentelemetry.proto.trace.v1.Span`.

    Raises:
        KeyError: If the published descriptors have no such message.
    """
    from google.protobuf.message_factory import GetMessageClass

    return GetMessageClass(_tolerant_pool().FindMessageTypeByName(full_name))


@cache
def _tolerant_pool() -> "DescriptorPool":
    from google.protobuf.descriptor_pb2 import FileDescriptorProto
    from google.protobuf.descriptor_pool import DescriptorPool
    from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
    from opentelemetry.proto.logs.v1 import logs_pb2
    from opentelemetry.proto.metrics.v1 import metrics_pb2

    pool = DescriptorPool()

    def add(descriptor: Any) -> None:  # noqa: ANN401  # upb descriptors have no static type
        for dependency in descriptor.dependencies:
            add(dependency)
        file = FileDescriptorProto.FromString(descriptor.serialized_pb)
        for message in file.message_type:
            _strings_to_bytes(message)
        pool.Add(file)

    add(trace_service_pb2.DESCRIPTOR)
    add(logs_pb2.DESCRIPTOR)
    add(metrics_pb2.DESCRIPTOR)
    return pool


def _strings_to_bytes(message: Any) -> None:  # noqa: ANN401  # a DescriptorProto
    for field in message.field:
        if field.type == field.TYPE_STRING:
            field.type = field.TYPE_BYTES
    for nested in message.nested_type:
        _strings_to_bytes(nested)
