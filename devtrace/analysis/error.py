"""Whether a span failed, how sure that is, and what it says about it.

Status ERROR is a statement; OK is one too and silences every other sign.  Where the
status is unset, as most instrumentations leave it, an exception or a failing status
code makes an error probable.  Errors are never copied to parents: a failure that
was retried and handled leaves a fine parent above it.

Source: docs/analysis.md, "Errors"; semantic-conventions 1.44.0, "Recording errors";
OpenTelemetry specification, trace API, "Set Status".
"""

from collections.abc import Sequence
from dataclasses import dataclass

from devtrace.analysis.title import as_int, rpc_status
from devtrace.analysis.tree import TOP_LEVEL, TreeNode
from devtrace.model import semconv
from devtrace.model.semconv import first
from devtrace.model.span import Span, SpanKind, StatusCode

_EXCEPTION_BYTES = semconv.EXCEPTION_EVENT.encode()


@dataclass(frozen=True, slots=True)
class SpanError:
    """A failure of one span."""

    is_certain: bool
    """Whether its status says so; otherwise it is only probable."""
    text: str
    """What went wrong, as far as the span says; may be empty."""


def span_error(span: Span) -> SpanError | None:
    """Return how *span* failed, or None when nothing says that it did.

    Decodes the span's attributes and events unless its status is OK.
    """
    if span.status_code == StatusCode.OK:
        return None
    if span.status_code == StatusCode.ERROR:
        text = span.status_message or _error_type(span) or span_exception(span)
        return SpanError(is_certain=True, text=text or _status_text(span))
    text = (
        span_exception(span)
        or _error_type(span)
        or _failing_http(span)
        or _failing_rpc(span)
        or _failing_process(span)
        or _imported_error(span)
    )
    return SpanError(is_certain=False, text=text) if text else None


def span_exception(span: Span) -> str:
    """Return the last exception that *span* recorded, such as `CardDeclined: no funds`.

    The type loses its package, the message all but its first line.

    Returns:
        One line; `""` when no exception event is there.
    """
    for event in reversed(span.events):
        if event.name == semconv.EXCEPTION_EVENT:
            return semconv.exception_text(event.attributes) or semconv.EXCEPTION_EVENT
    return ""


def _error_type(span: Span) -> str:
    error_type = str(first(span.attributes, semconv.ERROR_TYPE) or "")
    return f"HTTP {error_type}" if error_type == str(_http_status(span)) else error_type


def _status_text(span: Span) -> str:
    """Return the status that a failed span's family of conventions gives."""
    http_status = _http_status(span)
    return (
        (f"HTTP {http_status}" if http_status is not None else "")
        or rpc_status(span)
        or str(first(span.attributes, semconv.DB_RESPONSE_STATUS_CODE) or "")
        or _failing_process(span)
    )


def _http_status(span: Span) -> int | None:
    return as_int(first(span.attributes, semconv.HTTP_RESPONSE_STATUS_CODE))


def _failing_http(span: Span) -> str:
    status = _http_status(span)
    least = 400 if span.kind == SpanKind.CLIENT else 500
    return f"HTTP {status}" if status is not None and status >= least else ""


def _failing_rpc(span: Span) -> str:
    status = rpc_status(span)
    if span.kind == SpanKind.SERVER:
        return status if status.upper() in semconv.GRPC_SERVER_ERRORS else ""
    return "" if status.upper() in {"", "OK", "0"} else status


def _failing_process(span: Span) -> str:
    exit_code = as_int(first(span.attributes, semconv.PROCESS_EXIT_CODE))
    return f"exit code {exit_code}" if exit_code else ""


def _imported_error(span: Span) -> str:
    """Read the tags by which Jaeger and Zipkin mark a failure."""
    tag = first(span.attributes, semconv.IMPORTED_ERROR)
    if tag is not None and str(tag).lower() not in {"false", "0"}:
        return "error" if str(tag).lower() in {"true", "1"} else str(tag)
    status = str(first(span.attributes, semconv.IMPORTED_STATUS_CODE)).upper()
    return "error" if status == StatusCode.ERROR.name else ""


def subtree_error_counts(nodes: Sequence[TreeNode]) -> list[int]:
    """Return how many spans with status ERROR each subtree holds, its own row included.

    Args:
        nodes: The rows that `assemble` returned.

    Returns:
        One count for each row, in row order.
    """
    counts = [
        int(node.span is not None and node.span.status_code == StatusCode.ERROR)
        for node in nodes
    ]
    for index in range(len(nodes) - 1, -1, -1):
        parent = nodes[index].parent
        if parent != TOP_LEVEL:
            counts[parent] += counts[index]
    return counts


def exception_line(nodes: Sequence[TreeNode]) -> str | None:
    """Return the innermost exception, such as `CardDeclined: insufficient funds`.

    Innermost is the deepest span with status ERROR that recorded an exception, the
    topmost row of them if several are equally deep.  Decodes few spans: only those
    whose bytes hold the word.

    Args:
        nodes: The rows that `assemble` returned.

    Returns:
        One line, or None when no failed span recorded an exception.
    """
    failed = (
        (node.depth, node.span)
        for node in nodes
        if node.span is not None and node.span.status_code == StatusCode.ERROR
    )
    for _, span in sorted(failed, key=lambda each: -each[0]):
        if _EXCEPTION_BYTES in span.payload and (line := span_exception(span)):
            return line
    return None
