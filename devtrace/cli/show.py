"""`devtrace show`: traces of saved files, each in full."""

import json
import shutil
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from devtrace.cli.archives import FileLimits, HeldFiles, limit_options, tell_left_out
from devtrace.cli.context import Context
from devtrace.cli.selection import ids_beginning, told_apart
from devtrace.cli.where import parsed, where_option

if TYPE_CHECKING:
    from devtrace.exporters.entries import Entry

_FORMATS = ("tree", "json", "markdown", "mermaid", "curl", "otlp", "jaeger", "zipkin")


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
    limits: FileLimits,
) -> int:
    """Print the traces with each TRACE_ID in FILEs, or all of them if none is named.

    The beginning of an id will do if no other begins so.  A word of hex digits is an
    id unless there is a file of that name.  A dash is standard input.

    tree is text to read, with the log records of the trace below; json is one object per
    trace and line, decoded; markdown is compact, for an issue or a language model; mermaid
    is a sequence diagram; curl is a line for each HTTP request that a server took, ready to
    be sent again; these three have no log records, and REDACTED for secrets.  otlp is a line of OTLP/JSON per trace and one for its log
    records; jaeger and zipkin are one document, which has no place for log records.

    Exit status: 0 printed; 2 no such trace, or EXPR does not parse; 4 a file cannot be read at all.
    """
    query = None if where is None else parsed(where)
    prefixes, files = told_apart(words)
    held = HeldFiles(context, files, limits)
    trace_ids = held.trace_ids()
    if prefixes:
        trace_ids = ids_beginning(prefixes, trace_ids)
    trace_ids = held.matching(trace_ids, query)
    entries = held.entries(trace_ids)
    if form == "tree":
        _write_trees(context, entries)
    elif form == "json":
        from devtrace.cli.trace_document import trace_document

        for entry in entries:
            if entry.trace is not None:
                document = trace_document(entry.trace, entry.logs)
                context.write(json.dumps(document, ensure_ascii=False))
    elif form in {"markdown", "mermaid", "curl"}:
        _write_texts(context, entries, form)
    else:
        _write_document(context, held, trace_ids, form)
    return held.exit_code


def _write_document(
    context: Context, held: HeldFiles, trace_ids: Sequence[str], form: str
) -> None:
    from devtrace.exporters.documents import Format, document

    kind = Format(form)
    if not kind.has_all_signals:
        tell_left_out(context, form, logs=held.log_count(trace_ids))
    context.write_bytes(document(held.entries(trace_ids), kind))


def _write_texts(context: Context, entries: "Iterable[Entry]", form: str) -> None:
    """Write each trace in a form that is made to be pasted somewhere."""
    from devtrace.analysis.curl import curl_line
    from devtrace.analysis.markdown import markdown
    from devtrace.analysis.mermaid import mermaid
    from devtrace.analysis.tree import assemble
    from devtrace.model.span import SpanKind

    separator = ""
    for trace, _, _ in entries:
        if trace is None:
            continue
        nodes = assemble(trace.spans)
        if form == "curl":
            spans = (node.span for node in nodes)
            served = (span for span in spans if span and span.kind is SpanKind.SERVER)
            for line in filter(None, map(curl_line, served)):
                context.write(line)
        else:
            text = markdown(nodes) if form == "markdown" else mermaid(nodes)
            context.write(f"{separator}{text}")
            separator = "\n"


def _write_trees(context: Context, entries: "Iterable[Entry]") -> None:
    from devtrace.analysis.text_tree import text_tree
    from devtrace.analysis.tree import assemble
    from devtrace.cli.log_lines import log_lines
    from devtrace.cli.trace_row import total_line, trace_row

    width = shutil.get_terminal_size().columns if context.stdout.isatty() else None
    separator = ""
    for trace, logs, _ in entries:
        if trace is None:
            continue
        row = trace_row(trace)
        tree = text_tree(assemble(trace.spans), width=width)
        context.write(f"{separator}{total_line(row)}\n{tree}")
        for line in log_lines(logs, origin=row.summary.start_time_unix_nano, width=width):
            context.write(line)
        separator = "\n"
