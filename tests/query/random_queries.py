"""Random traces, and random questions about them."""

from typing import Any

from hypothesis import strategies as st

from devtrace.model.trace import Trace
from devtrace.query import tree
from devtrace.query.literal import NIL, Literal
from devtrace.query.names import Field, Scope
from tests.builders import a_span, a_trace, an_event

# Letters outside ASCII whose lower case is in it are the ones that bytes could miss.
_WORDS = [
    "a",
    "Ab",
    "card",
    "CARD",
    "kilo",
    "\u212ailo",
    "\u0130x",
    "Grüße",
    "ΑΣ",
    "注文",
    "42",
    "4.5",
]
TEXTS = st.sampled_from([*_WORDS, "i\u0307", "σ", "true", "1e", "", "ü", "文", "-7", "k"])
_KEYS = st.sampled_from(
    ["k", "http.status_code", "http.response.status_code", "list", "odd key"]
)
_SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from([*_WORDS, "100ms", "4kB", "007"]),
    st.integers(-10, 500),
    st.sampled_from([-(2**63), 2**63 - 1, 4_200_000]),
    st.booleans(),
    st.sampled_from([1.5, 42.0, 4.25, -7.0]),
)
_VALUES = _SCALARS | st.lists(_SCALARS, max_size=3)
_OPTIONAL = ["name", "kind", "start_time_unix_nano", "end_time_unix_nano", "status"]
_ATTRIBUTES = st.dictionaries(_KEYS, _VALUES, max_size=3)


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    """Return a trace with any parents: missing ones, cycles, one id twice."""
    spans = []
    for number in range(draw(st.integers(1, 6))):
        names = st.sampled_from(["0", "1", "2", "3", "4", "5", "lost"])
        span = a_span(
            draw(st.sampled_from([str(number), "0"])),
            parent=draw(st.none() | names),
            name=draw(st.sampled_from(_WORDS)) + draw(st.sampled_from(["", str(number)])),
            kind=draw(st.sampled_from([0, 1, 2, 3, 4, 5, 7])),
            status=draw(st.integers(0, 2)),
            message=draw(st.sampled_from(["", "card declined"])),
            start_ms=number,
            duration_ms=draw(st.sampled_from([0, 1, 100, 1000])),
            attributes=draw(_ATTRIBUTES),
            events=[
                an_event(draw(st.sampled_from(_WORDS)), attributes=draw(_ATTRIBUTES))
                for _ in range(draw(st.integers(0, 1)))
            ],
        )
        for absent in draw(st.sets(st.sampled_from(_OPTIONAL), max_size=2)):
            span.ClearField(absent)
        spans.append((draw(st.sampled_from(["shop", "kiosk"])), span))
    return a_trace(*spans)


_ORDERS = st.sampled_from([op for op in tree.Operator if not op.is_regex])
_SCOPES = st.sampled_from([Scope.ANY, Scope.SPAN, Scope.RESOURCE, Scope.EVENT])
_LITERALS = st.one_of(
    TEXTS, st.sampled_from(["5", "42.0", "100ms", "4kB", "007", "kilo", "true", "1s"])
).map(Literal)


@st.composite
def comparisons(draw: st.DrawFn) -> tree.Predicate:
    """Return a comparison that the parser could have read."""
    intrinsic = draw(
        st.none()
        | st.sampled_from(
            [
                "span:name",
                "span:status",
                "span:kind",
                "span:duration",
                "span:statusMessage",
                "service",
                "event:name",
                "trace:spans",
                "trace:errors",
                "trace:duration",
                "trace:rootName",
                "trace:rootService",
            ]
        )
    )
    if intrinsic is None:
        field = Field(draw(_SCOPES), draw(_KEYS | st.just("service.name")))
        if draw(st.integers(0, 5)) == 0:
            operator = draw(st.sampled_from([tree.Operator.EQUAL, tree.Operator.UNEQUAL]))
            return tree.Comparison(field, operator, NIL)
        operator, literal = draw(_ORDERS), draw(_LITERALS)
        if draw(st.integers(0, 5)) == 0:
            operator, literal = tree.Operator.MATCHES, Literal("^[a4]|i")
        return tree.Comparison(field, operator, literal)
    field = Field(Scope.INTRINSIC, intrinsic)
    operator = draw(_ORDERS)
    match intrinsic:
        case "span:status" | "span:kind":
            operator = draw(st.sampled_from([tree.Operator.EQUAL, tree.Operator.UNEQUAL]))
            words = ["error", "ok", "server", "client", "unspecified", "kind_7"]
            literal = Literal(draw(st.sampled_from(words)))
        case "span:duration" | "trace:duration":
            literal = Literal(draw(st.sampled_from(["0ms", "1ms", "100ms", "1s"])))
        case "trace:spans" | "trace:errors":
            literal = Literal(draw(st.sampled_from(["0", "2", "4"])))
        case _ if draw(st.integers(0, 3)) == 0:
            operator = draw(st.sampled_from([tree.Operator.MATCHES, tree.Operator.MATCHES_NOT]))
            literal = Literal(draw(st.sampled_from(["^[a4k]|i", "shop|card", "", "x$", "^$"])))
        case _:
            literal = draw(_LITERALS | st.sampled_from(["shop", "kiosk"]).map(Literal))
    return tree.Comparison(field, operator, literal)


_PREDICATES: st.SearchStrategy[tree.Predicate] = st.recursive(
    st.one_of(TEXTS.filter(bool).map(tree.Text), comparisons()),
    lambda inner: st.one_of(
        inner.map(tree.Not),
        st.lists(inner, max_size=3).map(lambda terms: tree.AllOf(tuple(terms))),
        st.lists(inner, min_size=2, max_size=3).map(lambda terms: tree.AnyOf(tuple(terms))),
    ),
    max_leaves=4,
)
_SPANSETS: st.SearchStrategy[tree.Spanset] = st.recursive(
    _PREDICATES.map(tree.Spans),
    lambda inner: st.one_of(
        inner.map(tree.Absent),
        st.lists(inner, min_size=2, max_size=3).map(lambda each: tree.Both(tuple(each))),
        st.lists(inner, min_size=2, max_size=3).map(lambda each: tree.Either(tuple(each))),
        st.builds(tree.Related, inner, st.sampled_from(tree.Relation), inner),
    ),
    max_leaves=4,
)
_AGGREGATES = st.one_of(
    st.builds(
        tree.Aggregate,
        st.just("count"),
        st.none(),
        _ORDERS,
        st.sampled_from(["1", "2", "3"]).map(Literal),
    ),
    st.builds(
        tree.Aggregate,
        st.sampled_from(["avg", "min", "max", "sum"]),
        st.sampled_from(
            [Field(Scope.INTRINSIC, "span:duration"), Field(Scope.ANY, "http.status_code")]
        ),
        _ORDERS,
        st.sampled_from(["1ms", "42", "100"]).map(Literal),
    ),
)
EXPRESSIONS = st.builds(
    tree.Expression, _SPANSETS, st.lists(_AGGREGATES, max_size=2).map(tuple)
)
