"""The names a query may use: scopes of attributes, intrinsics, words for values.

Source: Grafana Tempo, "Construct a TraceQL query", intrinsic fields and attribute scopes.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum

from devtrace.model.span import SpanKind, StatusCode


class Scope(StrEnum):
    """Where a field is read."""

    INTRINSIC = ""
    ANY = "any"
    """On the span, else on its resource: a leading dot."""
    SPAN = "span"
    RESOURCE = "resource"
    EVENT = "event"
    LINK = "link"
    INSTRUMENTATION = "instrumentation"


class Sort(Enum):
    """What the values of a field are."""

    VALUE = "a value"
    """Whatever a sender wrote."""
    TEXT = "text"
    ID = "an id in hex"
    DURATION = "a duration such as 100ms"
    NUMBER = "a number"
    STATUS = "a status"
    KIND = "a kind"

    def allows(self, *, is_order: bool, is_regex: bool) -> bool:
        """Return whether such values compare by an order, by a regular expression."""
        if is_order:
            return self not in {Sort.STATUS, Sort.KIND, Sort.ID}
        return not is_regex or self not in {Sort.DURATION, Sort.NUMBER}


@dataclass(frozen=True, slots=True)
class Field:
    """What is compared: an intrinsic, or an attribute by scope and key."""

    scope: Scope
    name: str
    """Of an intrinsic: its full name, such as `span:duration`."""

    @property
    def sort(self) -> Sort:
        """What its values are."""
        return INTRINSICS[self.name] if self.scope is Scope.INTRINSIC else Sort.VALUE

    @property
    def is_of_trace(self) -> bool:
        """Whether the whole trace must be read to tell its value."""
        return self.name in TRACE_FACTS and self.scope is Scope.INTRINSIC


INTRINSICS = {
    "span:name": Sort.TEXT,
    "span:status": Sort.STATUS,
    "span:statusMessage": Sort.TEXT,
    "span:kind": Sort.KIND,
    "span:duration": Sort.DURATION,
    "span:id": Sort.ID,
    "span:parentID": Sort.ID,
    "service": Sort.TEXT,
    "trace:id": Sort.ID,
    "trace:duration": Sort.DURATION,
    "trace:rootName": Sort.TEXT,
    "trace:rootService": Sort.TEXT,
    "trace:spans": Sort.NUMBER,
    "trace:errors": Sort.NUMBER,
    "event:name": Sort.TEXT,
    "event:timeSinceStart": Sort.DURATION,
    "link:traceID": Sort.ID,
    "link:spanID": Sort.ID,
    "instrumentation:name": Sort.TEXT,
    "instrumentation:version": Sort.TEXT,
}
"""What is told of a span without any attribute."""

TRACE_FACTS = frozenset(
    {
        "trace:duration",
        "trace:rootName",
        "trace:rootService",
        "trace:spans",
        "trace:errors",
    }
)

SHORT_NAMES = {
    "name": "span:name",
    "status": "span:status",
    "statusMessage": "span:statusMessage",
    "kind": "span:kind",
    "duration": "span:duration",
    "traceDuration": "trace:duration",
    "rootName": "trace:rootName",
    "rootServiceName": "trace:rootService",
    "scope:name": "instrumentation:name",
    "scope:version": "instrumentation:version",
}
"""Other spellings of intrinsics; TraceQL has most of them."""

SCOPE_PREFIXES = {
    ".": Scope.ANY,
    "span.": Scope.SPAN,
    "resource.": Scope.RESOURCE,
    "event.": Scope.EVENT,
    "link.": Scope.LINK,
    "instrumentation.": Scope.INSTRUMENTATION,
    "scope.": Scope.INSTRUMENTATION,
}
"""How the name of an attribute begins."""

FIELD_NAMES = (*SHORT_NAMES, *INTRINSICS)
"""Every spelling of every intrinsic, those that people type in front."""

AGGREGATES = ("count", "avg", "min", "max", "sum")

STATUSES = tuple(code.name.lower() for code in StatusCode)
KINDS = tuple(kind.name.lower() for kind in SpanKind)

WORDS = {Sort.STATUS: STATUSES, Sort.KIND: KINDS}
"""The values of fields that have only a few."""


def attribute_field(word: str) -> Field | None:
    """Return the attribute that *word* names by a scope, such as `.http.route`, or None."""
    for prefix, scope in SCOPE_PREFIXES.items():
        if word.startswith(prefix) and len(word) > len(prefix):
            return Field(scope, str(word[len(prefix) :]))
    return None


def field_named(word: str) -> Field | None:
    """Return the field that *word* names, or None."""
    name = str(SHORT_NAMES.get(word, word))  # the parser's words are more than text
    return Field(Scope.INTRINSIC, name) if name in INTRINSICS else attribute_field(word)
