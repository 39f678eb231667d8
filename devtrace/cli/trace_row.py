"""One trace as one line, for programs and for people."""

from typing import Any, NamedTuple

from devtrace.analysis.summary import TraceSummary, summarise
from devtrace.analysis.tree import assemble, main_root
from devtrace.model.text import printable
from devtrace.model.time import DURATION_CELLS, clock_text, duration_text
from devtrace.model.trace import Trace

_SPANS_CELLS = len("1000 spans")


class TraceRow(NamedTuple):
    """What is said of a trace in one line."""

    summary: TraceSummary
    name: str
    """The main root's own name; empty when there is none."""


def trace_row(trace: Trace) -> TraceRow:
    """Return the row of *trace*."""
    nodes = assemble(trace.spans)
    index = main_root(nodes)
    root = None if index is None else nodes[index].span
    return TraceRow(summarise(trace, nodes), root.name if root else "")


def json_fields(row: TraceRow) -> dict[str, Any]:
    """Return *row* as a JSON object has it.

    Source:
        docs/architecture.md, "Commands".
    """
    summary = row.summary
    return {
        "trace_id": summary.trace_id,
        "service_name": summary.service_name,
        "name": row.name,
        "start_time_unix_nano": summary.start_time_unix_nano,
        "duration_nano": summary.duration_nano,
        "span_count": summary.span_count,
        "error_count": summary.error_count,
        "orphan_count": summary.orphan_count,
        "services": [name for name, _ in summary.services],
        "kinds": summary.kinds,
        "partial": summary.is_partial or summary.is_truncated,
    }


def live_line(row: TraceRow) -> str:
    """Return *row* as a line to stand among others like it, what can be long at its end.

    `12:04:33.918  ✘  171ms  13 spans    gateway  POST /checkout → 402`
    """
    summary = row.summary
    mark = "✘" if summary.has_error else " "
    return (
        f"{clock_text(summary.start_time_unix_nano):>12}  {mark} "
        f"{duration_text(summary.duration_nano):>{DURATION_CELLS}}  "
        f"{counted(summary.span_count, 'span'):<{_SPANS_CELLS}}  "
        f"{printable(summary.service_name)}  {printable(summary.title)}{marks(summary)}"
    )


def total_line(row: TraceRow) -> str:
    """Return *row* as the heading of its tree: id and figures, since the tree has the rest.

    `trace 4bf92f3577b34da6a3ce929d0e0e4736  171ms  13 spans  7 services  4 errors`
    """
    summary = row.summary
    figures = (
        (len(summary.services), "service"),
        (summary.span_count, "span"),
        (summary.error_count, "error"),
    )
    said = "  ".join(counted(count, noun) for count, noun in figures if count)
    duration = duration_text(summary.duration_nano)
    return f"trace {summary.trace_id}  {duration}  {said}{marks(summary)}"


def counted(count: int, noun: str) -> str:
    """Return *count* with its noun, such as `1 span` or `3 spans`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def marks(summary: TraceSummary) -> str:
    """Return the marks that follow a title: parents that are missing, spans that are."""
    missing_parents = f"  ◌{summary.orphan_count}" if summary.orphan_count else ""
    missing_spans = "  ✂" if summary.is_partial or summary.is_truncated else ""
    return missing_parents + missing_spans
