"""What a scenario promises is read from its file, and what makes no sense is named."""

import tomllib

import pytest

from devtrace.scenarios.expectation import Amount, Expectation, ShapeLine, read_expectation
from devtrace.scenarios.table import Table


def read(text: str) -> tuple[Expectation, list[str]]:
    """Return the expectation that *text* is, and its defects."""
    problems: list[str] = []
    return read_expectation(Table(tomllib.loads(text), "x.toml", problems)), problems


def test_a_query_with_counts() -> None:
    """Counts are exact, between two, or open to the top."""
    expectation, problems = read(
        'says = "it splits"\nquery = " {service=orders} "\ntraces = 1\nspans = "2..4"\nfocus = true'
    )
    assert problems == []
    assert expectation == Expectation(
        says="it splits",
        query="{service=orders}",
        traces=Amount(1, 1),
        spans=Amount(2, 4),
        is_focus=True,
    )


def test_a_query_alone_wants_one_trace_at_least() -> None:
    """To be there is the least that can be promised."""
    expectation, problems = read('says = "seen"\nquery = "card.charge"')
    assert problems == []
    assert expectation.traces == Amount(1, None)


def test_a_shape_is_lines_and_indents() -> None:
    """A line is a service, the name of a span, and perhaps its duration."""
    expectation, problems = read(
        'says = "one tree"\n'
        'tree = """\n'
        "gateway POST /checkout ~ 240ms\n"
        "  auth Verify\n"
        "  orders POST /orders ~12.5ms\n"
        '    payments *\n"""'
    )
    assert problems == []
    assert expectation.shape == (
        ShapeLine(depth=0, service="gateway", name="POST /checkout", duration_ms=240),
        ShapeLine(depth=1, service="auth", name="Verify"),
        ShapeLine(depth=1, service="orders", name="POST /orders", duration_ms=12.5),
        ShapeLine(depth=2, service="payments", name="*"),
    )


@pytest.mark.parametrize(
    ("text", "low", "high", "shown"),
    [("3", 3, 3, "3"), ('"3"', 3, 3, "3"), ('"2..4"', 2, 4, "2..4"), ('"1.."', 1, None, "1..")],
)
def test_an_amount_holds_what_it_says(
    text: str, low: int, high: int | None, shown: str
) -> None:
    """Both ends belong to it."""
    expectation, problems = read(f'says = "s"\nquery = "q"\nspans = {text}')
    assert problems == []
    amount = expectation.spans
    assert amount == Amount(low, high)
    assert amount is not None
    assert str(amount) == shown
    assert low in amount
    assert low - 1 not in amount
    assert ((high or low) + 1 in amount) is (high is None)


@pytest.mark.parametrize("text", ["-1", "true", "1.5", '"4..2"', '"..3"', '"many"', '""'])
def test_an_amount_that_is_none_is_named(text: str) -> None:
    """It is not taken for any number."""
    _, problems = read(f'says = "s"\nquery = "q"\ntraces = {text}')
    assert problems == ["x.toml: traces: must be a count such as 3, '2..4' or '1..'"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('says = "s"', "query: is missing, and so is tree"),
        ('says = "s"\nquery = "q"\ntree = "a b"', "tree: cannot stand beside query"),
        ('says = "s"\ntraces = 1\ntree = "a b"', "tree: takes no counts"),
        ('says = "s"\ntree = "alone"', "line 1 is not a service and the name of a span"),
        ('says = "s"\ntree = "  a b"', "line 1 is not 2 blanks deeper"),
        ('says = "s"\ntree = "a b\\n   c d"', "line 2 is not 2 blanks deeper"),
        ('says = "s"\ntree = "a b\\n    c d"', "line 2 is not 2 blanks deeper"),
        ('says = "s"\ntree = "a b\\nc d"', "line 2 is not 2 blanks deeper"),
        ('query = "q"', "says: is missing"),
        ('says = "s"\nquery = "q"\ntrace = 1', "trace: is not known; did you mean traces?"),
    ],
)
def test_what_makes_no_sense_is_named(text: str, problem: str) -> None:
    """With the key, and for a shape with the line."""
    _, problems = read(text)
    assert len(problems) == 1
    assert problem in problems[0]
