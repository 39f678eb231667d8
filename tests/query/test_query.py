"""A query says what it needs, so that whoever holds it can do less."""

import pytest

from devtrace.query import parse
from tests.builders import a_span, a_trace


@pytest.mark.parametrize(
    ("text", "is_lasting"),
    [
        ("status=error", True),
        ("{a} >> {b} && {c}", True),
        ("!{a}", False),
        ("a | count() < 3", False),
        ("trace:spans<3", False),
        ("{a} || {trace:duration<1s}", False),
    ],
)
def test_a_lasting_match_survives_more_spans(text: str, is_lasting: bool) -> None:  # noqa: FBT001
    """Such a trace need not be looked at again."""
    assert parse(text).is_lasting is is_lasting


@pytest.mark.parametrize(
    ("text", "has_one"),
    [("status=error a", True), ("{a}", True), ("{a} > {b}", False), ("trace:spans>1", False)],
)
def test_a_condition_on_one_span_needs_no_trace(text: str, has_one: bool) -> None:  # noqa: FBT001
    """What the trace decides cannot be told of a span alone."""
    assert (parse(text).span_predicate is not None) is has_one


def test_a_query_asks_any_number_of_traces() -> None:
    """It has no memory of the last."""
    query = parse("status=error")
    failing, fine = a_trace(a_span(status=2)), a_trace(a_span())

    assert [query.matches(each) for each in (failing, fine, failing)] == [True, False, True]
    assert query.spans(failing) == failing.spans
    assert query.spans(fine) == ()
