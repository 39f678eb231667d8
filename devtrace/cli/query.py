"""`devtrace query`: the spans of saved files that match an expression."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from devtrace.cli.archives import FileLimits, FilePath, HeldFiles, limit_options
from devtrace.cli.context import Context
from devtrace.errors import UsageError
from devtrace.model.text import cell_count, printable

if TYPE_CHECKING:
    from devtrace.model.span import Span
    from devtrace.model.trace import Trace
    from devtrace.query import Query

NOTHING_MATCHED = 1
"""Exit code when no span matched, as that of grep."""

_STATUSES = {"ERROR": "✘", "OK": "✔"}
_KIND_CELLS = len("consumer")
_SERVICE_CELLS = 16


@click.command(short_help="find spans in saved files")
@click.argument("expression", metavar="EXPR")
@click.argument(
    "files", nargs=-1, metavar="FILE...", type=FilePath(path_type=Path, allow_dash=True)
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
@click.option("--traces", "by_trace", is_flag=True, help="Print traces, as devtrace ls does.")
@click.option("--count", "only_count", is_flag=True, help="Print how many there are.")
@limit_options
@click.pass_obj
def query(
    context: Context,
    expression: str,
    files: tuple[Path, ...],
    *,
    as_json: bool,
    by_trace: bool,
    only_count: bool,
    limits: FileLimits,
) -> int:
    """Print the spans in FILEs that match EXPR, a line each.

    \b
      devtrace query checkout traces.jsonl
      devtrace query 'status=error duration>100ms' traces.jsonl
      devtrace query '{service=gateway} >> {.db.system="sqlite"}' traces.jsonl
      devtrace query --traces 'status=error | count() > 3' traces.jsonl
      devtrace query --count '.http.status_code>=500' *.jsonl

    The language is a subset of TraceQL; docs/query.md is its reference.  A dash is
    standard input.

    Exit status: 0 something matched; 1 nothing did; 2 EXPR does not parse; 4 a file
    cannot be read at all (the others are searched).
    """  # noqa: D301  # click reads the backspace
    from devtrace.query import parse

    asked = parse(expression)
    if not files:
        raise UsageError(
            "cannot run the query: no FILE is named",
            hint="name saved files, or - to read standard input",
        )
    held = HeldFiles(context, files, limits)
    traces = held.traces(held.trace_ids())
    if by_trace:
        found = _write_traces(context, asked, traces, as_json=as_json, only_count=only_count)
    else:
        found = _write_spans(context, asked, traces, as_json=as_json, only_count=only_count)
    if only_count:
        context.write(str(found))
    return held.exit_code or (0 if found else NOTHING_MATCHED)


def _write_spans(
    context: Context,
    asked: "Query",
    traces: "Iterable[Trace]",
    *,
    as_json: bool,
    only_count: bool,
) -> int:
    """Write every matching span, and return how many there are."""
    found = 0
    for trace in traces:
        spans = asked.spans(trace)
        found += len(spans)
        if not only_count:
            for span in spans:
                context.write(json.dumps(_json_fields(span)) if as_json else _line(span))
    return found


def _write_traces(
    context: Context,
    asked: "Query",
    traces: "Iterable[Trace]",
    *,
    as_json: bool,
    only_count: bool,
) -> int:
    """Write every matching trace, and return how many there are."""
    from devtrace.cli.ls import table
    from devtrace.cli.trace_row import json_fields, trace_row

    matching = filter(asked.matches, traces)
    if only_count:
        return sum(1 for _ in matching)
    rows: Sequence[Any] = list(map(trace_row, matching))
    lines: Iterator[str] = (
        (json.dumps(json_fields(row)) for row in rows) if as_json else table(rows)
    )
    for line in lines:
        context.write(line)
    return len(rows)


def _json_fields(span: "Span") -> dict[str, Any]:
    """Return *span* as a JSON object has it.

    Source:
        docs/architecture.md, "Commands".
    """
    return {
        "trace_id": span.trace_id,
        "span_id": span.span_id,
        "service_name": span.service_name,
        "name": span.name,
        "kind": span.kind.name,
        "status": span.status_code.name,
        "duration_nano": span.duration_nano,
    }


def _line(span: "Span") -> str:
    """Return *span* as a line to stand among others like it, what can be long at its end.

    `12:04:33.918  ✘  171ms  4bf92f3577b34da6a3ce929d0e0e4736  00f067aa0ba902b7  server    gateway  POST`
    """
    from devtrace.model.time import DURATION_CELLS, clock_text, duration_text

    service = printable(span.service_name)
    gap = " " * max(0, _SERVICE_CELLS - cell_count(service))
    return (
        f"{clock_text(span.start_time_unix_nano):>12}  "
        f"{_STATUSES.get(span.status_code.name, ' ')} "
        f"{duration_text(span.duration_nano):>{DURATION_CELLS}}  "
        f"{span.trace_id}  {span.span_id}  {span.kind.name.lower():<{_KIND_CELLS}}  "
        f"{service}{gap}  {printable(span.name)}"
    )
