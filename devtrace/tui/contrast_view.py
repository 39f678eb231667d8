"""What the list of a contrast shows: a row for each operation of two sets, in an order.

Pure of Textual.  The sets stand still once they were read, and so do the rows.
"""

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from devtrace.analysis.contrast import Contrast, ContrastRow, Verdict
from devtrace.analysis.quantity import number_text
from devtrace.analysis.tally import Tally
from devtrace.model.time import DURATION_CELLS, duration_text, offset_text, percent_text
from devtrace.tui.theme import Mark

_NONE = "·"
"""Where a set has no call."""
VERDICT_MARKS = {
    Verdict.SAME: " ",
    Verdict.ADDED: Mark.ADDED,
    Verdict.MISSING: Mark.MISSING,
    Verdict.SLOWER: Mark.SLOWER,
    Verdict.FASTER: Mark.FASTER,
}


class ContrastOrder(Enum):
    """What decides the order; equal rows stay as they were."""

    ADDS = "what it adds to a trace"
    P95 = "p95"
    ERRORS = "share of errors"
    NAME = "name"

    @property
    def next(self) -> "ContrastOrder":
        """What follows it when the key is pressed again."""
        every = list(ContrastOrder)
        return every[(every.index(self) + 1) % len(every)]

    def sorted(self, rows: tuple[ContrastRow, ...]) -> list[ContrastRow]:
        """Return *rows*, which come with what adds most in front, in this order."""
        if self is ContrastOrder.P95:
            return sorted(rows, key=lambda row: -abs(row.p95_delta_nano))
        if self is ContrastOrder.ERRORS:
            return sorted(rows, key=lambda row: -abs(row.error_delta))
        if self is ContrastOrder.NAME:
            return sorted(rows, key=lambda row: row.operation)
        return list(rows)


class Figures(NamedTuple):
    """The figures of one row as text, each as it is called above its column."""

    adds: str
    share: str
    """Of the whole difference; empty where it is no part of it."""
    calls: str
    errors: str
    p50: str
    p95: str
    delta_p95: str
    """How much longer p95 is."""


def figures(contrast: Contrast, row: ContrastRow) -> Figures:
    """Return what is said of an operation: `A → B`, a dot where a set has no call."""
    sides = row.before, row.after
    share = ""
    if contrast.is_part(row.nano):
        share = percent_text(round(abs(row.nano)), round(abs(contrast.delta_nano)) or 1)
    adds = round(row.nano)
    return Figures(
        adds=offset_text(adds) if adds else "",
        share=share,
        calls=_pair((number_text(side.count) if side.count else _NONE for side in sides), 6),
        errors=_errors(*sides),
        p50=_pair(_quantile(side, 0.5) for side in sides),
        p95=_pair(_quantile(side, 0.95) for side in sides),
        delta_p95=offset_text(row.p95_delta_nano) if row.p95_delta_nano else "",
    )


def _pair(texts: Iterable[str], cells: int = DURATION_CELLS) -> str:
    """Return both so that the arrows of all rows stand below each other."""
    before, after = texts
    return f"{before:>{cells}} → {after:<{cells}}"


def _quantile(tally: Tally, share: float) -> str:
    return duration_text(tally.quantile(share)) if tally.count else _NONE


def _errors(before: Tally, after: Tally) -> str:
    if not before.errors and not after.errors:
        return ""
    texts = (
        percent_text(side.errors, side.count).replace(" ", "") if side.count else _NONE
        for side in (before, after)
    )
    return _pair(texts, 4)
