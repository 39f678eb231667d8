"""What a scenario promises: queries with counts, and the shape of a tree.

An expectation is written beside the request that is to bring it about, in the query
language that a person types, so that what a scenario checks can be looked for by hand.

Source: our own definition.
"""

import re
from dataclasses import dataclass

from devtrace.scenarios.table import Table

MAX_LINES = 200
"""Lines that a shape may have."""
INDENT = 2
"""Blanks by which a line of a shape is deeper than the one above it."""

_AMOUNT = re.compile(r"(?P<low>\d{1,9})(?P<open>\.\.)?(?P<high>\d{1,9})?")
_LINE = re.compile(r"(?P<service>\S+)\s+(?P<name>\S.*?)(?:\s+~\s*(?P<ms>\d+(?:\.\d+)?)ms)?")


@dataclass(frozen=True, slots=True)
class Amount:
    """How many there should be: `3`, `2..4`, or `1..` for one or more."""

    low: int
    high: int | None
    """None: as many as there are."""

    def __contains__(self, count: int) -> bool:
        return self.low <= count and (self.high is None or count <= self.high)

    def __str__(self) -> str:
        if self.high == self.low:
            return str(self.low)
        return f"{self.low}.." + ("" if self.high is None else str(self.high))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeLine:
    """One span of a shape."""

    depth: int
    """0 for the topmost."""
    service: str
    name: str
    """As the span's, where `*` stands for any text."""
    duration_ms: float | None = None
    """About how long it should take on an idle machine; None: any time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One promise: of a query with counts, or of a shape."""

    says: str
    """What it means, as a sentence for a person."""
    query: str = ""
    """In the query language; empty if this is a shape."""
    traces: Amount | None = None
    """Traces of the play that match; None: any number."""
    spans: Amount | None = None
    """Spans that match, in all traces of the play together; None: any number."""
    logs: Amount | None = None
    """Log records of the spans that match; None: any number."""
    shape: tuple[ShapeLine, ...] = ()
    """What one trace looks like from its top.

    A line stands for a span somewhere below that of the line it is indented under, the
    lines under one in order of their start.  Spans that no line names may be anywhere.
    """
    is_focus: bool = False
    """Whether the span it finds is the one that matters."""


def read_expectation(table: Table, *, checks_query: bool = True) -> Expectation:
    """Return the expectation that *table* describes; its defects are noted there.

    Args:
        table: As it was written.
        checks_query: Whether to look if the query is one, which is not for free.
    """
    query = table.text("query").strip() if "query" in table else ""
    shape = _shape(table) if "tree" in table else ()
    traces, spans, logs = (_amount(table, key) for key in ("traces", "spans", "logs"))
    if query and checks_query:
        _check(query, table)
    if "query" not in table and "tree" not in table:
        table.complain("query", "is missing, and so is tree")
    elif query and shape:
        table.complain("tree", "cannot stand beside query: make two expectations of them")
    elif shape and (traces or spans or logs):
        table.complain("tree", "takes no counts: it is about one trace")
    elif query and traces is None and spans is None and logs is None:
        traces = Amount(1, None)
    expectation = Expectation(
        says=table.text("says").strip(),
        query=query,
        traces=traces,
        spans=spans,
        logs=logs,
        shape=shape,
        is_focus=table.flag("focus"),
    )
    table.finish()
    return expectation


def _check(query: str, table: Table) -> None:
    from devtrace.query import QueryError, parse  # its grammar takes a while to read

    try:
        parse(query)
    except QueryError as error:
        table.complain("query", f"{error}")


def _amount(table: Table, key: str) -> Amount | None:
    value = table.value(key)
    match value:
        case None:
            return None
        case bool():
            pass
        case int() if value >= 0:
            return Amount(value, value)
        case str() if found := _AMOUNT.fullmatch(value.strip()):
            low = int(found["low"])
            high = int(found["high"]) if found["high"] else None if found["open"] else low
            if bool(found["open"]) >= bool(found["high"]) and (high is None or high >= low):
                return Amount(low, high)
    table.complain(key, "must be a count such as 3, '2..4' or '1..'")
    return None


def _shape(table: Table) -> tuple[ShapeLine, ...]:
    lines: list[ShapeLine] = []
    for number, text in enumerate(table.text("tree").splitlines(), start=1):
        if not text.strip():
            continue
        blanks = len(text) - len(text.lstrip(" "))
        found = _LINE.fullmatch(text.strip())
        deepest = lines[-1].depth + 1 if lines else 0
        if found is None:
            table.complain("tree", f"line {number} is not a service and the name of a span")
        elif blanks % INDENT or blanks // INDENT > deepest or (lines and blanks == 0):
            table.complain(
                "tree", f"line {number} is not {INDENT} blanks deeper than one above it"
            )
        elif len(lines) == MAX_LINES:
            table.complain("tree", f"has more than {MAX_LINES} lines")
            break
        else:
            lines.append(
                ShapeLine(
                    depth=blanks // INDENT,
                    service=found["service"],
                    name=found["name"],
                    duration_ms=float(found["ms"]) if found["ms"] else None,
                )
            )
    return tuple(lines)
