"""At any cursor, what is offered is what can stand there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.query import parse
from devtrace.query.complete import MAX_CHOICES, MAX_WORD_CHARS, Completion, complete
from devtrace.query.names import Field, Scope

KEYS = {Scope.ANY: ["http.route", "odd key", "k8s.pod.name"], Scope.SPAN: ["http.route"]}
VALUES = {"http.route": ["/checkout", "/cart items", "nil", ".hidden"], "service": ["orders"]}


def completed(text: str) -> Completion:
    """Return what can stand at the `^` in *text*, or at its end."""
    cursor = text.find("^") if "^" in text else len(text)
    return complete(
        text.replace("^", ""),
        cursor,
        keys=lambda scope: KEYS.get(scope, []),
        values=lambda field: VALUES.get(field.name, []),
    )


def offered(text: str) -> list[str]:
    """Return only the texts."""
    return [choice.text for choice in completed(text).choices]


@pytest.mark.parametrize(
    ("text", "some"),
    [
        ("", ["name", "status", "trace:duration", ".http.route", '."odd key"']),
        ("sta", ["status", "statusMessage"]),
        ("status", ["status=", "status!=", "status=~", "statusMessage"]),
        ("status ", ["=", "&&", "||", "|", "name"]),
        ("status=", ["unset", "ok", "error"]),
        ("status=e", ["error", "unset"]),
        ("kind = s", ["server"]),
        (".ht", [".http.route"]),
        ("route", [".http.route"]),
        ("span.", ["span.http.route"]),
        (".http.route=", ["/checkout", '"/cart items"', '"nil"', '".hidden"', "nil"]),
        ('.http.route="/c', ['"/cart items"', "/checkout"]),
        ("service=", ["orders"]),
        ("duration>", ["100ms"]),
        ("{ status=error } ", ["&&", "||", ">", ">>", "~", "|"]),
        ("{} | ", ["count()", "avg("]),
        ("{} | avg(", ["duration"]),
        ("{} | c", ["count()"]),
        ("checkout and st", ["status"]),
        ("(st^ or b)", ["status"]),
    ],
)
def test_what_fits_is_offered(text: str, some: list[str]) -> None:
    """The grammar, the names and what was seen decide together."""
    assert [each for each in some if each not in offered(text)] == []


@pytest.mark.parametrize("text", ["a && && ", "statuss=error ", "kind=", '"a" ', "status=~"])
def test_what_does_not_fit_is_not(text: str) -> None:
    """After a mistake there is nothing to offer, and a value is no operator."""
    assert "=" not in offered(text)
    assert "name" not in offered(text) or text == '"a" '


def test_the_word_under_the_cursor_is_what_is_replaced() -> None:
    """Also when the cursor stands in its middle."""
    found = completed("a sta^tus b")

    assert (found.start, found.stop) == (2, 8)


def test_what_begins_so_comes_before_what_has_it_inside() -> None:
    """The nearest choice is first."""
    assert offered("name")[0].startswith("name")
    assert offered("e").index("event:name") < offered("e").index("name")


def test_the_choices_have_a_bound() -> None:
    """A sender with a hundred thousand keys does not stop the typing."""
    many = complete(
        "", 0, keys=lambda _: (f"key{number}" for number in range(100_000)), values=lambda _: ()
    )

    assert len(many.choices) == MAX_CHOICES


def test_a_page_without_a_blank_is_no_word() -> None:
    """Only its end is looked at: to look for its beginning takes the square of its length."""
    page = "s" * 10_000
    found = complete(page, len(page), keys=lambda _: ["s"], values=lambda _: ())

    assert found.start == len(page) - MAX_WORD_CHARS
    assert found.choices == ()


@given(text=st.text(alphabet='ab.s=<>"`(){}|&! ~é', max_size=12), at=st.integers(0, 12))
def test_anything_may_be_typed(text: str, at: int) -> None:
    """No text and no cursor is an error."""
    cursor = min(at, len(text))
    found = complete(text, cursor, keys=lambda _: ["a b"], values=lambda _: ["x y"])

    assert 0 <= found.start <= cursor <= found.stop <= len(text)


@given(value=st.text(min_size=1, max_size=8))
def test_an_offered_value_can_be_written(value: str) -> None:
    """Whatever a sender wrote is quoted so that it means itself."""
    text = ".http.route="
    found = complete(text, len(text), keys=lambda _: (), values=lambda _: [value])

    assert parse(f"{text}{found.choices[0].text}").expression == _equal_to(value)


def _equal_to(value: str) -> object:
    from devtrace.query import tree
    from devtrace.query.literal import Literal

    field = Field(Scope.ANY, "http.route")
    return tree.Expression(
        tree.Spans(tree.Comparison(field, tree.Operator.EQUAL, Literal(value)))
    )


def test_what_steers_a_terminal_is_offered_with_escapes() -> None:
    """Keys and values come from whoever sent them."""
    hostile = "\x1b[2J\u202e"
    for text in (".", ".a="):
        _, _, choices = complete(
            text, len(text), keys=lambda _: [hostile], values=lambda _: [hostile]
        )
        written = [choice.text for choice in choices if "[2J" in choice.text]
        assert [each.lstrip(".") for each in written] == [r'"\u001b[2J\u202e"']
