"""The names a query may use: scopes of attributes, intrinsics, words for values.

Source: Grafana Tempo, "Construct a TraceQL query", intrinsic fields and attribute scopes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum

from devtrace.model.log import Severity
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
    LOG = "log"
    """On a log record."""
    BODY = "body"
    """In the body of a log record, where that is a map."""


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
    SEVERITY = "a severity"

    def allows(self, *, is_order: bool, is_regex: bool) -> bool:
        """Return whether such values compare by an order, by a regular expression."""
        if is_order:
            return self not in {Sort.STATUS, Sort.KIND, Sort.ID}
        return not is_regex or self not in {Sort.DURATION, Sort.NUMBER, Sort.SEVERITY}


@dataclass(frozen=True, slots=True)
class Field:
    """What is compared: an intrinsic, or an attribute by scope and key."""

    scope: Scope
    name: str
    """Of an intrinsic: its full name, such as `span:duration`."""

    @property
    def sort(self) -> Sort:
        """What its values are."""
        if self.scope is not Scope.INTRINSIC:
            return Sort.VALUE
        return INTRINSICS.get(self.name) or RECORD_INTRINSICS[self.name]

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

RECORD_INTRINSICS = {
    "log:severity": Sort.SEVERITY,
    "log:severityNumber": Sort.NUMBER,
    "log:severityText": Sort.TEXT,
    "log:body": Sort.VALUE,
    "event:name": Sort.TEXT,
    "service": Sort.TEXT,
    "trace:id": Sort.ID,
    "span:id": Sort.ID,
    "instrumentation:name": Sort.TEXT,
    "instrumentation:version": Sort.TEXT,
}
"""What is told of a log record without any attribute."""

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

SEVERITIES = tuple(severity.name.lower() for severity in Severity if severity)
"""From the least to the most serious."""

WORDS = {Sort.STATUS: STATUSES, Sort.KIND: KINDS, Sort.SEVERITY: SEVERITIES}
"""The values of fields that have only a few."""


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """What can be asked of one kind of thing.

    Args:
        thing: What it is called.
        start: The rule of the grammar that a whole query is.
        intrinsics: Its fields that are no attributes.
        short_names: Other spellings of these.
        prefixes: How the name of an attribute begins, by where it is read.
        no_braces: What to do about braces and aggregates where there are none.
    """

    thing: str
    start: str
    intrinsics: Mapping[str, Sort]
    short_names: Mapping[str, str]
    prefixes: Mapping[str, Scope]
    no_braces: str = ""

    @property
    def field_names(self) -> tuple[str, ...]:
        """Every spelling of every intrinsic, those that people type in front."""
        return (*self.short_names, *self.intrinsics)

    def attribute_field(self, word: str) -> Field | None:
        """Return the attribute that *word* names by a scope, such as `.http.route`, or None."""
        for prefix, scope in self.prefixes.items():
            if word.startswith(prefix) and len(word) > len(prefix):
                return Field(scope, str(word[len(prefix) :]))
        return None

    def field_named(self, word: str) -> Field | None:
        """Return the field that *word* names, or None."""
        name = str(self.short_names.get(word, word))  # the parser's words are more than text
        if name in self.intrinsics:
            return Field(Scope.INTRINSIC, name)
        return self.attribute_field(word)


SPANS = Vocabulary("span", "query", INTRINSICS, SHORT_NAMES, SCOPE_PREFIXES)
RECORDS = Vocabulary(
    "log record",
    "predicate",
    RECORD_INTRINSICS,
    {
        "severity": "log:severity",
        "level": "log:severity",
        "body": "log:body",
        "severityText": "log:severityText",
        "severityNumber": "log:severityNumber",
        "eventName": "event:name",
        "scope:name": "instrumentation:name",
        "scope:version": "instrumentation:version",
    },
    {
        ".": Scope.ANY,
        "log.": Scope.LOG,
        "body.": Scope.BODY,
        "resource.": Scope.RESOURCE,
        "instrumentation.": Scope.INSTRUMENTATION,
        "scope.": Scope.INSTRUMENTATION,
    },
    no_braces="write the conditions without braces: each log record is asked by itself",
)

attribute_field = SPANS.attribute_field
field_named = SPANS.field_named
