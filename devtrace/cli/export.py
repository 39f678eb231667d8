"""`devtrace export`: saved files as one document in another format."""

from pathlib import Path

import click

from devtrace.cli.archives import (
    FileLimits,
    HeldFiles,
    files_argument,
    limit_options,
    tell_left_out,
)
from devtrace.cli.context import Context
from devtrace.cli.where import parsed, where_option
from devtrace.errors import DevtraceError, UsageError

_FORMATS = ("otlp", "otlp-records", "otlp-proto", "jaeger", "zipkin")
_BINARY = {"otlp-records", "otlp-proto"}
_STANDARD_OUTPUT = Path("-")


@click.command(short_help="write saved files in another format")
@files_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="otlp",
    show_default=True,
    help="What to write.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    default=_STANDARD_OUTPUT,
    metavar="OUT",
    help="The file to write, whole or not at all; standard output if not given.",
)
@where_option
@limit_options
@click.pass_obj
def export(
    context: Context,
    files: tuple[Path, ...],
    *,
    form: str,
    output: Path,
    where: str | None,
    limits: FileLimits,
) -> int:
    """Write what FILEs hold as one document.

    otlp is OTLP/JSON, a line for each trace and one for its log records, then all other
    log records and the metrics, as the Collector's file exporter writes it; otlp-records
    is the same as protobuf messages, each after its length, and loses nothing; otlp-proto
    is one serialized TracesData; jaeger is what Jaeger's UI opens; zipkin is what Zipkin's
    API takes.  The last three have no place but for traces.  A dash is standard input.

    With --where only the traces that match are written, with their log records.

    Exit status: 0 written; 1 not everything found room; 2 EXPR does not parse; 4 a file
    cannot be read, at all or to its end (the rest is written), or OUT cannot be written.
    """
    from devtrace.exporters.archive import write_whole
    from devtrace.exporters.documents import Format, document

    kind = Format(form)
    if output == _STANDARD_OUTPUT and kind in _BINARY and context.stdout.isatty():
        raise UsageError(
            "cannot write protobuf to a terminal", hint="name a file with --output"
        )
    query = None if where is None else parsed(where)
    held = HeldFiles(context, files, limits)
    if held.exit_code and held.is_empty:
        return held.exit_code
    trace_ids = held.trace_ids(query)
    if not kind.has_all_signals:
        logs = len(held.logs) if query is None else held.log_count(trace_ids)
        points = held.metrics.point_count if query is None else 0
        tell_left_out(context, form, logs=logs, points=points)
    pieces = document(held.entries(trace_ids, is_all=query is None), kind)
    if output == _STANDARD_OUTPUT:
        context.write_bytes(pieces)
    else:
        write_whole(output, pieces)
    return held.exit_code or (0 if held.is_whole else DevtraceError.exit_code)
