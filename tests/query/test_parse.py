"""What is written becomes the tree that was meant, or an error that says where and what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.query.error import QueryError
from devtrace.query.parse import MAX_DEPTH, MAX_QUERY_CHARS, parse_expression
from devtrace.query.tree import AllOf, AnyOf, Both, Either, Expression, Not, Spans, Text

A, B, C = Text("a"), Text("b"), Text("c")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b", Spans(AllOf((A, B)))),
        ("a && b", Spans(AllOf((A, B)))),
        ("a AND b", Spans(AllOf((A, B)))),
        ("a b or c", Spans(AnyOf((AllOf((A, B)), C)))),
        ("a (b || c)", Spans(AllOf((A, AnyOf((B, C)))))),
        ("not a b", Spans(AllOf((Not(A), B)))),
        ("!!a", Spans(A)),
        ("{a} && {b} || {c}", Either((Both((Spans(A), Spans(B))), Spans(C)))),
        ("({a})", Spans(A)),
        ("android", Spans(Text("android"))),
        ('"and"', Spans(Text("and"))),
        (r'"a \"b\" \\ \n"', Spans(Text('a "b" \\ \n'))),
        (r"`a\d`", Spans(Text(r"a\d"))),
    ],
)
def test_the_tree_is_what_was_meant(text: str, expected: object) -> None:
    """Words and signs are one, `&&` binds more than `||`, and quotes take words as text."""
    assert parse_expression(text) == Expression(expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "position", "suggestion", "said"),
    [
        ("statuss=error", 0, "status", "there is no field 'statuss'"),
        ("kind=servr", 5, "server", "there is no kind 'servr'"),
        ("status=eror", 7, "error", "there is no status 'eror'"),
        ("a trace:durations>1s", 2, "trace:duration", "there is no field"),
        ("http.route=/x", 0, ".http.route", "there is no field"),
        ("duration>5", 9, "5ms", "'5' is no duration"),
        ("duration>soon", 9, "", "'soon' is no duration"),
        ("trace:spans>many", 12, "", "'many' is no number"),
        ("status>error", 6, "=", "a status cannot be compared with >"),
        ("duration=~1", 8, "=", "a duration such as 100ms cannot be compared with =~"),
        (".a>nil", 2, "!=", "nothing is > nil"),
        (".a=.b", 3, "", "one field cannot be compared with another"),
        ("a | cont()>1", 4, "count", "there is no aggregate 'cont'"),
        ("a | count(name)>1", 4, "", "count() takes nothing"),
        ("a | max()>1", 4, "", "max() takes a field"),
        ("a | max(duration)>x", 18, "", "an aggregate is compared with a number"),
        ("a | max(duration)>5", 18, "5ms", "'5' is no duration"),
        ("name=~`(`", 6, "", "the pattern is no regular expression: missing )"),
        ("name=~`.{999}`", 6, "", "the pattern is too large"),
        ("a &&", 4, "", "it ends too early; expected a word"),
        ("{a", 2, "", "it ends too early; expected }"),
        ('a "b', 2, "", "the quoted text does not end"),
        ("name == b", 6, "", "'=' cannot stand here"),
        ("a {b}", 2, "", "'{' cannot stand here"),
        ("a & b", 2, "", "'&' cannot stand here"),
        ("  ", 0, "", "there is nothing to look for"),
    ],
)
def test_an_error_says_where_and_what_was_meant(
    text: str, position: int, suggestion: str, said: str
) -> None:
    """The caret stands where the mistake is, and the near miss is named."""
    with pytest.raises(QueryError) as caught:
        parse_expression(text)

    error = caught.value
    assert (error.position, error.suggestion) == (position, suggestion)
    assert str(error).startswith(f"cannot parse query: {said}")
    *_, line, mark = str(error).splitlines()
    assert line.strip() == text.strip()
    assert mark.index("^") == position + 2


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000,
        "(" * 1000 + "a" + ")" * 1000,
        "(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1),
        ">".join(["{a}"] * (MAX_DEPTH + 2)),
        "name=~" + "(a+)+" * 200,
    ],
)
def test_what_would_cost_too_much_is_refused(text: str) -> None:
    """Length, depth and relations have a bound, and the message names it."""
    with pytest.raises(QueryError):
        parse_expression(text)


@pytest.mark.parametrize(
    "text",
    ["(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH, "!" * (MAX_QUERY_CHARS - 1) + "a", "a " * 1999],
)
def test_what_is_within_the_bounds_is_read(text: str) -> None:
    """Nothing recurses with the length of a query."""
    parse_expression(text)


@given(text=st.text(alphabet='ab.s=<>"`(){}|&! ~é\\nk\ud800', max_size=20))
def test_any_text_is_a_query_or_an_error(text: str) -> None:
    """Nothing else comes out, and the position lies within the text."""
    try:
        parse_expression(text)
    except QueryError as error:
        assert 0 <= error.position <= len(text)  # noqa: PT017  # no error is right too
