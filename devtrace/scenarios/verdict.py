"""Whether the traces of a play show what its scenario promises.

Pure: it takes traces as values and says for each expectation what it found, so that a
play on the shop, on somebody's own services or from a file is judged alike.

Source: our own definition.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from devtrace.analysis.tree import TreeNode, assemble
from devtrace.model.span import Span
from devtrace.model.time import duration_text
from devtrace.model.trace import Trace
from devtrace.scenarios.expectation import Amount, Expectation, ShapeLine

TOLERANCE = 0.15
"""How much less time than promised a span of a shape may take; a busy machine takes more."""

CountLogs = Callable[[Trace, Sequence[Span]], int]
"""How many log records were written in the given spans of a trace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one expectation."""

    expectation: Expectation
    holds: bool
    seen: str
    """What was found, as a person would say it: `2 spans in 1 trace`."""
    trace_id: str = ""
    """Where to look; empty if nothing was found."""
    span_id: str = ""


def judge(
    expectations: Sequence[Expectation],
    traces: Sequence[Trace],
    *,
    count_logs: CountLogs | None = None,
) -> tuple[Verdict, ...]:
    """Compare what was promised with what arrived.

    Args:
        expectations: What a scenario promises.
        traces: Everything that came of one play, and nothing else.
        count_logs: How to count the log records of spans; None: there are none.

    Returns:
        One verdict for each, in their order.
    """
    return tuple(
        _judge_shape(each, traces)
        if each.shape
        else _judge_query(each, traces, count_logs or (lambda _trace, _spans: 0))
        for each in expectations
    )


def focus(verdicts: Sequence[Verdict]) -> Verdict | None:
    """Return the verdict that leads to the span that matters, or None if nothing was found."""
    found = [each for each in verdicts if each.trace_id]
    return next((each for each in found if each.expectation.is_focus), None) or next(
        iter(found), None
    )


# -- queries -----------------------------------------------------------------------------


def _judge_query(
    expectation: Expectation, traces: Sequence[Trace], count_logs: CountLogs
) -> Verdict:
    from devtrace.query import parse  # its grammar takes a while to read

    query = parse(expectation.query)
    matched = {trace.trace_id: query.spans(trace) for trace in traces if query.matches(trace)}
    spans = sum(map(len, matched.values()))
    counts: list[tuple[Amount | None, int, str]] = [
        (expectation.spans, spans, "span"),
        (expectation.traces, len(matched), "trace"),
    ]
    if expectation.logs is not None:
        logs = sum(count_logs(t, matched[t.trace_id]) for t in traces if t.trace_id in matched)
        counts.append((expectation.logs, logs, "log record"))
    trace_id, first = next(((id_, found) for id_, found in matched.items() if found), ("", ()))
    return Verdict(
        expectation=expectation,
        holds=all(amount is None or count in amount for amount, count, _ in counts),
        seen=_counted(counts),
        trace_id=trace_id or next(iter(matched), ""),
        span_id=first[0].span_id if first else "",
    )


def _counted(counts: Sequence[tuple[Amount | None, int, str]]) -> str:
    """Say what was counted, and beside what is wrong how much it should be."""

    def one(amount: Amount | None, count: int, what: str) -> str:
        text = f"{count} {what}{'' if count == 1 else 's'}"
        return text if amount is None or count in amount else f"{text} (not {amount})"

    asked = [each for each in counts if each[0] is not None]
    return ", ".join(one(*each) for each in asked or counts)


# -- shapes ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a shape with those under it."""

    line: ShapeLine
    below: list["_Line"]


def _judge_shape(expectation: Expectation, traces: Sequence[Trace]) -> Verdict:
    wanted = _nested(expectation.shape)
    deepest: list[ShapeLine] = []
    for trace in traces:
        rows = assemble(trace.spans)
        for index in range(len(rows)):
            reached: list[ShapeLine] = []
            found = _match(wanted, index, rows, reached)
            if found is not None:
                return _of_shape(expectation, trace, found)
            deepest = max(deepest, reached, key=len)
    missing = _missing(expectation.shape, deepest)
    return Verdict(
        expectation=expectation, holds=False, seen=f"no {missing.service} {missing.name}"
    )


def _of_shape(
    expectation: Expectation, trace: Trace, found: Sequence[tuple[ShapeLine, Span]]
) -> Verdict:
    early = [
        (line, span)
        for line, span in found
        if line.duration_ms is not None
        and span.duration_nano < line.duration_ms * 1e6 * (1 - TOLERANCE)
    ]
    seen = f"{len(found)} span{'' if len(found) == 1 else 's'} in place"
    if early:
        line, span = early[0]
        took = duration_text(span.duration_nano)
        seen = f"{line.service} {line.name} took {took} (not {line.duration_ms:g}ms)"
    return Verdict(
        expectation=expectation,
        holds=not early,
        seen=seen,
        trace_id=trace.trace_id,
        span_id=found[0][1].span_id,
    )


def _nested(lines: Sequence[ShapeLine]) -> _Line:
    top = _Line(lines[0], [])
    path = [top]
    for line in lines[1:]:
        del path[line.depth :]
        below = _Line(line, [])
        path[-1].below.append(below)
        path.append(below)
    return top


def _match(
    wanted: _Line, index: int, rows: Sequence[TreeNode], reached: list[ShapeLine]
) -> list[tuple[ShapeLine, Span]] | None:
    """Return each line with its span, if the row at *index* is what *wanted* says."""
    span = rows[index].span
    if span is None or not _is(wanted.line, span):
        return None
    reached.append(wanted.line)
    found = [(wanted.line, span)]
    candidates = iter(
        sorted(range(index + 1, index + rows[index].size), key=lambda each: _start(rows[each]))
    )
    for below in wanted.below:
        for candidate in candidates:
            inner = _match(below, candidate, rows, reached)
            if inner is not None:
                found += inner
                break
        else:
            return None
    return found


def _start(row: TreeNode) -> int:
    return row.span.start_time_unix_nano if row.span else 0


def _is(line: ShapeLine, span: Span) -> bool:
    return span.service_name == line.service and bool(_pattern(line.name).fullmatch(span.name))


@lru_cache(maxsize=256)
def _pattern(name: str) -> re.Pattern[str]:
    """Return what matches *name*, in which a star stands for any text."""
    return re.compile(".*".join(map(re.escape, name.split("*"))), re.DOTALL)


def _missing(lines: Sequence[ShapeLine], reached: Sequence[ShapeLine]) -> ShapeLine:
    """Return the first line that no span was found for, or that one stands out of order."""
    return next((line for line in lines if line not in reached), lines[-1])
