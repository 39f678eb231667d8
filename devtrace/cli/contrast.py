"""`devtrace diff --where A --where B`: two sets of traces, operation by operation."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from devtrace.errors import UsageError
from devtrace.model.text import printable, shortened
from devtrace.model.time import DURATION_CELLS, duration_text, offset_text, percent_text

if TYPE_CHECKING:
    from devtrace.analysis.contrast import Contrast, ContrastRow, TraceSet
    from devtrace.analysis.tally import Tally
    from devtrace.cli.archives import HeldFiles
    from devtrace.query import Query

_MARKS = {"ADDED": "+", "MISSING": "-", "SLOWER": "▲", "FASTER": "▼", "SAME": ""}
_MAX_LABEL_CELLS = 72
_QUANTILES = (("p50", 0.5), ("p95", 0.95), ("max", 1.0))


def contrast_of(held: "HeldFiles", before: "Query", after: "Query") -> "Contrast":
    """Return the traces that match *before* against those that match *after*.

    Raises:
        UsageError: If no trace matches one of them.
    """
    from devtrace.analysis.contrast import Contrast, TraceSet, measure

    contrast = Contrast(TraceSet(), TraceSet())
    sides = ((before, contrast.before), (after, contrast.after))
    for trace in held.traces(held.trace_ids()):
        wanted = [side for query, side in sides if query.matches(trace)]
        measured = measure(trace.spans) if wanted else None
        for side in wanted:
            if measured is not None:
                side.put(trace.trace_id, measured)
    for query, side in sides:
        if not len(side):
            raise UsageError(
                f"cannot compare sets: no trace matches {shortened(query.text, 80)!r}",
                hint="devtrace query --traces EXPR FILE lists what matches",
            )
    return contrast


def lines(contrast: "Contrast", texts: tuple[str, str]) -> Iterator[str]:
    """Yield what is different for a person to read, what adds most in front."""
    for side, text, traces in zip("AB", texts, (contrast.before, contrast.after), strict=True):
        count = f"{len(traces)} trace{'' if len(traces) == 1 else 's'}"
        mean = duration_text(round(traces.mean_nano))
        shown = shortened(printable(text), _MAX_LABEL_CELLS)
        yield f"{side}  {count:>14}  mean {mean:>{DURATION_CELLS}}  {shown}"
    yield f"{offset_text(round(contrast.delta_nano))} a trace in the mean; operations add:"
    yield ""
    for row in contrast.rows:
        yield _line(contrast, row)


def _line(contrast: "Contrast", row: "ContrastRow") -> str:
    adds = round(row.nano)
    share = ""
    if contrast.is_part(row.nano):
        share = percent_text(round(abs(row.nano)), round(abs(contrast.delta_nano)) or 1)
    sides = row.before, row.after
    calls = _pair((f"{side.count}" if side.count else "·" for side in sides), 5)
    errors = ""
    if any(side.errors for side in sides):
        shares = (
            percent_text(side.errors, side.count).replace(" ", "") if side.count else "·"
            for side in sides
        )
        errors = f"✘ {_pair(shares, 4)}"
    p50, p95 = (
        _pair(duration_text(side.quantile(at)) if side.count else "·" for side in sides)
        for at in (0.5, 0.95)
    )
    name = printable(f"{row.operation.service_name} {row.operation.name}")
    return (
        f"{_MARKS[row.verdict.name]:<2}"
        f"{offset_text(adds) if adds else '':>{DURATION_CELLS + 1}}  {share:>6}  "
        f"p50 {p50}  p95 {p95}  calls {calls}  {errors:<13}  "
        f"{shortened(name, _MAX_LABEL_CELLS)}"
    ).rstrip()


def _pair(texts: Iterable[str], cells: int = DURATION_CELLS) -> str:
    """Return both so that the arrows of all lines stand below each other."""
    before, after = texts
    return f"{before:>{cells}} → {after:<{cells}}"


def document(contrast: "Contrast", texts: tuple[str, str]) -> dict[str, Any]:
    """Return what is different as one object.

    Source:
        docs/architecture.md, "Commands".
    """
    return {
        "before": _set(contrast.before, texts[0]),
        "after": _set(contrast.after, texts[1]),
        "delta_nano": round(contrast.delta_nano),
        "operations": [_operation(contrast, row) for row in contrast.rows],
    }


def _set(traces: "TraceSet", text: str) -> dict[str, Any]:
    return {
        "query": text,
        "traces": len(traces),
        "mean_duration_nano": round(traces.mean_nano),
    }


def _operation(contrast: "Contrast", row: "ContrastRow") -> dict[str, Any]:
    return {
        "service_name": row.operation.service_name,
        "name": row.operation.name,
        "kind": row.operation.kind.name,
        "change": row.verdict.name.lower(),
        "nano": round(row.nano),
        "before": _figures(row.before, len(contrast.before)),
        "after": _figures(row.after, len(contrast.after)),
    }


def _figures(tally: "Tally", traces: int) -> dict[str, Any] | None:
    if not tally.count:
        return None
    quantiles = {f"{name}_nano": tally.quantile(at) for name, at in _QUANTILES}
    return {
        "calls": tally.count,
        "errors": tally.errors,
        **quantiles,
        "critical_nano": round(Fraction(tally.self_nano, traces)),
    }
