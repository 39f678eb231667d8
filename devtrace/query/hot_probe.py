"""Probes for what every span has: its name, kind, status, how long it took.

They read one field of all spans of a block and nothing else of them.  A field that is
absent has a value too, which is not among those read; where that one passes, there is no
probe.
"""

import re
from collections.abc import Callable

from devtrace.model.span import SpanKind
from devtrace.otlp.columns import extent_of, kinds_in, names_in, statuses_in
from devtrace.otlp.values import Value
from devtrace.query.literal import Literal
from devtrace.query.match import value_test
from devtrace.query.remembered import Remembered
from devtrace.query.subject import Block, Probe
from devtrace.query.tree import Operator

_UPWARD = frozenset({Operator.GREATER, Operator.AT_LEAST})
_DOWNWARD = frozenset({Operator.LESS, Operator.AT_MOST})
_EXACT = 2**53
"""Up to here an average, which is a float, is not rounded past the numbers it is made of."""
_CODES = {
    code: re.compile(rb"(?:\x18|\x98\x80*\x00)[%c%c]" % (number, number | 0x80))
    for code, number in (("ok", 1), ("error", 2))
}
"""The code of a status, an int32: of a longer varint only the low 32 bits count."""


def text_test(asked: Operator, literal: Literal) -> Callable[[Value], bool]:
    """Return a function that tells whether a field that is text and always there is so."""
    fulfils = value_test(asked, literal, is_text=True)
    return (lambda value: not fulfils(value)) if asked.is_negative else fulfils


def name_probe(asked: Operator, literal: Literal) -> Probe | None:
    """Return a probe that puts each distinct name to the question once."""
    is_so = text_test(asked, literal)
    if is_so(""):
        return None
    names = Remembered(lambda name: is_so(name.decode("utf-8", "replace")))
    return lambda block: names.lets_one_pass(names_in(block.raw))


def kind_probe(asked: Operator, literal: Literal) -> Probe | None:
    """Return a probe that knows which kinds are out of the question; an unknown one is not."""
    is_so = text_test(asked, literal)
    refused = frozenset(kind for kind in SpanKind if not is_so(kind.name.lower()))
    if SpanKind.UNSPECIFIED not in refused:
        return None
    return lambda block: not refused.issuperset(kinds_in(block.raw))


def status_probe(code: str) -> Probe | None:
    """Return a probe that looks for the code of a status; None for that of no status."""
    pattern = _CODES.get(code)
    if pattern is None:
        return None
    statuses = Remembered(lambda status: pattern.search(status) is not None)
    return lambda block: statuses.lets_one_pass(statuses_in(block.raw))


def duration_probe(asked: Operator, literal: Literal) -> Probe | None:
    """Return a probe for an order: it puts the longest or the shortest to the question."""
    is_so = value_test(asked, literal)
    if asked in _UPWARD:
        return lambda block: is_so(block.durations[1])
    if asked in _DOWNWARD:
        return lambda block: is_so(block.durations[0])
    return None


def figure_probe(function: str, asked: Operator, literal: Literal) -> Probe | None:
    """Return a probe for a figure of durations, of which one must be as is asked of the figure.

    An average is no greater than the greatest and no less than the least.
    """
    is_so = value_test(asked, literal)
    if asked in _UPWARD and function in {"avg", "max"}:

        def may(block: Block) -> bool:
            longest = block.durations[1]
            return is_so(longest) or longest > _EXACT

        return may
    if asked in _DOWNWARD and function in {"avg", "min"}:
        return lambda block: is_so(block.durations[0])
    return None


def extent_probe(asked: Operator, literal: Literal) -> Probe | None:
    """Return a probe for the duration of traces all of whose spans are in a block.

    Together they last at least as long as the longest of them.
    """
    is_so = value_test(asked, literal)
    return (lambda block: is_so(extent_of(block.payloads))) if asked in _UPWARD else None


def size_probe(asked: Operator, literal: Literal) -> Probe | None:
    """Return a probe for how many spans the traces have that are whole in a block."""
    is_so = value_test(asked, literal)
    return (lambda block: is_so(len(block.payloads))) if asked in _UPWARD else None
