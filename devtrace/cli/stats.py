"""`devtrace stats`: count what saved files hold and what was wrong with them."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from devtrace.cli.archives import files_argument, read_files
from devtrace.cli.context import Context
from devtrace.model.text import printable
from devtrace.otlp.diagnostic import counts_by_id, diagnostic_of

if TYPE_CHECKING:
    from devtrace.formats import FileCounts


@click.command(short_help="count what saved files hold")
@files_argument
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def stats(context: Context, files: tuple[Path, ...], *, as_json: bool) -> int:
    """Count traces, spans, log records and metric data points in FILEs.

    Reads OTLP as lines of JSON, as JSON documents and as protobuf, JSON of Jaeger and
    of Zipkin, plain or packed with gzip or zstd; the kind is told from the content.  A
    broken line is reported and passed over.  A dash is standard input.

    Exit status: 0 read; 4 a file cannot be read at all (the others are counted).
    """
    counts, exit_code = read_files(context, files)
    if counts.files or not exit_code:
        lines = [json.dumps(_as_json(counts))] if as_json else _as_text(counts)
        for line in lines:
            context.write(line)
    return exit_code


def _as_json(counts: "FileCounts") -> dict[str, Any]:
    return {
        "files": counts.files,
        "traces": counts.traces,
        "spans": counts.spans,
        "logs": counts.logs,
        "metrics": counts.metrics,
        "refused": counts.refused,
        "broken_lines": [line._asdict() for line in counts.broken_lines],
        "diagnostics": counts_by_id([*counts.diagnostics.items(), *counts.refused.items()]),
        "duplicates": counts.duplicates,
    }


def _as_text(counts: "FileCounts") -> Iterator[str]:
    yield _total("files", counts.files)
    yield _total("traces", counts.traces)
    yield _total("spans", counts.spans)
    yield _total("duplicates", counts.duplicates, "exact copies of spans")
    yield _total("logs", counts.logs, "records")
    yield _total("metrics", counts.metrics, "data points")
    yield _total("refused", counts.refused.total(), "spans, data points")
    yield from _notes(counts.refused)
    yield _total("diagnostics", counts.diagnostics.total(), "odd, or taken as meant")
    yield from _notes(counts.diagnostics)
    yield _total("broken lines", len(counts.broken_lines), "passed over")
    for file, line, message in counts.broken_lines:
        yield f"    {printable(file)}:{line}: {printable(message)}"


def _total(name: str, number: int, remark: str = "") -> str:
    grouped = f"{number:,}".replace(",", " ")
    return f"{name:<12}  {grouped:>13}  {remark if number else ''}".rstrip()


def _notes(counts: Counter[str]) -> Iterator[str]:
    return (
        f"    {number} × {printable(note)} [{diagnostic_of(note).id}]"
        for note, number in counts.most_common()
    )
