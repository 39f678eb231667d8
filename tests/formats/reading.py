"""Documents of other systems as spans, by the road that files take."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from devtrace.model.resource import ScopeInterner
from devtrace.model.span import Span
from devtrace.model.trace import Trace
from devtrace.otlp.decode import decode_spans
from devtrace.otlp.json import translate_traces_object

Read = Callable[[object, Counter[str]], dict[str, Any]]


def spans_of(read: Read, document: object, notes: Counter[str] | None = None) -> list[Span]:
    """Return the spans of *document*, in the order of its resources and scopes."""
    request = read(document, Counter() if notes is None else notes)
    translated = translate_traces_object(request, lenient=True)
    decoded = decode_spans(translated.payload, scope_of=ScopeInterner())
    return [Span(payload, part.scope) for part in decoded.slices for payload in part.payloads]


def traces_of(read: Read, document: object) -> list[Trace]:
    """Return the traces of *document*."""
    by_id: dict[str, list[Span]] = {}
    for span in spans_of(read, document):
        by_id.setdefault(span.trace_id, []).append(span)
    return [Trace(trace_id=key, spans=tuple(spans)) for key, spans in by_id.items()]
