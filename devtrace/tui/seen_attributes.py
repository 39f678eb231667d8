"""Which attributes there are to ask for, learnt from a few traces that are on screen.

Collected when a query is about to be typed, and only from spans of traces near the
selected one and the newest: to read everything held would cost more than it tells.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from devtrace.model.attributes import value_text
from devtrace.model.log import LogRecord
from devtrace.model.span import Span
from devtrace.tui.view import TraceView

if TYPE_CHECKING:
    from devtrace.query.names import Field, Scope

TRACES_LOOKED_AT = 24
SPANS_LOOKED_AT = 240
MAX_KEYS = 1_000
MAX_VALUES = 60
"""Values remembered of one key, the newest."""
MAX_KEY_CHARS = MAX_VALUE_CHARS = 120

_Seen = OrderedDict[str, OrderedDict[str, None]]
"""Values by key."""
_FACTS: dict[str, Callable[[Span], str]] = {
    "span:name": lambda span: span.name,
    "service": lambda span: span.service_name,
    "trace:rootName": lambda span: span.name if span.is_root else "",
    "trace:rootService": lambda span: span.service_name if span.is_root else "",
    "span:statusMessage": lambda span: span.status_message,
    "instrumentation:name": lambda span: span.scope.name,
}


class SeenAttributes:
    """Keys by scope, and values by key, as completion asks for them."""

    def __init__(self) -> None:
        self._values: dict[str, _Seen] = {}  # by scope; intrinsics have the empty one
        self._seen: OrderedDict[tuple[str, int], None] = OrderedDict()

    def look_at(self, view: TraceView) -> None:
        """Learn from the traces near the selected one and from the newest."""
        left = SPANS_LOOKED_AT
        row = view.row_of(view.selected) or 0
        near = range(max(0, row - TRACES_LOOKED_AT // 4), row + TRACES_LOOKED_AT // 4)
        last = range(max(near.stop, len(view) - TRACES_LOOKED_AT // 2), len(view))
        for number in (*near, *last):
            totals = view.store.totals(view.id_at(number)) if number < len(view) else None
            if left <= 0 or totals is None:
                continue
            known = (view.id_at(number), totals.revision)
            trace = view.store.trace(known[0]) if known not in self._seen else None
            for span in trace.spans[:left] if trace else ():
                self.learn(span)
                left -= 1
            self._seen[known] = None
            while len(self._seen) > TRACES_LOOKED_AT:
                self._seen.popitem(last=False)

    def learn(self, span: Span) -> None:
        """Remember what a span has."""
        for name, read in _FACTS.items():
            if text := read(span):
                self._note("", name, text)
        self._note_all("span", span.attributes)
        self._note_all("resource", span.resource.attributes)
        self._note_all("instrumentation", span.scope.attributes)
        for event in span.events[:8]:
            self._note("", "event:name", event.name)
            self._note_all("event", event.attributes)
        for link in span.links[:8]:
            self._note_all("link", link.attributes)

    def learn_record(self, record: LogRecord) -> None:
        """Remember what a log record has."""
        self._note("", "service", record.service_name)
        self._note("", "instrumentation:name", record.scope.name)
        for name, text in (
            ("event:name", record.event_name),
            ("log:severityText", record.severity_text),
        ):
            if text:
                self._note("", name, text)
        self._note_all("log", record.attributes)
        if isinstance(record.body, dict):
            self._note_all("body", record.body)
        self._note_all("resource", record.resource.attributes)
        self._note_all("instrumentation", record.scope.attributes)

    def _note_all(self, scope: str, attributes: Mapping[str, object]) -> None:
        for key, value in attributes.items():
            if isinstance(value, str | int | float | bool):
                self._note(scope, key, value_text(value))

    def _note(self, scope: str, key: str, value: str) -> None:
        """Remember a key and its value, as far as each is short enough to be typed."""
        if len(key) > MAX_KEY_CHARS:
            return
        keys = self._values.setdefault(scope, OrderedDict())
        values = keys.setdefault(key, OrderedDict())
        keys.move_to_end(key)
        if 0 < len(value) <= MAX_VALUE_CHARS:
            values[value] = None
            values.move_to_end(value)
        while len(values) > MAX_VALUES:
            values.popitem(last=False)
        while len(keys) > MAX_KEYS:
            keys.popitem(last=False)

    # -- what completion asks for --------------------------------------------------------

    def keys(self, scope: "Scope") -> Iterable[str]:
        """Return the attribute keys seen in a scope, the last seen first."""
        scopes = ("span", "log", "resource") if scope == "any" else (str(scope),)
        for each in scopes:
            yield from reversed(self._values.get(each, _Seen()))

    def values(self, field: "Field") -> Iterable[str]:
        """Return the values seen of a field, the last seen first."""
        scopes = ("span", "log", "resource") if field.scope == "any" else (str(field.scope),)
        for each in scopes:
            values = self._values.get(each, _Seen()).get(field.name)
            yield from reversed(values or ())
