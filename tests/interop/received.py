"""What `devtrace serve --output` wrote, taken apart by signal."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from devtrace.model.log import LogRecord
from devtrace.model.resource import ScopeInterner
from devtrace.model.span import Span
from devtrace.otlp.decode import decode_spans
from devtrace.otlp.decode_logs import decode_logs
from devtrace.otlp.json import translate_logs, translate_traces


class Received(NamedTuple):
    """Everything of one run of a program."""

    spans: list[Span]
    logs: list[LogRecord]
    metrics: list[dict[str, Any]]
    """`ScopeMetrics` of OTLP/JSON, each with its resource's attributes as `resource`."""


def read(output: Path) -> Received:
    """Return what stands in *output*, which must be strict OTLP/JSON lines."""
    received = Received([], [], [])
    scopes = ScopeInterner()
    for line in output.read_bytes().splitlines():
        request = json.loads(line)
        if "resourceSpans" in request:
            spans = decode_spans(translate_traces(line).payload, scope_of=scopes)
            received.spans.extend(
                Span(payload, part.scope) for part in spans.slices for payload in part.payloads
            )
        elif "resourceLogs" in request:
            logs = decode_logs(translate_logs(line).payload, scope_of=scopes)
            received.logs.extend(LogRecord(log.payload, log.scope) for log in logs.records)
        else:
            received.metrics.extend(
                {"resource": attributes(of_resource["resource"]), **of_scope}
                for of_resource in request["resourceMetrics"]
                for of_scope in of_resource["scopeMetrics"]
            )
    return received


def attributes(holder: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes of an OTLP/JSON object, each value under its type."""
    return {pair["key"]: pair["value"] for pair in holder.get("attributes", ())}
