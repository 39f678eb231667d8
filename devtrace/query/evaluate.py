"""From an expression to the spans of a trace that it selects.

Every evaluation is a generator that stops now and then, so that a view can share its
time between a long search and the keys.  A selection holds indexes into the subject.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from devtrace.model.span import Span
from devtrace.model.steps import Steps
from devtrace.query.fields import reader_of
from devtrace.query.literal import Number, amounts
from devtrace.query.match import matcher_of, value_test
from devtrace.query.probe import probe_of
from devtrace.query.subject import BLOCK_SPANS, Block, Probe, Subject
from devtrace.query.tree import (
    Absent,
    Aggregate,
    AllOf,
    AnyOf,
    Both,
    Comparison,
    Either,
    Expression,
    Not,
    Operator,
    Predicate,
    Related,
    Relation,
    Spans,
    Spanset,
)

Selection = list[int] | None
"""The selected spans in order; None when the trace does not match.

Empty when it matches without selecting any: something is asked to be absent."""

Selector = Callable[[Subject, bool], Steps[Selection]]
"""Selects spans of a trace; told True, it may stop at the first."""


def selector_of(expression: Expression) -> Selector:
    """Return how the spans that *expression* asks for are selected.

    A match without spans selects the whole trace.
    """
    select = _spanset(expression.spanset)
    stages = tuple(map(_stage, expression.aggregates))

    def select_all(subject: Subject, first_only: bool) -> Steps[Selection]:  # noqa: FBT001
        selection = yield from select(subject, first_only and not stages)
        if selection is None:
            return None
        selection = selection or list(range(len(subject)))
        for stage in stages:
            if not (yield from stage(subject, selection)):
                return None
        return selection

    return select_all


def uses_trace_facts(predicate: Predicate) -> bool:
    """Return whether *predicate* asks for something that only the whole trace tells."""
    match predicate:
        case Comparison(field):
            return field.is_of_trace
        case Not(term):
            return uses_trace_facts(term)
        case AllOf(terms) | AnyOf(terms):
            return any(map(uses_trace_facts, terms))
        case _:
            return False


def _spanset(spanset: Spanset) -> Selector:
    match spanset:
        case Spans(predicate):
            return _spans(predicate)
        case Absent(operand):
            return _absent(_spanset(operand))
        case Both(operands):
            return _both(tuple(map(_spanset, operands)))
        case Either(operands):
            return _either(tuple(map(_spanset, operands)))
        case Related(left, relation, right):
            return _related(_spanset(left), _RELATIONS[relation], _spanset(right))


def _spans(predicate: Predicate) -> Selector:
    matches = matcher_of(predicate)
    may_match = probe_of(predicate)
    may_be = _single_probe(may_match)
    read_facts = _fact_reader(predicate)

    def select(subject: Subject, first_only: bool) -> Steps[Selection]:  # noqa: FBT001
        found: list[int] = []
        for indexes, block in subject.blocks():
            if indexes.start:
                yield
            if may_match and not may_match(block):
                continue
            if read_facts and not (yield from read_facts(subject)):
                return None
            for index in indexes:
                if len(indexes) > 1 and not may_be(subject, index, block):
                    continue
                if matches(subject.span(index), subject):
                    found.append(index)
                    if first_only:
                        return found
                yield
        return found or None

    return select


def _fact_reader(predicate: Predicate) -> Callable[[Subject], Steps[bool]] | None:
    """Return what reads the facts of a trace if *predicate* asks for any.

    It returns False, and reads nothing, when the bytes rule out that they are as asked.
    """
    if not uses_trace_facts(predicate):
        return None
    may_match = probe_of(predicate, is_whole=True)

    def read_facts(subject: Subject) -> Steps[bool]:
        if subject.facts is None:
            whole = subject.whole() if may_match else None
            if may_match and whole and not may_match(whole):
                return False
            yield from subject.read_facts()
        return True

    return read_facts


def _single_probe(may_match: Probe | None) -> Callable[[Subject, int, Block], bool]:
    """Return what tells of one span of a block whether it may match."""
    if may_match is None:
        return lambda *_: True

    def may_be(subject: Subject, index: int, block: Block) -> bool:
        scopes = (subject.scopes[index],)
        return may_match(
            Block(subject.payloads[index : index + 1], scopes, within=block, is_likely=True)
        )

    return may_be


def _absent(select: Selector) -> Selector:
    def select_none(subject: Subject, _: bool) -> Steps[Selection]:  # noqa: FBT001
        selection = yield from select(subject, True)
        return [] if selection is None else None

    return select_none


def _both(selectors: tuple[Selector, ...]) -> Selector:
    def select(subject: Subject, first_only: bool) -> Steps[Selection]:  # noqa: FBT001
        united: set[int] = set()
        for each in selectors:
            selection = yield from each(subject, first_only)
            if selection is None:
                return None
            united.update(selection)
        return sorted(united)

    return select


def _either(selectors: tuple[Selector, ...]) -> Selector:
    def select(subject: Subject, first_only: bool) -> Steps[Selection]:  # noqa: FBT001
        united: set[int] | None = None
        for each in selectors:
            selection = yield from each(subject, first_only)
            if selection is not None:
                united = (united or set()).union(selection)
                if first_only:
                    break
        return None if united is None else sorted(united)

    return select


# -- relations -----------------------------------------------------------------------------
# A span is the child of those whose id it names as its parent, and never of itself.

_Relate = Callable[[Subject, list[int], list[int]], Steps[list[int]]]
"""Returns which spans of the second list are related to one of the first."""


def _related(left: Selector, relate: _Relate, right: Selector) -> Selector:
    def select(subject: Subject, _: bool) -> Steps[Selection]:  # noqa: FBT001
        ours = yield from left(subject, False)
        if not ours:
            return None
        theirs = yield from right(subject, False)
        if not theirs:
            return None
        yield
        return (yield from relate(subject, ours, theirs)) or None

    return select


def _parent_id(span: Span) -> str | None:
    """Return the id of its parent, unless it claims to be its own."""
    return None if span.parent_span_id == span.span_id else span.parent_span_id


def _children_of(subject: Subject, ours: list[int], theirs: list[int]) -> Steps[list[int]]:
    ids = yield from _ids(subject, ours)
    return [index for index in theirs if _parent_id(subject.span(index)) in ids]


def _parents_of(subject: Subject, ours: list[int], theirs: list[int]) -> Steps[list[int]]:
    parents = yield from _parent_ids(subject, ours)
    return [index for index in theirs if subject.span(index).span_id in parents]


def _descendants_of(subject: Subject, ours: list[int], theirs: list[int]) -> Steps[list[int]]:
    children: defaultdict[str | None, list[str]] = defaultdict(list)
    for number, span in enumerate((yield from subject.read())):
        children[_parent_id(span)].append(span.span_id)
        if number % BLOCK_SPANS == 0:
            yield
    ids = yield from _ids(subject, ours)
    reached = yield from _reached(ids, children)
    return [index for index in theirs if _parent_id(subject.span(index)) in reached]


def _ancestors_of(subject: Subject, ours: list[int], theirs: list[int]) -> Steps[list[int]]:
    parents: defaultdict[str | None, list[str]] = defaultdict(list)
    for number, span in enumerate((yield from subject.read())):
        if (parent_id := _parent_id(span)) is not None:
            parents[span.span_id].append(parent_id)
        if number % BLOCK_SPANS == 0:
            yield
    named = yield from _parent_ids(subject, ours)
    reached = yield from _reached(named, parents)
    return [index for index in theirs if subject.span(index).span_id in reached]


def _reached(start: set[str], edges: dict[str | None, list[str]]) -> Steps[set[str]]:
    """Return *start* and every id that *edges* lead to from there."""
    reached = set(start)
    waiting = list(start)
    steps = 0
    while waiting:
        steps += 1
        if steps % BLOCK_SPANS == 0:
            yield
        for each in edges.get(waiting.pop(), ()):
            if each not in reached:
                reached.add(each)
                waiting.append(each)
    return reached


def _siblings_of(subject: Subject, ours: list[int], theirs: list[int]) -> Steps[list[int]]:
    by_parent: defaultdict[str | None, set[int]] = defaultdict(set)
    for index in ours:
        by_parent[_parent_id(subject.span(index))].add(index)
    by_parent.pop(None, None)
    yield
    # One of ours is no sibling of itself.
    return [
        index
        for index in theirs
        if (siblings := by_parent.get(_parent_id(subject.span(index)))) and siblings != {index}
    ]


def _ids(subject: Subject, indexes: Iterable[int]) -> Steps[set[str]]:
    yield
    return {subject.span(index).span_id for index in indexes}


def _parent_ids(subject: Subject, indexes: Iterable[int]) -> Steps[set[str]]:
    yield
    ids = {_parent_id(subject.span(index)) for index in indexes}
    return {each for each in ids if each is not None}


_RELATIONS: dict[Relation, _Relate] = {
    Relation.CHILD: _children_of,
    Relation.DESCENDANT: _descendants_of,
    Relation.PARENT: _parents_of,
    Relation.ANCESTOR: _ancestors_of,
    Relation.SIBLING: _siblings_of,
}


# -- aggregates ----------------------------------------------------------------------------

_Stage = Callable[[Subject, list[int]], Steps[bool]]
"""Tells whether the figure of the selected spans is as asked."""

_PLAIN = Number(0)
_FIGURES: dict[str, Callable[[list[Any]], float]] = {
    "sum": sum,
    "min": min,
    "max": max,
    "avg": lambda values: sum(values) / len(values),
}


def _stage(aggregate: Aggregate) -> _Stage:
    fulfils = value_test(aggregate.operator, aggregate.literal)
    is_negative = aggregate.operator is Operator.UNEQUAL
    if aggregate.field is None:

        def counted(_: Subject, selection: list[int]) -> Steps[bool]:
            yield
            return fulfils(len(selection)) is not is_negative

        return counted
    read = reader_of(aggregate.field)
    needs_facts = aggregate.field.is_of_trace
    figure = _FIGURES[aggregate.function]

    def figured(subject: Subject, selection: list[int]) -> Steps[bool]:
        if needs_facts:
            yield from subject.read_facts()
        numbers: list[float] = []
        for index in selection:
            values = read(subject.span(index), subject)
            numbers += [pair[0] for value in values if (pair := amounts(value, _PLAIN))]
            yield
        return bool(numbers) and fulfils(figure(numbers)) is not is_negative

    return figured
