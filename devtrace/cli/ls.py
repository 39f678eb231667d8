"""`devtrace ls`: one line per trace of saved files."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unicodedata import east_asian_width

import click

from devtrace.cli.archives import files_argument, read_files
from devtrace.cli.context import Context
from devtrace.cli.options import byte_count
from devtrace.model.text import printable
from devtrace.store.limits import MEBIBYTE, Limits

if TYPE_CHECKING:
    from devtrace.analysis.summary import TraceSummary
    from devtrace.store.ring import TraceStore

MIN_ID_DIGITS = 8
"""How much of a trace id is shown at least; more where traces would look alike."""

_TIME_CELLS = len("2025-10-09 12:04:31.204")
_TITLES = ("started", "duration", "spans", "trace id", "service", "trace")


class _Row(NamedTuple):
    summary: "TraceSummary"
    name: str
    """The main root's own name."""


@click.command(short_help="list the traces of saved files")
@files_argument
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
@click.option(
    "--max-bytes",
    type=byte_count,
    metavar="SIZE",
    default=f"{Limits().max_bytes // MEBIBYTE}MiB",
    show_default=True,
    help="Memory for spans; what does not fit is left out, and said so.",
)
@click.option(
    "--max-spans",
    type=click.IntRange(min=1),
    default=Limits().max_spans,
    show_default=True,
    help="Spans to hold at once; what does not fit is left out, and said so.",
)
@click.pass_obj
def ls(
    context: Context, files: tuple[Path, ...], *, as_json: bool, max_bytes: int, max_spans: int
) -> int:
    """List the traces in FILEs, oldest first.

    Reads what `devtrace stats` reads.  Spans of one trace belong together, whichever
    file or line they are in.  A dash is standard input.

    Exit status: 0 read; 4 a file cannot be read at all (the others are listed).
    """
    from devtrace.store.ring import TraceStore

    store = TraceStore(Limits(max_bytes=max_bytes, max_spans=max_spans))
    counts, exit_code = read_files(context, files, consumer=store)
    for file, line, message in counts.broken_lines:
        context.warn(printable(f"{file}:{line}: {message}"))
    if refused := counts.refused.total():
        context.warn(f"{refused} spans are refused; devtrace stats says why")
    _warn_of_omissions(context, store)

    rows = sorted(
        _rows(store), key=lambda row: (row.summary.start_time_unix_nano, row.summary.trace_id)
    )
    for output in map(_as_json, rows) if as_json else _as_text(rows):
        context.write(output)
    return exit_code


def _warn_of_omissions(context: Context, store: "TraceStore") -> None:
    counters = store.counters
    if counters.evicted_traces:
        context.warn(
            f"{counters.evicted_traces} traces of {counters.evicted_spans} spans are left out: "
            "raise --max-bytes or --max-spans"
        )
    if counters.truncated_spans:
        context.warn(
            f"{counters.truncated_spans} spans of over-long traces are left out: "
            "raise --max-bytes or --max-spans"
        )


def _rows(store: "TraceStore") -> Iterator[_Row]:
    from devtrace.analysis.summary import summarise
    from devtrace.analysis.tree import assemble, main_root

    for trace in filter(None, map(store.trace, store.changes_since(0).updated)):
        nodes = assemble(trace.spans)
        index = main_root(nodes)
        root = None if index is None else nodes[index].span
        yield _Row(summarise(trace, nodes), root.name if root else "")


def _as_json(row: _Row) -> str:
    summary = row.summary
    fields: dict[str, Any] = {
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
    return json.dumps(fields)


def _as_text(rows: Sequence[_Row]) -> Iterator[str]:
    """Lay *rows* out in columns; what can be long stands last."""
    from devtrace.model.time import duration_text, moment_text

    if not rows:
        return
    digits = _id_digits(row.summary.trace_id for row in rows)
    services = [printable(row.summary.service_name) for row in rows]
    service_cells = max(map(_cells, [*services, _TITLES[4]]))
    yield (
        f"{_TITLES[0]:<{_TIME_CELLS}}  {_TITLES[1]}  {_TITLES[2]}    {_TITLES[3]:<{digits}}  "
        f"{_TITLES[4]:<{service_cells}}  {_TITLES[5]}"
    )
    for (summary, _), service in zip(rows, services, strict=True):
        started = moment_text(summary.start_time_unix_nano)[:_TIME_CELLS].replace("T", " ")
        gap = " " * (service_cells - _cells(service))
        yield (
            f"{started:<{_TIME_CELLS}}  {duration_text(summary.duration_nano):>8}  "
            f"{summary.span_count:>5}  {'✘' if summary.has_error else ' '} "
            f"{summary.trace_id[:digits]}  {service}{gap}  "
            f"{printable(summary.title)}{_marks(summary)}"
        )


def _marks(summary: "TraceSummary") -> str:
    marks = ""
    if summary.orphan_count:
        marks += f"  ◌{summary.orphan_count}"
    if summary.is_partial or summary.is_truncated:
        marks += "  ✂"
    return marks


def _id_digits(trace_ids: Iterable[str]) -> int:
    """Return how many digits tell all of *trace_ids* apart."""
    ordered = sorted(trace_ids)
    digits = MIN_ID_DIGITS
    for one, next_one in pairwise(ordered):
        while one[:digits] == next_one[:digits] and digits < len(one):
            digits += 1
    return digits


def _cells(text: str) -> int:
    """Return how many cells a terminal gives *text*, near enough for a column."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
