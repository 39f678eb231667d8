"""A query that has been read, and can be put to any number of traces."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from devtrace.model.resource import InstrumentationScope
from devtrace.model.span import Span
from devtrace.model.steps import Steps, finish
from devtrace.model.trace import Trace
from devtrace.query.evaluate import Selector, selector_of, uses_trace_facts
from devtrace.query.match import matcher_of
from devtrace.query.parse import parse_expression
from devtrace.query.probe import expression_probe
from devtrace.query.subject import Block, Probe, Subject
from devtrace.query.tree import Absent, Both, Either, Expression, Related, Spans, Spanset

Payloads = Mapping[bytes, InstrumentationScope]
"""The spans of a trace as the store holds them: bytes, each with its scope."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a text asked for; made by `parse`.

    Args:
        text: As it was written.
        expression: What it means.
    """

    text: str
    expression: Expression
    may_match: Probe | None = field(init=False, repr=False, compare=False)
    """Tells of whole traces in one block whether one may match; None if that cannot be told."""
    _select: Selector = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "may_match", expression_probe(self.expression))
        object.__setattr__(self, "_select", selector_of(self.expression))

    def spans(self, trace: Trace) -> tuple[Span, ...]:
        """Return the spans of *trace* that match, in its order; none when it does not."""
        return finish(self.span_steps(trace))

    def span_steps(self, trace: Trace) -> Steps[tuple[Span, ...]]:
        """Find what `spans` returns, stopping now and then."""
        selection = yield from self._select(Subject.of(trace), False)
        return tuple(trace.spans[index] for index in selection or ())

    def matches(self, trace: Trace) -> bool:
        """Return whether *trace* matches; cheaper than to ask for its spans."""
        return finish(self._select(Subject.of(trace), True)) is not None

    def match_steps(self, payloads: Payloads, looked_at: Block | None = None) -> Steps[bool]:
        """Find out whether a trace matches, stopping now and then.

        Args:
            payloads: Its spans; copied before the first stop.
            looked_at: What `may_match` was asked of it; another if spans came since.
        """
        return (yield from self._select(Subject(payloads, looked_at), True)) is not None

    @property
    def span_predicate(self) -> Callable[[Span], bool] | None:
        """Whether one span matches, when its trace has no say in that; else None."""
        match self.expression:
            case Expression(Spans(predicate), ()) if not uses_trace_facts(predicate):
                matches = matcher_of(predicate)
                return lambda span: matches(span, _NO_TRACE)
            case _:
                return None

    @property
    def is_lasting(self) -> bool:
        """Whether a trace that matches still does with more spans."""
        return not self.expression.aggregates and _is_lasting(self.expression.spanset)


_NO_TRACE = Subject({})


def _is_lasting(spanset: Spanset) -> bool:
    match spanset:
        case Spans(predicate):
            return not uses_trace_facts(predicate)
        case Both(operands) | Either(operands):
            return all(map(_is_lasting, operands))
        case Related(left, _, right):
            return _is_lasting(left) and _is_lasting(right)
        case Absent():
            return False


def parse(text: str) -> Query:
    """Read *text* as a query.

    Args:
        text: In the language of docs/query.md; at most `parse.MAX_QUERY_CHARS` long.

    Raises:
        QueryError: If it is none; it says where and what would be right.
    """
    return Query(text, parse_expression(text))
