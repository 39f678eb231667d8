"""`devtrace diff`: what is different between two traces of saved files, or two sets of them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from devtrace.cli.archives import FileLimits, HeldFiles, limit_options
from devtrace.cli.context import Context
from devtrace.cli.selection import ids_beginning, told_apart
from devtrace.errors import UsageError
from devtrace.model.text import cell_count, printable, shortened
from devtrace.model.time import DURATION_CELLS, duration_text, offset_text, percent_text

if TYPE_CHECKING:
    from devtrace.analysis.diff import Change, TraceDiff
    from devtrace.model.trace import Trace

_MARKS = {"ADDED": "+", "MISSING": "-", "SLOWER": "▲", "FASTER": "▼", "STATUS": "✘"}
_MAX_LABEL_CELLS = 72
_MAX_INDENTED_LEVELS = 16


@click.command(short_help="compare two traces, or two sets, of saved files")
@click.argument("words", nargs=-1, required=True, metavar="[TRACE_ID TRACE_ID] FILE...")
@click.option(
    "--where",
    "wheres",
    multiple=True,
    metavar="EXPR",
    help="Given twice: compare the traces that match the first with those that match the second.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@limit_options
@click.pass_obj
def diff(
    context: Context,
    words: tuple[str, ...],
    *,
    wheres: tuple[str, ...],
    as_json: bool,
    limits: FileLimits,
) -> int:
    """Compare the first trace with the second: A with B.

    The beginning of an id will do if no other begins so; without ids, FILEs have to hold
    two traces.  Spans are aligned by service, name, kind and place.  First comes what makes
    up the difference of the durations, then every span: added (+), missing (-), slower (▲),
    faster (▼), with another status (✘).

    With --where twice, sets of traces are compared instead, operation by operation: calls,
    errors, p50 and p95 in A and in B, and what each adds to a trace in the mean.

    \b
      devtrace diff --where status=error --where '!{status=error}' traces.jsonl

    Exit status: 0 compared; 2 no such traces, or EXPR does not parse; 4 a file cannot be
    read at all.
    """  # noqa: D301  # click reads the backspace
    from devtrace.analysis.diff import TraceDiff
    from devtrace.analysis.tree import assemble

    prefixes, files = told_apart(words)
    if wheres:
        return _contrast(context, wheres, prefixes, files, as_json=as_json, limits=limits)
    held = HeldFiles(context, files, limits)
    trace_ids = held.trace_ids()
    if prefixes:
        trace_ids = ids_beginning(prefixes, trace_ids)
    traces = list(held.traces(trace_ids)) if len(trace_ids) == 2 else []
    if len(traces) != 2:
        raise UsageError(
            f"cannot compare {len(trace_ids)} traces: it takes two",
            hint="devtrace diff TRACE_ID TRACE_ID FILE; devtrace ls FILE lists the ids",
        )
    compared = TraceDiff(*(assemble(trace.spans) for trace in traces))
    if as_json:
        context.write(json.dumps(_document(compared, *traces), ensure_ascii=False))
    else:
        for line in _lines(compared, *traces):
            context.write(line)
    return held.exit_code


def _contrast(
    context: Context,
    wheres: tuple[str, ...],
    prefixes: tuple[str, ...],
    files: tuple[Path, ...],
    *,
    as_json: bool,
    limits: FileLimits,
) -> int:
    """Compare sets instead of traces."""
    from devtrace.cli.contrast import contrast_of, document, lines
    from devtrace.query import parse

    if len(wheres) != 2 or prefixes:
        what = "ids of traces and --where" if prefixes else f"{len(wheres)} --where"
        raise UsageError(
            f"cannot compare sets: it takes --where twice, and there are {what}",
            hint="devtrace diff --where EXPR --where EXPR FILE",
        )
    before, after = (parse(text) for text in wheres)
    held = HeldFiles(context, files, limits)
    contrast = contrast_of(held, before, after)
    texts = before.text, after.text
    if as_json:
        context.write(json.dumps(document(contrast, texts), ensure_ascii=False))
    else:
        for line in lines(contrast, texts):
            context.write(line)
    return held.exit_code


def _lines(compared: "TraceDiff", before: "Trace", after: "Trace") -> Iterator[str]:
    from devtrace.analysis.diff import Change
    from devtrace.analysis.summary import summarise

    for side, trace, nano in zip("AB", (before, after), compared.durations_nano, strict=True):
        title = shortened(printable(summarise(trace).title), _MAX_LABEL_CELLS)
        yield f"{side}  {trace.trace_id}  {duration_text(nano):>{DURATION_CELLS}}  {title}"
    counts = [
        f"{count} {_word(change)}" for change in Change if (count := compared.counts[change])
    ]
    yield f"{offset_text(compared.delta_nano)}  {', '.join(counts) or 'no difference'}"
    for cause in compared.contributions:
        share = ""
        if compared.is_part(cause.nano):
            share = percent_text(abs(cause.nano), abs(compared.delta_nano))
        times = f" ×{len(cause.rows)}" if len(cause.rows) > 1 else ""
        name = shortened(printable(f"{cause.service_name} {cause.name}"), _MAX_LABEL_CELLS)
        yield f"  {offset_text(cause.nano):>{DURATION_CELLS + 1}}  {share:>6}  {name}{times}"
    yield ""
    yield from _tree(compared)


def _tree(compared: "TraceDiff") -> Iterator[str]:
    from devtrace.analysis.title import span_label

    rows: list[tuple[str, str, str, int]] = []
    for index, (row, change) in enumerate(zip(compared.rows, compared.changes, strict=True)):
        before, after = compared.spans(index)
        span = after or before
        if span is None:
            continue
        label = "  " * min(row.depth, _MAX_INDENTED_LEVELS) + printable(
            f"{span.service_name} {span_label(span)}"
        )
        first, second = (
            duration_text(each.duration_nano) if each else "" for each in (before, after)
        )
        delta = (after.duration_nano if after else 0) - (before.duration_nano if before else 0)
        marks = "".join(_MARKS[each.name or ""] for each in change)
        rows.append((f"{marks:<2} {shortened(label, _MAX_LABEL_CELLS)}", first, second, delta))
    widest = max((cell_count(text) for text, *_ in rows), default=0)
    for text, first, second, delta in rows:
        gap = " " * (widest - cell_count(text))
        change_text = offset_text(delta) if delta else ""
        yield (
            f"{text}{gap}  {first:>{DURATION_CELLS}}  {second:>{DURATION_CELLS}}"
            f"  {change_text:>{DURATION_CELLS + 1}}"
        ).rstrip()


def _word(change: "Change") -> str:
    return "other status" if change.name == "STATUS" else _key(change)


def _document(compared: "TraceDiff", before: "Trace", after: "Trace") -> dict[str, Any]:
    from devtrace.analysis.diff import Change

    sides = zip((before, after), compared.durations_nano, strict=True)
    first, second = (
        {"trace_id": trace.trace_id, "duration_nano": nano} for trace, nano in sides
    )
    return {
        "before": first,
        "after": second,
        "delta_nano": compared.delta_nano,
        "counts": {_key(change): compared.counts[change] for change in Change if change},
        "contributions": [
            {
                "service_name": cause.service_name,
                "name": cause.name,
                "kind": cause.kind.name,
                "nano": cause.nano,
                "spans": len(cause.rows),
            }
            for cause in compared.contributions
        ],
        "spans": [
            _span(compared, index)
            for index in range(len(compared.rows))
            if any(compared.spans(index))
        ],
    }


def _span(compared: "TraceDiff", index: int) -> dict[str, Any]:
    from devtrace.analysis.diff import attribute_changes

    before, after = compared.spans(index)
    span = after or before
    assert span is not None  # noqa: S101  # the caller leaves placeholders out
    differences = attribute_changes(before, after) if before and after else ()
    return {
        "changes": [_key(change) for change in compared.changes[index]],
        "depth": compared.rows[index].depth,
        "service_name": span.service_name,
        "name": span.name,
        "kind": span.kind.name,
        "span_ids": [each.span_id if each else None for each in (before, after)],
        "durations_nano": [each.duration_nano if each else None for each in (before, after)],
        "self_delta_nano": compared.self_delta_nano(index),
        "different": {each.key: [each.before, each.after] for each in differences},
    }


def _key(change: "Change") -> str:
    return str(change.name).lower()
