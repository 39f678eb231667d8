"""`devtrace show`: traces of saved files, each in full."""

import json
import shutil
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from devtrace.cli.archives import HeldFiles, limit_options
from devtrace.cli.context import Context
from devtrace.cli.selection import ids_beginning, told_apart
from devtrace.cli.where import parsed, where_option
from devtrace.store.limits import Limits

if TYPE_CHECKING:
    from devtrace.model.trace import Trace

_FORMATS = ("tree", "json", "otlp", "jaeger", "zipkin")


@click.command(short_help="print traces of saved files in full")
@click.argument("words", nargs=-1, required=True, metavar="[TRACE_ID]... FILE...")
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="tree",
    show_default=True,
    help="What to print a trace as.",
)
@where_option
@limit_options
@click.pass_obj
def show(
    context: Context,
    words: tuple[str, ...],
    *,
    form: str,
    where: str | None,
    max_bytes: int,
    max_spans: int,
) -> int:
    """Print the traces with each TRACE_ID in FILEs, or all of them if none is named.

    The beginning of an id will do if no other begins so.  A word of hex digits is an
    id unless there is a file of that name.  A dash is standard input.

    tree is text to read; json is one object per trace and line, decoded; otlp is one
    line of OTLP/JSON per trace; jaeger and zipkin are one document.

    Exit status: 0 printed; 2 no such trace, or EXPR does not parse; 4 a file cannot be read at all.
    """
    query = parsed(where)
    prefixes, files = told_apart(words)
    held = HeldFiles(context, files, Limits(max_bytes=max_bytes, max_spans=max_spans))
    trace_ids = held.trace_ids()
    if prefixes:
        trace_ids = ids_beginning(prefixes, trace_ids)
    traces = filter(query, held.traces(trace_ids))
    if form == "tree":
        _write_trees(context, traces)
    elif form == "json":
        from devtrace.cli.trace_document import trace_document

        for trace in traces:
            context.write(json.dumps(trace_document(trace), ensure_ascii=False))
    else:
        from devtrace.exporters.documents import Format, document

        context.write_bytes(document(traces, Format(form)))
    return held.exit_code


def _write_trees(context: Context, traces: "Iterable[Trace]") -> None:
    from devtrace.analysis.text_tree import text_tree
    from devtrace.analysis.tree import assemble
    from devtrace.cli.trace_row import total_line, trace_row

    width = shutil.get_terminal_size().columns if context.stdout.isatty() else None
    separator = ""
    for trace in traces:
        heading = total_line(trace_row(trace))
        context.write(f"{separator}{heading}\n{text_tree(assemble(trace.spans), width=width)}")
        separator = "\n"
