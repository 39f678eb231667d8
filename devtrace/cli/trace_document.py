"""One trace with everything it has, as an object for programs."""

from collections.abc import Iterable
from typing import Any

from devtrace.analysis.tree import TreeNode, assemble
from devtrace.cli.trace_row import json_fields, trace_row
from devtrace.model.attributes import json_value
from devtrace.model.log import LogRecord
from devtrace.model.span import Span
from devtrace.model.trace import Trace
from devtrace.otlp.values import Event, Link, Value


def trace_document(trace: Trace, logs: Iterable[LogRecord] = ()) -> dict[str, Any]:
    """Return what `devtrace ls --json` says of a trace, with its spans in tree order.

    Spans are decoded: attributes are objects, ids are hex, kind and status are names.

    Args:
        trace: The trace.
        logs: Its log records; they are decoded as well.
    """
    spans = [_span(node, node.span) for node in assemble(trace.spans) if node.span is not None]
    return json_fields(trace_row(trace)) | {"spans": spans, "logs": list(map(_log, logs))}


def _span(node: TreeNode, span: Span) -> dict[str, Any]:
    return {
        "span_id": span.span_id,
        "parent_span_id": span.parent_span_id,
        "depth": node.depth,
        "placement": node.placement,
        "name": span.name,
        "service_name": span.service_name,
        "kind": span.kind.name,
        "status_code": span.status_code.name,
        "status_message": span.status_message,
        "start_time_unix_nano": span.start_time_unix_nano,
        "end_time_unix_nano": span.end_time_unix_nano,
        "duration_nano": span.duration_nano,
        "attributes": _attributes(span.attributes),
        "events": [_event(event) for event in span.events],
        "links": [_link(link) for link in span.links],
        "scope_name": span.scope.name,
        "scope_version": span.scope.version,
        "resource": _attributes(span.resource.attributes),
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "name": event.name,
        "time_unix_nano": event.time_unix_nano,
        "attributes": _attributes(event.attributes),
    }


def _link(link: Link) -> dict[str, Any]:
    return {
        "trace_id": link.trace_id,
        "span_id": link.span_id,
        "attributes": _attributes(link.attributes),
    }


def _log(record: LogRecord) -> dict[str, Any]:
    return {
        "time_unix_nano": record.at_unix_nano,
        "span_id": record.span_id,
        "severity_number": record.severity_number,
        "severity_text": record.severity_text,
        "event_name": record.event_name,
        "body": json_value(record.body),
        "attributes": _attributes(record.attributes),
        "service_name": record.service_name,
        "scope_name": record.scope.name,
        "scope_version": record.scope.version,
        "resource": _attributes(record.resource.attributes),
    }


def _attributes(attributes: dict[str, Value]) -> dict[str, Any]:
    return {key: json_value(value) for key, value in attributes.items()}
