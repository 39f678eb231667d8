"""What Jaeger's and Zipkin's spans have in common on their way to OTLP and back.

Both have tags where OpenTelemetry has fields, and OpenTelemetry says which tags stand
for which field.  A document becomes an OTLP/JSON request, which takes the road of any
other: what is odd in it is noted, taken as meant or left out, and never raises.

Source: OpenTelemetry specification, `common/mapping-to-non-otlp.md`.
"""

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from devtrace.model.attributes import plain_text
from devtrace.model.span import Span, SpanKind, StatusCode
from devtrace.otlp import mistakes
from devtrace.otlp.values import Value

AnyValue = dict[str, Any]
"""A value as OTLP/JSON writes it."""

TRACE_ID_DIGITS = 32
SPAN_ID_DIGITS = 16
NOT_HEX = mistakes.HASHED_IDS.note(
    "id that is not hex; a hash stands for it, an attribute keeps it"
)
NO_TIME = mistakes.UNREADABLE_TIME.note(
    "time that is no number of microseconds; read as missing"
)

_MAX_UINT64 = 2**64 - 1
_MAX_UINT32 = 2**32 - 1
_MAX_NUMBER_CHARACTERS = 30
_MAX_LEVELS = 16
_KIND_TAG = "span.kind"
_STATUS_CODE_TAG = "otel.status_code"
_STATUS_DESCRIPTION_TAG = "otel.status_description"
_TRACE_STATE_TAG = "w3c.tracestate"
_SCOPE_TAGS = (
    ("name", ("otel.scope.name", "otel.library.name")),
    ("version", ("otel.scope.version", "otel.library.version")),
)
_DROPPED_TAGS = {
    "otel.dropped_attributes_count": "droppedAttributesCount",
    "otel.dropped_events_count": "droppedEventsCount",
    "otel.dropped_links_count": "droppedLinksCount",
}
DROPPED_ATTRIBUTES_TAG = "otel.dropped_attributes_count"
_KINDS = {kind.name.lower(): kind.value for kind in SpanKind if kind}
_STATUS_CODES = {"OK": 1, "ERROR": 2, "STATUS_CODE_OK": 1, "STATUS_CODE_ERROR": 2}


# -- values ----------------------------------------------------------------------


def any_value(value: object, *, room: int = _MAX_LEVELS) -> AnyValue:  # noqa: PLR0911  # one return per JSON type
    """Return a JSON value as OTLP/JSON writes it.

    Args:
        value: Any; what is nested too deeply becomes the empty value.
        room: How many levels it may have.
    """
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": value}
        case float():
            return {"doubleValue": value}
        case str():
            return {"stringValue": value}
        case list() if room:
            values = [any_value(item, room=room - 1) for item in value]
            return {"arrayValue": {"values": values}}
        case dict() if room:
            pairs = [pair(key, any_value(item, room=room - 1)) for key, item in value.items()]
            return {"kvlistValue": {"values": pairs}}
        case _:
            return {}


def pair(key: str, value: AnyValue) -> dict[str, Any]:
    """Return an attribute as OTLP/JSON writes it."""
    return {"key": key, "value": value}


def objects(value: object) -> list[dict[str, Any]]:
    """Return the objects in a list; none of what is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text_of(value: object) -> str:
    """Return a JSON scalar as text; nothing for null, a list or an object."""
    if value is None or isinstance(value, list | dict):
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def id_of(value: object, digits: int) -> tuple[str, bool]:
    """Return an id as hex of the length that OTLP demands, and whether it was hex.

    Shorter ones are padded with zeros; for what is no such number stands a hash of it,
    so that equal ids stay equal.

    Args:
        value: As the document has it.
        digits: How many hex digits it must have.
    """
    text = text_of(value)
    if not text or (len(text) <= digits and text.isascii() and text.isalnum()):
        try:
            return f"{int(text, 16):0{digits}x}" if text else "", True
        except ValueError:
            pass
    return blake2b(text.encode("utf-8", "replace"), digest_size=digits // 2).hexdigest(), False


def nano(value: object, notes: Counter[str]) -> int:
    """Return microseconds as nanoseconds; 0 for what OTLP cannot hold.

    Args:
        value: As the document has it; a string of digits will do, and a fraction.
        notes: Gains a sentence if it is none of these.
    """
    if value is None:
        return 0
    text = text_of(value)
    try:
        number = Decimal(text if len(text) <= _MAX_NUMBER_CHARACTERS else "")
        nanoseconds = (
            int(number.scaleb(3)) if number.adjusted() < _MAX_NUMBER_CHARACTERS else -1
        )
    except (ArithmeticError, ValueError):
        nanoseconds = -1
    if not 0 <= nanoseconds <= _MAX_UINT64:
        notes[NO_TIME] += 1
        return 0
    return nanoseconds


def end_nano(start: int, duration: int) -> int:
    """Return the end of a span, within what OTLP can hold."""
    return min(start + duration, _MAX_UINT64)


# -- reading ---------------------------------------------------------------------


class Tags:
    """The tags of one span, out of which those are taken that stand for fields.

    Args:
        pairs: Key and value each; a key may occur more than once.
    """

    def __init__(self, pairs: Iterable[tuple[str, AnyValue]]) -> None:
        self._values: dict[str, list[AnyValue]] = {}
        for key, value in pairs:
            self._values.setdefault(key, []).append(value)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def text(self, key: str) -> str:
        """Return the last value of *key* as text; empty when there is none."""
        values = self._values.get(key)
        return text_of(next(iter(values[-1].values()), None)) if values else ""

    def take(self, *keys: str) -> str:
        """Take out every one of *keys*, and return the first text there is."""
        taken = [self.text(key) for key in keys]
        for key in keys:
            self._values.pop(key, None)
        return next(filter(None, taken), "")

    def add(self, key: str, value: AnyValue) -> None:
        """Add an attribute that the format keeps elsewhere, unless a tag says the same."""
        self._values.setdefault(key, [value])

    def attributes(self) -> list[dict[str, Any]]:
        """Return what is left."""
        return [pair(key, value) for key, values in self._values.items() for value in values]

    def take_kind(self) -> int:
        """Take out the kind; 0 if there is none that OTLP has."""
        kind = _KINDS.get(self.text(_KIND_TAG).lower(), 0)
        if kind:
            self.take(_KIND_TAG)
        return kind

    def take_scope(self) -> dict[str, str]:
        """Take out name and version of the scope."""
        scope = {field: self.take(*keys) for field, keys in _SCOPE_TAGS}
        return {field: text for field, text in scope.items() if text}

    def take_status(self) -> dict[str, Any]:
        """Take out code and description of the status; empty when no code is given."""
        code = _STATUS_CODES.get(self.text(_STATUS_CODE_TAG).upper(), 0)
        if not code:
            return {}
        self.take(_STATUS_CODE_TAG)
        return status(code, self.take(_STATUS_DESCRIPTION_TAG))

    def take_description(self) -> str:
        """Take out the description of a status whose code another tag gives."""
        self.take(_STATUS_CODE_TAG)
        return self.take(_STATUS_DESCRIPTION_TAG)

    def take_rest(self) -> dict[str, Any]:
        """Take out tracestate and dropped counts, as fields of a span."""
        fields: dict[str, Any] = {}
        if trace_state := self.take(_TRACE_STATE_TAG):
            fields["traceState"] = trace_state
        for tag, field in _DROPPED_TAGS.items():
            if count := dropped_count(self.text(tag)):
                self.take(tag)
                fields[field] = count
        return fields


def status(code: int, message: str) -> dict[str, Any]:
    """Return a status as OTLP/JSON writes it."""
    return {"code": int(code)} | ({"message": message} if message else {})


def dropped_count(text: str) -> int:
    """Return a count as OTLP can hold it; 0 for what is none."""
    is_count = len(text) <= len(str(_MAX_UINT32)) and text.isascii() and text.isdecimal()
    count = int(text) if is_count else 0
    return count if count <= _MAX_UINT32 else 0


class RequestBuilder:
    """Groups the spans of a document by who sent them."""

    def __init__(self) -> None:
        self._resources: dict[Hashable, dict[str, Any]] = {}
        self._scopes: dict[tuple[Hashable, str, str], list[dict[str, Any]]] = {}

    def add(
        self,
        span: dict[str, Any],
        scope: dict[str, str],
        sender: Hashable,
        attributes: Iterable[dict[str, Any]],
    ) -> None:
        """Add a span.

        Args:
            span: As OTLP/JSON writes it.
            scope: The same.
            sender: Equal for spans of one resource.
            attributes: Those of the resource; read for the first span of a sender.
        """
        if sender not in self._resources:
            resource = {"attributes": list(attributes)}
            self._resources[sender] = {"resource": resource, "scopeSpans": []}
        key = (sender, scope.get("name", ""), scope.get("version", ""))
        spans = self._scopes.get(key)
        if spans is None:
            spans = self._scopes[key] = []
            self._resources[sender]["scopeSpans"].append({"scope": scope, "spans": spans})
        spans.append(span)

    def request(self) -> dict[str, Any]:
        """Return everything added as one OTLP/JSON request."""
        return {"resourceSpans": list(self._resources.values())}


# -- writing ---------------------------------------------------------------------


def short_trace_id(trace_id: str) -> str:
    """Return a trace id in 16 digits if its high half is zero."""
    return trace_id.removeprefix("0" * 16) if trace_id.startswith("0" * 16) else trace_id


def field_tags(span: Span) -> Iterator[tuple[str, Value]]:
    """Yield the tags for those fields of a span that have a place in neither format."""
    yield from zip(
        (keys[0] for _, keys in _SCOPE_TAGS), (span.scope.name, span.scope.version), strict=True
    )
    if span.status_code is not StatusCode.UNSET:
        yield _STATUS_CODE_TAG, span.status_code.name
    yield _STATUS_DESCRIPTION_TAG, span.status_message
    yield _TRACE_STATE_TAG, span.trace_state
    counts = (
        span.dropped_attributes_count,
        span.dropped_events_count,
        span.dropped_links_count,
    )
    yield from zip(_DROPPED_TAGS, counts, strict=True)


def json_text(attributes: dict[str, Value]) -> str:
    """Return attributes as one JSON object."""
    return plain_text(attributes) if attributes else "{}"


def base64_text(value: bytes) -> str:
    """Return bytes as JSON can hold them."""
    return b64encode(value).decode("ascii")
