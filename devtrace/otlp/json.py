"""From OTLP/JSON to OTLP bytes, at the door.

JSON is translated once, on arrival, and takes the same road as protobuf from
there.  What a sender may not write but plainly meant is translated too, and noted,
so that the interface can tell its author.

Source: opentelemetry-proto `docs/specification.md`, "JSON Protobuf Encoding".
"""

import json
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn

import orjson

from devtrace.otlp import mistakes
from devtrace.otlp.diagnostic import Diagnostic, diagnostic_of
from devtrace.otlp.json_fields import Fields, fields_of, fill, fill_each
from devtrace.otlp.json_scalars import FieldError, Put, Reading, RefusedSpanError, shown, text
from devtrace.otlp.schema import SlicedRequest
from devtrace.otlp.status import MalformedError

_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
_MAX_INTEGER_DIGITS = 20
_BARE_DOUBLE = mistakes.BARE_NAN.note("bare NaN or Infinity; JSON wants it as a string")


@dataclass(frozen=True, slots=True)
class TranslatedJson:
    """An OTLP/JSON document as OTLP bytes."""

    payload: bytes
    """A serialized request of the signal that was asked for."""
    notes: Counter[str]
    """What was not OTLP/JSON but taken as meant: how often, by sentence."""
    refused: Counter[str]
    """Spans left out because an id of theirs is not hex, by reason."""


def translate_traces(body: bytes, *, lenient: bool = False) -> TranslatedJson:
    """Translate an OTLP/JSON trace request, or `TracesData`, which looks the same.

    Ids of the wrong length are translated as they are, for `decode_spans` to refuse
    with its reason.

    Args:
        body: UTF-8 text, decompressed; a byte order mark is skipped.
        lenient: Whether to take what files hold but no sender may send: ids in
            base64, bare NaN and Infinity.

    Raises:
        MalformedError: If it is no JSON, or a value does not fit its field.
    """
    return _translated(body, _request_fields(), lenient=lenient)


def translate_traces_object(document: object, *, lenient: bool = False) -> TranslatedJson:
    """Translate a trace request that is already parsed; see `translate_traces`.

    Args:
        document: Any JSON value, such as `parse_json` returns.
        lenient: Whether to take ids in base64.

    Raises:
        MalformedError: If it is no object, or a value does not fit its field.
    """
    return _translated_object(document, _request_fields(), lenient=lenient)


def translate_logs(body: bytes, *, lenient: bool = False) -> TranslatedJson:
    """Translate an OTLP/JSON logs request, or `LogsData`; see `translate_traces`.

    An id that is not hex is left out and noted: it costs no record.

    Args:
        body: UTF-8 text, decompressed; a byte order mark is skipped.
        lenient: Whether to take what files hold but no sender may send.

    Raises:
        MalformedError: If it is no JSON, or a value does not fit its field.
    """
    return _translated(body, _logs_request_fields(), lenient=lenient)


def translate_logs_object(document: object, *, lenient: bool = False) -> TranslatedJson:
    """Translate a logs request that is already parsed; see `translate_logs`.

    Args:
        document: Any JSON value, such as `parse_json` returns.
        lenient: Whether to take ids in base64.

    Raises:
        MalformedError: If it is no object, or a value does not fit its field.
    """
    return _translated_object(document, _logs_request_fields(), lenient=lenient)


def _translated(body: bytes, fields: Fields, *, lenient: bool) -> TranslatedJson:
    notes: Counter[str] = Counter()
    document = parse_json(body, lenient=lenient, notes=notes)
    translated = _translated_object(document, fields, lenient=lenient)
    translated.notes.update(notes)
    return translated


def _translated_object(document: object, fields: Fields, *, lenient: bool) -> TranslatedJson:
    if type(document) is not dict:
        raise MalformedError(
            f"cannot read the body: expected an object with {next(iter(fields.puts))}, "
            f"got {shown(document)}"
        )
    request = SlicedRequest()
    reading = Reading(lenient=lenient)
    try:
        fill(request, document, fields, reading)
    except FieldError as error:
        raise MalformedError(
            f"cannot read {error.path}: {error.cause}",
            field=error.path,
            diagnostic=diagnostic_of(error.cause, otherwise=mistakes.MALFORMED_BODY),
        ) from None
    return TranslatedJson(request.SerializeToString(), reading.notes, reading.refused)


# -- the three levels above an item ---------------------------------------------


@cache
def _request_fields() -> Fields:
    """Return how a trace request is read; built on first use: the descriptors cost 30 ms."""
    scope_spans = Fields()
    scope_spans.add("spans", _put_spans)
    return _levels(scope_spans, "Spans")


@cache
def _logs_request_fields() -> Fields:
    """Return how a logs request is read, with the messages of a trace request."""
    from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

    scope_logs = Fields()
    scope_logs.add("logRecords", _serialized_each(LogRecord), snake_case="log_records")
    return _levels(scope_logs, "Logs")


def _levels(scope_items: Fields, name: str) -> Fields:
    """Return how requests of one signal are read: they differ in a name.

    Args:
        scope_items: How the items within a scope are read; it gains the rest of a scope.
        name: As it stands at the end of the keys, such as `Spans`.
    """
    from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
    from opentelemetry.proto.resource.v1.resource_pb2 import Resource

    snake_name = name.lower()
    scope_items.add("scope", _serialized("scope", InstrumentationScope))
    scope_items.add("schemaUrl", _put_schema_url, snake_case="schema_url")
    scope_items.add_former("scope", "instrumentationLibrary", "instrumentation_library")

    resource_items = Fields()
    resource_items.add("resource", _serialized("resource", Resource))
    resource_items.add(
        f"scope{name}", _groups("scope_spans", scope_items), snake_case=f"scope_{snake_name}"
    )
    resource_items.add("schemaUrl", _put_schema_url, snake_case="schema_url")
    resource_items.add_former(
        f"scope{name}",
        f"instrumentationLibrary{name}",
        f"instrumentation_library_{snake_name}",
    )

    request = Fields()
    request.add(
        f"resource{name}",
        _groups("resource_spans", resource_items),
        snake_case=f"resource_{snake_name}",
    )
    return request


def _groups(name: str, fields: Fields) -> Put:
    def put(message: Any, value: Any, reading: Reading) -> None:  # noqa: ANN401
        add = getattr(message, name).add
        fill_each(lambda element: fill(add(), element, fields, reading), value)

    return put


def _serialized(name: str, message_class: Any) -> Put:  # noqa: ANN401  # a generated class
    fields = fields_of(message_class.DESCRIPTOR)

    def put(message: Any, value: Any, reading: Reading) -> None:  # noqa: ANN401
        part = message_class()
        fill(part, value, fields, reading)
        getattr(message, name).append(part.SerializeToString())

    return put


def _put_spans(message: Any, value: Any, reading: Reading) -> None:  # noqa: ANN401
    from opentelemetry.proto.trace.v1.trace_pb2 import Span

    fields = fields_of(Span.DESCRIPTOR)
    append = message.spans.append

    def add_span(element: Any) -> None:  # noqa: ANN401
        span = Span()
        try:
            fill(span, element, fields, reading)
        except RefusedSpanError as refusal:
            reading.refused[refusal.reason] += 1
        else:
            append(span.SerializeToString())

    fill_each(add_span, value)


def _serialized_each(message_class: Any) -> Put:  # noqa: ANN401  # a generated class
    """Return how a list of items is read of which none can be refused alone."""
    fields = fields_of(message_class.DESCRIPTOR)

    def put(message: Any, value: Any, reading: Reading) -> None:  # noqa: ANN401
        append = message.spans.append

        def add_item(element: Any) -> None:  # noqa: ANN401
            item = message_class()
            fill(item, element, fields, reading)
            append(item.SerializeToString())

        fill_each(add_item, value)

    return put


def _put_schema_url(message: Any, value: Any, reading: Reading) -> None:  # noqa: ANN401
    message.schema_url = text(value, reading).encode()


# -- JSON itself ---------------------------------------------------------------


def parse_json(
    body: bytes, *, lenient: bool = False, notes: Counter[str] | None = None
) -> object:
    """Parse JSON as senders of telemetry write it.

    orjson does the work.  What it refuses goes to the standard library, which also
    takes lone surrogates and numbers beyond double, and says where the defect is.

    Args:
        body: UTF-8 text; a byte order mark is skipped.
        lenient: Whether to take bare NaN and Infinity; they become the strings that
            OTLP/JSON writes for them.
        notes: Gains a sentence for each kind of leniency used.

    Returns:
        The value; strings may hold lone surrogates, floats may be infinite.

    Raises:
        MalformedError: If *body* is no JSON; the message gives the byte offset.
    """
    document = body.removeprefix(_BOM)
    try:
        return orjson.loads(document)
    except orjson.JSONDecodeError:
        return _parse_leniently(body, document, lenient=lenient, notes=notes)


def _parse_leniently(
    body: bytes, document: bytes, *, lenient: bool, notes: Counter[str] | None
) -> object:
    bom_bytes = len(body) - len(document)

    def constant(name: str) -> str:
        if not lenient:
            raise MalformedError(
                f"cannot read the body as JSON: {name} must be a string",
                diagnostic=mistakes.BARE_NAN,
            )
        if notes is not None:
            notes[_BARE_DOUBLE] += 1
        return name

    try:
        characters = document.decode()
        return json.loads(characters, parse_constant=constant, parse_int=_integer)
    except UnicodeDecodeError as error:
        cause = f"byte {bom_bytes + error.start} is not UTF-8"
        _reject(document, cause, diagnostic=mistakes.INVALID_UTF8)
    except json.JSONDecodeError as error:
        offset = bom_bytes + len(error.doc[: error.pos].encode())
        cause = error.msg[:1].lower() + error.msg[1:].removesuffix(" at")
        _reject(document, f"{cause} at byte {offset}")
    except RecursionError:
        _reject(document, "it is nested too deeply")


def _integer(digits: str) -> int | float:
    """Read digits as orjson does: beyond 64 bits as double."""
    return int(digits) if len(digits) <= _MAX_INTEGER_DIGITS else float(digits)


def _reject(
    document: bytes, cause: str, *, diagnostic: Diagnostic = mistakes.MALFORMED_BODY
) -> NoReturn:
    """Raise for *document*, with what to do when it is in truth something else."""
    if not document:
        cause = "it is empty; an empty request is {}"
    elif document.startswith(_GZIP):
        cause = "it looks like gzip; send it with Content-Encoding: gzip"
        diagnostic = mistakes.MISLABELLED_BODY
    elif document[0] == 0x0A and not document.lstrip().startswith((b"{", b"[")):
        cause = "it looks like protobuf; send it with Content-Type: application/x-protobuf"
        diagnostic = mistakes.MISLABELLED_BODY
    raise MalformedError(
        f"cannot read the body as JSON: {cause}", diagnostic=diagnostic
    ) from None
