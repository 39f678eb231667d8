"""What can be asked of a span or a log record, as conditions of a query.

Pure of Textual.  Whatever a sender wrote becomes a condition that finds it again.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from devtrace.model.log import LogRecord
from devtrace.model.span import Span, StatusCode

MAX_ASKED_CHARS = 500
"""A longer value is not asked for."""
_PLAIN_KEY = re.compile(r"[A-Za-z_][\w.\-/]*", re.ASCII)
_PLAIN_VALUE = re.compile(r"-?\d+(\.\d+)?|true|false", re.ASCII)
_PLAIN_WORD = re.compile(r"(?!(?i:and|or|not|nil)$)[A-Za-z]\w*", re.ASCII)


class Pair(NamedTuple):
    """An attribute, where it is, and what it says."""

    prefix: str
    """As a query has it before the key: `.`, `event.` and the like; empty before a field."""
    key: str
    value: str

    @property
    def shown(self) -> str:
        """The pair for a list to choose from."""
        return f"{self.prefix.lstrip('.')}{self.key} = {self.value}"


def condition_on(key: str, value: str, *, prefix: str = ".") -> str:
    """Return the condition that an attribute has a value.

    Args:
        key: As it was sent.
        value: As text.
        prefix: Where it is read; empty for a field, which is no attribute.
    """
    from devtrace.query.quoting import quoted  # the language takes a while to import

    name = key if not prefix or _PLAIN_KEY.fullmatch(key) else quoted(key)
    is_plain = _PLAIN_VALUE.fullmatch(value) or (not prefix and _PLAIN_WORD.fullmatch(value))
    return f"{prefix}{name}={value if is_plain else quoted(value)}"


def pairs_of_span(span: Span) -> list[Pair]:
    """Return what can be asked of a span: its trace, service, name, an error, its attributes.

    The attributes are those of the span, its resource, its events and its scope.
    """
    pairs = [Pair("", "trace:id", span.trace_id), Pair("", "service", span.service_name)]
    if 0 < len(span.name) <= MAX_ASKED_CHARS:
        pairs.append(Pair("", "name", span.name))
    if span.status_code is StatusCode.ERROR:
        pairs.append(Pair("", "status", "error"))
    pairs += _pairs(".", span.attributes)
    pairs += _of_resource(span.attributes, span.resource.attributes)
    for event in span.events:
        pairs += _pairs("event.", event.attributes)
    pairs += _pairs("instrumentation.", span.scope.attributes)
    return list(dict.fromkeys(pairs))


def pairs_of_record(record: LogRecord) -> list[Pair]:
    """Return what can be asked of a log record: severity, service, and its attributes."""
    pairs = [Pair("", "service", record.service_name)]
    if record.severity:
        pairs.append(Pair("", "severity", record.severity.name.lower()))
    if record.event_name:
        pairs.append(Pair("", "eventName", record.event_name))
    if isinstance(record.body, str) and 0 < len(record.body) <= MAX_ASKED_CHARS:
        pairs.append(Pair("", "body", record.body))
    elif isinstance(record.body, dict):
        pairs += _pairs("body.", record.body)
    if record.trace_id:
        pairs.append(Pair("", "trace:id", record.trace_id))
    pairs += _pairs(".", record.attributes)
    pairs += _of_resource(record.attributes, record.resource.attributes)
    pairs += _pairs("instrumentation.", record.scope.attributes)
    return pairs


def _of_resource(
    own: Mapping[str, object], of_resource: Mapping[str, object]
) -> Iterable[Pair]:
    """Yield the pairs of a resource; one that the thing itself has, too, by its full name."""
    for pair in _pairs(".", of_resource):
        yield pair._replace(prefix="resource.") if pair.key in own else pair


def _pairs(prefix: str, attributes: Mapping[str, object]) -> Iterator[Pair]:
    for key, value in attributes.items():
        for leaf in value if isinstance(value, list) else [value]:
            if isinstance(leaf, bool):
                yield Pair(prefix, key, str(leaf).lower())
            elif isinstance(leaf, str | int | float) and len(f"{leaf}") <= MAX_ASKED_CHARS:
                yield Pair(prefix, key, f"{leaf}")
