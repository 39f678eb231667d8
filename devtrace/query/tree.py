"""A query as a tree: what was asked, without how it was written or how it is answered."""

from dataclasses import dataclass
from enum import StrEnum

from devtrace.query.literal import Literal
from devtrace.query.names import Field


class Operator(StrEnum):
    """How a value is compared."""

    EQUAL = "="
    UNEQUAL = "!="
    GREATER = ">"
    AT_LEAST = ">="
    LESS = "<"
    AT_MOST = "<="
    MATCHES = "=~"
    MATCHES_NOT = "!~"

    @property
    def is_order(self) -> bool:
        """Whether it asks which of two is greater."""
        return self in {self.GREATER, self.AT_LEAST, self.LESS, self.AT_MOST}

    @property
    def is_regex(self) -> bool:
        """Whether its value is a regular expression."""
        return self in {self.MATCHES, self.MATCHES_NOT}

    @property
    def is_negative(self) -> bool:
        """Whether it asks that a value is not so."""
        return self in {self.UNEQUAL, self.MATCHES_NOT}


class Relation(StrEnum):
    """How the span on the right is related to the one on the left."""

    CHILD = ">"
    DESCENDANT = ">>"
    PARENT = "<"
    ANCESTOR = "<<"
    SIBLING = "~"


# -- conditions on one span ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """The span has this text somewhere, whatever the case of its letters."""

    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field of the span compares so."""

    field: Field
    operator: Operator
    literal: Literal


@dataclass(frozen=True, slots=True)
class Not:
    """The span does not fulfil *term*."""

    term: "Predicate"


@dataclass(frozen=True, slots=True)
class AllOf:
    """The span fulfils every one of *terms*; each does when there are none."""

    terms: "tuple[Predicate, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The span fulfils one of *terms*."""

    terms: "tuple[Predicate, ...]"


Predicate = Text | Comparison | Not | AllOf | AnyOf

EVERY_SPAN = AllOf(())
"""What the empty braces ask for."""


# -- conditions on a trace ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spans:
    """The spans that fulfil *predicate*; the trace has one."""

    predicate: Predicate


@dataclass(frozen=True, slots=True)
class Absent:
    """The trace has nothing of what *operand* asks for; selects no span."""

    operand: "Spanset"


@dataclass(frozen=True, slots=True)
class Both:
    """The trace fulfils every one of *operands*; selects the spans of all."""

    operands: "tuple[Spanset, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    """The trace fulfils one of *operands*; selects the spans of those that it fulfils."""

    operands: "tuple[Spanset, ...]"


@dataclass(frozen=True, slots=True)
class Related:
    """Spans of *right* that stand in *relation* to one of *left*."""

    left: "Spanset"
    relation: Relation
    right: "Spanset"


Spanset = Spans | Absent | Both | Either | Related


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A figure over the selected spans compares so."""

    function: str
    """One of `names.AGGREGATES`."""
    field: Field | None
    """What is aggregated; None for `count`."""
    operator: Operator
    literal: Literal


@dataclass(frozen=True, slots=True)
class Expression:
    """A whole query."""

    spanset: Spanset
    aggregates: tuple[Aggregate, ...] = ()


def condition_count(node: Predicate | Spanset) -> int:
    """Return how many texts and comparisons *node* has, those that are negated included."""
    match node:
        case Text() | Comparison():
            return 1
        case Spans(inner) | Not(inner) | Absent(inner):
            return condition_count(inner)
        case AllOf(parts) | AnyOf(parts) | Both(parts) | Either(parts):
            return sum(map(condition_count, parts))
        case Related(left, _, right):
            return condition_count(left) + condition_count(right)
