"""What a query means, said as plainly as possible and without any thought of speed.

It reads every span whole, looks at every pair of spans, and shares with the real
evaluation only the tree it is given.
"""

import re
from collections.abc import Iterable
from typing import Any

from devtrace.model.semconv import ALIASES
from devtrace.model.span import Span
from devtrace.model.trace import Trace
from devtrace.query import tree
from devtrace.query.names import Field, Scope

UNITS = {"ms": 1_000_000, "s": 1_000_000_000, "kB": 1000, "KiB": 1024}


def selected(expression: tree.Expression, trace: Trace) -> list[Span]:
    """Return the spans that *expression* selects of *trace*; empty when it does not match."""
    spans = spanset(expression.spanset, trace)
    if spans is None:
        return []
    spans = spans or list(trace.spans)
    for aggregate in expression.aggregates:
        wanted = number(aggregate.literal.text)
        if aggregate.field is None:
            figure = len(spans)
        else:
            values = [
                value
                for span in spans
                for value in map(number, field_values(aggregate.field, span, trace))
                if value is not None
            ]
            if not values:
                return []
            figure = {
                "avg": sum(values) / len(values),
                "sum": sum(values),
                "min": min(values),
                "max": max(values),
            }[aggregate.function]
        if not ordered(aggregate.operator, figure, wanted):
            return []
    return spans


def spanset(wanted: tree.Spanset, trace: Trace) -> list[Span] | None:
    """Return the spans of a spanset, or None."""
    match wanted:
        case tree.Spans(predicate):
            return [span for span in trace.spans if holds(predicate, span, trace)] or None
        case tree.Absent(operand):
            return None if spanset(operand, trace) is not None else []
        case tree.Both(operands):
            found = [spanset(each, trace) for each in operands]
            return None if None in found else union(found, trace)
        case tree.Either(operands):
            found = [spanset(each, trace) for each in operands]
            some = [each for each in found if each is not None]
            return union(some, trace) if some else None
        case tree.Related(left, relation, right):
            ours, theirs = spanset(left, trace), spanset(right, trace)
            return [
                span
                for span in theirs or []
                if any(related(relation, our, span, trace) for our in ours or [])
            ] or None


def union(found: Iterable[list[Span] | None], trace: Trace) -> list[Span]:
    """Return the spans that any of *found* has, in the order of the trace."""
    some = [span for each in found for span in each or []]
    return [span for span in trace.spans if any(span is other for other in some)]


def is_parent(parent: Span, child: Span) -> bool:
    """Return whether *child* names *parent*."""
    return child.parent_span_id == parent.span_id and child.parent_span_id != child.span_id


def descendants(span: Span, trace: Trace) -> list[Span]:
    """Return everything below *span*, however it is reached."""
    found: list[Span] = []
    level = [span]
    while level:
        level = [
            child
            for child in trace.spans
            if any(is_parent(parent, child) for parent in level)
            and not any(child is each for each in found)
        ]
        found += level
    return found


def related(relation: tree.Relation, ours: Span, theirs: Span, trace: Trace) -> bool:
    """Return whether *theirs* stands in *relation* to *ours*."""
    match relation:
        case tree.Relation.CHILD:
            return is_parent(ours, theirs)
        case tree.Relation.PARENT:
            return is_parent(theirs, ours)
        case tree.Relation.DESCENDANT:
            return any(theirs is each for each in descendants(ours, trace))
        case tree.Relation.ANCESTOR:
            return any(ours is each for each in descendants(theirs, trace))
        case tree.Relation.SIBLING:
            parents = {ours.parent_span_id, theirs.parent_span_id}
            own = ours.span_id in parents or theirs.span_id in parents
            return ours is not theirs and len(parents) == 1 and None not in parents and not own


def holds(predicate: tree.Predicate, span: Span, trace: Trace) -> bool:  # noqa: PLR0911  # one return per form
    """Return whether *span* fulfils *predicate*."""
    match predicate:
        case tree.Text(text):
            return any(text.lower() in each.lower() for each in texts(span))
        case tree.Not(term):
            return not holds(term, span, trace)
        case tree.AllOf(terms):
            return all(holds(term, span, trace) for term in terms)
        case tree.AnyOf(terms):
            return any(holds(term, span, trace) for term in terms)
        case tree.Comparison(field, operator, literal):
            values = field_values(field, span, trace)
            if literal.is_nil:
                return bool(values) is (operator == "!=")
            is_word = field.scope is Scope.INTRINSIC and "duration" not in field.name
            is_word = is_word and field.name not in {"trace:spans", "trace:errors"}
            if operator in {"!=", "!~"}:
                positive = tree.Operator.EQUAL if operator == "!=" else tree.Operator.MATCHES
                return bool(values) and not any(
                    compares(positive, value, literal.text, is_word=is_word) for value in values
                )
            return any(
                compares(operator, value, literal.text, is_word=is_word) for value in values
            )


def compares(operator: tree.Operator, value: Any, text: str, *, is_word: bool) -> bool:
    """Return whether one value compares so."""
    if operator == "=~":
        return re.search(text, shown(value)) is not None
    wanted = None if is_word else number(text)
    if operator == "=":
        actual = number(value)
        return shown(value) == text or (wanted is not None and actual == wanted)
    if wanted is not None:
        actual = number(value)
        return actual is not None and ordered(operator, actual, wanted)
    return isinstance(value, str) and ordered(operator, value, text)


def ordered(operator: tree.Operator, left: Any, right: Any) -> bool:
    """Return what the operator says of two things of one sort."""
    return {
        "=": left == right,
        "!=": left != right,
        ">": left > right,
        ">=": left >= right,
        "<": left < right,
        "<=": left <= right,
    }[operator]


def number(value: Any) -> float | None:
    """Return what *value* is as a number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if not isinstance(value, str):
        return value
    for unit in ("ms", "KiB", "kB", "s"):
        if value.endswith(unit):
            return number_text(value.removesuffix(unit), UNITS[unit])
    return number_text(value, 1)


def number_text(text: str, scale: int) -> float | None:
    """Return the number that *text* is, *scale* times."""
    try:
        return int(text) * scale
    except ValueError:
        try:
            return float(text) * scale if text[:1] in "+-0123456789" else None
        except ValueError:
            return None


def shown(value: Any) -> str:
    """Return the text of a scalar."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def scalars(value: Any) -> list[Any]:
    """Return the elements of arrays."""
    return (
        [each for item in value for each in scalars(item)]
        if isinstance(value, list)
        else [value]
    )


def texts(span: Span) -> list[str]:
    """Return everything of a span that is searched for text."""
    found = [span.name, span.status_message, span.service_name]
    holders: list[dict[str, Any]] = [
        span.attributes,
        span.resource.attributes,
        span.scope.attributes,
        *(event.attributes for event in span.events),
        *(link.attributes for link in span.links),
    ]
    found += [event.name for event in span.events]
    return found + [
        shown(each)
        for holder in holders
        for value in holder.values()
        for each in scalars(value)
        if not isinstance(each, bytes)
    ]


def field_values(field: Field, span: Span, trace: Trace) -> list[Any]:  # noqa: PLR0911  # one return per scope
    """Return the values of *field*."""
    keys = ALIASES.get(field.name, (field.name,))

    def among(attributes: dict[str, Any]) -> list[Any]:
        return [each for key in keys if key in attributes for each in scalars(attributes[key])]

    match field.scope:
        case Scope.SPAN:
            return among(span.attributes)
        case Scope.RESOURCE:
            return among(span.resource.attributes)
        case Scope.EVENT:
            return [value for event in span.events for value in among(event.attributes)]
        case Scope.LINK:
            return [value for link in span.links for value in among(link.attributes)]
        case Scope.INSTRUMENTATION:
            return among(span.scope.attributes)
        case Scope.ANY:
            own = among(span.attributes)
            has_own = any(key in span.attributes for key in keys)
            return own if has_own else among(span.resource.attributes)
    return {
        "span:name": lambda: [span.name],
        "span:status": lambda: [span.status_code.name.lower()],
        "span:kind": lambda: [span.kind.name.lower()],
        "span:duration": lambda: [span.duration_nano],
        "span:statusMessage": lambda: [span.status_message],
        "service": lambda: [span.service_name],
        "event:name": lambda: [event.name for event in span.events],
        "trace:duration": lambda: [duration(trace)],
        "trace:rootName": lambda: [root(trace).name],
        "trace:rootService": lambda: [root(trace).service_name],
        "trace:spans": lambda: [len(trace.spans)],
        "trace:errors": lambda: [sum(each.status_code == 2 for each in trace.spans)],
    }[field.name]()


def duration(trace: Trace) -> int:
    """Return the time from the first start to the last start or end, of spans with a start."""
    begun = [span for span in trace.spans if span.start_time_unix_nano]
    moments = [
        moment
        for span in begun
        for moment in (span.start_time_unix_nano, span.end_time_unix_nano)
    ]
    return max(moments) - min(span.start_time_unix_nano for span in begun) if begun else 0


def root(trace: Trace) -> Span:
    """Return the earliest root, or else orphan, or else span; one without a start comes last."""
    ids = {span.span_id for span in trace.spans}
    for kin in (
        [span for span in trace.spans if span.is_root],
        [span for span in trace.spans if span.parent_span_id not in ids],
        list(trace.spans),
    ):
        if kin:
            return min(kin, key=lambda span: span.start_time_unix_nano or 2**64)
    raise AssertionError("a trace has a span")
