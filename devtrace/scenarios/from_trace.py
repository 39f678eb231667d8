"""A scenario file made of a captured trace, for somebody to edit and keep.

Its requests are those that entered from outside: the topmost SERVER spans.  Its promises
are the trees below them by service and name, without what changes from one request to
the next, and how many spans failed.  Whatever is written here is true of the trace it
was made of, so the file can be played at once.

Source: our own definition; semantic conventions, "HTTP server".
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import urlsplit

from devtrace.analysis.tree import TreeNode, assemble
from devtrace.errors import DevtraceError
from devtrace.model import semconv
from devtrace.model.span import Span, SpanKind, StatusCode
from devtrace.model.trace import Trace
from devtrace.otlp.values import Value
from devtrace.scenarios.expectation import INDENT, MAX_LINES
from devtrace.scenarios.scenario import MAX_PAUSE_SECONDS, METHODS

_MAX_SHAPES = 10
"""Trees that are promised; further ones are few requests' worth of noise."""
_MAX_ID_CHARACTERS = 40
_LEAST_PAUSE_SECONDS = 0.01
_SHORT_ID_DIGITS = 8
_NANO = 1_000_000_000

_VOLATILE = re.compile(
    r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"  # a UUID
    r"|\b(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{8,}\b"  # another id in hex
    r"|(?<![A-Za-z0-9])\d+(?![A-Za-z0-9])"  # a number by itself
)
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+|'{3,}|\s{2,}|^\s+|\s+$|\s(?<! )")
"""What a line of a shape, or a literal of TOML, has no place for."""
_DURATION_LIKE = re.compile(r"~\s*\d+(?:\.\d+)?ms$")
_STARS = re.compile(r"\*{2,}")


class _Request(NamedTuple):
    """A request that entered from outside."""

    span: Span
    method: str
    path: str
    """With its query; begins with a slash."""
    status: int | None


def scenario_text(trace: Trace) -> str:
    """Return a scenario file made of *trace*.

    Raises:
        DevtraceError: If no request of it can be sent again.
    """
    rows = assemble(trace.spans)
    entries = [row for row in _entries(rows) if row.span is not None]
    requests = [request for row in entries if (request := _request(row.span)) is not None]
    if not requests:
        raise DevtraceError(
            f"cannot make a scenario of trace {trace.trace_id}: no span of it is an HTTP "
            "request from outside with its method and path",
            hint="choose a trace whose first server span has http.request.method and url.path",
        )
    requests.sort(key=lambda request: request.span.start_time_unix_nano)
    return "\n".join([*_head(trace, requests), *_steps(requests), *_promises(trace, rows), ""])


# -- what is asked -----------------------------------------------------------------------


def _entries(rows: Sequence[TreeNode]) -> Iterator[TreeNode]:
    """Yield the SERVER spans that have no SERVER span above them."""
    index = 0
    while index < len(rows):
        row = rows[index]
        if row.span is not None and row.span.kind is SpanKind.SERVER:
            yield row
            index += row.size
        else:
            index += 1


def _request(span: Span | None) -> _Request | None:
    """Return what was asked, if it is a request that a scenario can send."""
    if span is None:
        return None
    attributes = span.attributes
    method = _text(attributes, semconv.HTTP_REQUEST_METHOD).upper()
    path = _path(attributes)
    if method not in METHODS or not path.startswith("/"):
        return None
    status = semconv.first(attributes, semconv.HTTP_RESPONSE_STATUS_CODE)
    if not isinstance(status, int) or not 100 <= status <= 599:
        status = None
    return _Request(span, method, path, status)


def _path(attributes: Mapping[str, Value]) -> str:
    if path := _text(attributes, semconv.URL_PATH):
        query = _text(attributes, semconv.URL_QUERY)
        return f"{path}?{query}" if query else path
    if target := _text(attributes, semconv.HTTP_TARGET):
        return target
    try:
        parts = urlsplit(_text(attributes, semconv.URL_FULL))
    except ValueError:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _text(attributes: Mapping[str, Value], key: semconv.Key) -> str:
    value = semconv.first(attributes, key)
    return value if isinstance(value, str) else ""


# -- the file ----------------------------------------------------------------------------


def _head(trace: Trace, requests: Sequence[_Request]) -> list[str]:
    first = requests[0]
    name = re.sub(r"[^a-z0-9]+", "_", f"{first.method} {first.path}".lower()).strip("_")
    asked = f"{first.method} {first.path}"
    services = ", ".join(sorted({span.service_name for span in trace.spans}))
    return [
        f"# Made of trace {trace.trace_id}.  Edit it, and play it with:",
        "#   devtrace play FILE --base-url http://localhost:8080",
        f"id = {_quoted(name[:_MAX_ID_CHARACTERS].strip('_'))}",
        f"title = {_quoted(asked)}",
        'group = "Own"',
        f"lesson = {_quoted(f'What {asked} did when it was captured.')}",
        f"look_for = {_quoted(f'The same tree, over {services}.')}",
        "settle = 0.0  # seconds after the last answer in which spans may still come",
        "",
    ]


def _steps(requests: Sequence[_Request]) -> Iterator[str]:
    before = {
        later.span.span_id: later.span.start_time_unix_nano - earlier.span.end_time_unix_nano
        for earlier, later in pairwise(requests)
    }
    for request in requests:
        yield "[[steps]]"
        yield f"method = {_quoted(request.method)}"
        yield f"path = {_quoted(request.path)}"
        if request.method not in {"GET", "DELETE"}:
            yield "# body = { }  # a trace does not hold what was sent"
        pause = min(before.get(request.span.span_id, 0) / _NANO, MAX_PAUSE_SECONDS)
        if pause >= _LEAST_PAUSE_SECONDS:
            yield f"pause = {pause:.2f}"
        status = "[]  # any" if request.status is None else request.status
        yield f"expect_status = {status}"
        yield ""


def _promises(trace: Trace, rows: Sequence[TreeNode]) -> Iterator[str]:
    tops = [index for index, row in enumerate(rows) if _is_top(rows, index, row)]
    shapes = [lines for top in tops if (lines := list(_shape(rows, top)))]
    for lines in shapes[:_MAX_SHAPES]:
        yield "[[expectations]]"
        yield f"says = {_quoted(f'The tree of {lines[0]} is there.')}"
        yield "tree = '''"
        yield from lines
        yield "'''"
        yield ""
    failed = sum(span.status_code is StatusCode.ERROR for span in trace.spans)
    says = f"{failed} spans fail." if failed > 1 else "One span fails." if failed else ""
    yield "[[expectations]]"
    yield f"says = {_quoted(says or 'No span fails.')}"
    yield 'query = "status=error"'
    yield f"spans = {failed}"


# -- shapes ------------------------------------------------------------------------------


def _is_top(rows: Sequence[TreeNode], index: int, row: TreeNode) -> bool:
    """Return whether a shape begins here: at a span that no span is above."""
    return rows[index].span is not None and (row.parent < 0 or rows[row.parent].span is None)


def _shape(rows: Sequence[TreeNode], top: int) -> Iterator[str]:
    """Yield the lines of a tree, those under one line in order of their start.

    Look-alikes under one line are written once.
    """
    first = _line(rows[top].span)
    if first is None:
        return
    path: list[str] = []
    pending = [(top, first)]
    depths = {top: 0}
    for _ in range(MAX_LINES):
        if not pending:
            return
        index, line = pending.pop()
        depth = depths[index]
        yield " " * (INDENT * depth) + line
        path[depth:] = [line]
        below: dict[str, int] = {}
        for child in sorted(_below(rows, index, path), key=lambda at: (_start(rows[at]), at)):
            below.setdefault(_line(rows[child].span) or "", child)
        depths |= dict.fromkeys(below.values(), depth + 1)
        pending += ((child, line) for line, child in reversed(below.items()))


def _below(rows: Sequence[TreeNode], top: int, path: Sequence[str]) -> Iterator[int]:
    """Yield the nearest rows below one that can be written and repeat nothing of *path*."""
    index = top + 1
    while index < top + rows[top].size:
        line = _line(rows[index].span)
        if line is None or line in path:
            index += 1  # what is under it hangs under the line above
        else:
            yield index
            index += rows[index].size


def _start(row: TreeNode) -> int:
    return row.span.start_time_unix_nano if row.span is not None else 0


def _line(span: Span | None) -> str | None:
    """Return service and name as a shape writes them; None for a service with blanks."""
    if span is None:
        return None
    service = span.service_name
    if not service or re.search(r"\s", service) or _UNWRITABLE.search(service):
        return None
    name = _UNWRITABLE.sub("*", _VOLATILE.sub("*", span.name))
    name = _STARS.sub("*", _DURATION_LIKE.sub("*", name))
    return f"{service} {name or '*'}"


def _quoted(text: str) -> str:
    """Return *text* as a basic string of TOML."""
    escaped = (
        character
        if character.isprintable() and character not in '"\\'
        else f"\\U{ord(character):08x}"
        if character not in '"\\'
        else f"\\{character}"
        for character in text
    )
    return f'"{"".join(escaped)}"'
