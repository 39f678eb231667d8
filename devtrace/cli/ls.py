"""`devtrace ls`: one line per trace of saved files."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import click

from devtrace.cli.archives import FileLimits, HeldFiles, files_argument, limit_options
from devtrace.cli.context import Context
from devtrace.cli.where import parsed, where_option
from devtrace.model.text import cell_count, printable

if TYPE_CHECKING:
    from devtrace.cli.trace_row import TraceRow

MIN_ID_DIGITS = 8
"""How much of a trace id is shown at least; more where traces would look alike."""

_TIME_CELLS = len("2025-10-09 12:04:31.204")
_TITLES = ("started", "duration", "spans", "trace id", "service", "trace")


@click.command(short_help="list the traces of saved files")
@files_argument
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
@where_option
@limit_options
@click.pass_obj
def ls(
    context: Context,
    files: tuple[Path, ...],
    *,
    as_json: bool,
    where: str | None,
    limits: FileLimits,
) -> int:
    """List the traces in FILEs, oldest first.

    Reads what `devtrace stats` reads.  Spans of one trace belong together, whichever
    file or line they are in.  A dash is standard input.

    \b
      devtrace ls --where 'status=error' traces.jsonl
      devtrace ls --where 'service=orders trace:duration>1s' traces.jsonl

    Exit status: 0 read; 2 EXPR does not parse; 4 a file cannot be read at all (the others are listed).
    """  # noqa: D301  # click reads the backspace
    from devtrace.cli.trace_row import json_fields, trace_row

    query = parsed(where)
    held = HeldFiles(context, files, limits)
    rows = list(map(trace_row, filter(query, held.traces(held.trace_ids()))))
    if not held.trace_ids() and not held.is_empty:
        context.warn("no trace is there, but log records or metrics: devtrace open shows them")
    if as_json:
        for row in rows:
            context.write(json.dumps(json_fields(row)))
    else:
        for text in table(rows):
            context.write(text)
    return held.exit_code


def table(rows: Sequence["TraceRow"]) -> Iterator[str]:
    """Lay *rows* out in columns below a line of titles; what can be long stands last."""
    from devtrace.cli.trace_row import marks
    from devtrace.model.time import duration_text, moment_text

    if not rows:
        return
    digits = _id_digits(row.summary.trace_id for row in rows)
    services = [printable(row.summary.service_name) for row in rows]
    service_cells = max(map(cell_count, [*services, _TITLES[4]]))
    yield (
        f"{_TITLES[0]:<{_TIME_CELLS}}  {_TITLES[1]}  {_TITLES[2]}    {_TITLES[3]:<{digits}}  "
        f"{_TITLES[4]:<{service_cells}}  {_TITLES[5]}"
    )
    for (summary, _), service in zip(rows, services, strict=True):
        started = moment_text(summary.start_time_unix_nano)[:_TIME_CELLS].replace("T", " ")
        gap = " " * (service_cells - cell_count(service))
        yield (
            f"{started:<{_TIME_CELLS}}  {duration_text(summary.duration_nano):>8}  "
            f"{summary.span_count:>5}  {'✘' if summary.has_error else ' '} "
            f"{summary.trace_id[:digits]}  {service}{gap}  "
            f"{printable(summary.title)}{marks(summary)}"
        )


def _id_digits(trace_ids: Iterable[str]) -> int:
    """Return how many digits tell all of *trace_ids* apart."""
    ordered = sorted(trace_ids)
    digits = MIN_ID_DIGITS
    for one, next_one in pairwise(ordered):
        while one[:digits] == next_one[:digits] and digits < len(one):
            digits += 1
    return digits
