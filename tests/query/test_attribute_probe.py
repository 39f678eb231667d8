"""An attribute is read where it may decide, once, and found by its place where that is likely."""

import pytest

from devtrace.model.span import Span
from devtrace.query.attribute_probe import _usual_pairs, attribute_probe
from devtrace.query.literal import Literal
from devtrace.query.subject import Block
from devtrace.query.tree import Operator
from tests.builders import a_span, a_trace


def spans_with(*values: int) -> tuple[Span, ...]:
    """Return a span for each value of an attribute."""
    spans = (
        a_span(str(number), attributes={"k": value}) for number, value in enumerate(values)
    )
    return a_trace(*spans).spans


def block_of(spans: tuple[Span, ...], within: Block | None = None) -> Block:
    """Return the block of *spans*."""
    return Block(tuple(span.payload for span in spans), (spans[0].scope,), within=within)


def test_what_is_known_of_a_block_is_known_of_its_parts() -> None:
    """Nothing is taken out of a part again."""
    asked: list[Block] = []

    def there(block: Block) -> bool:
        asked.append(block)
        return True

    may = attribute_probe(there, (b"k",), Operator.AT_LEAST, Literal("500"))
    spans = spans_with(200, 404, 502, 200)
    whole = block_of(spans)

    assert may(whole)
    assert [may(block_of((span,), whole)) for span in spans] == [False, False, True, False]
    assert asked == [whole]


@pytest.mark.parametrize("length", [1, 40, 42, 46, 63, 91, 127, 128])
def test_usual_pairs_are_found_by_a_key_of_any_length(length: int) -> None:
    """A length is a byte, whatever it stands for in a pattern; long keys are left alone."""
    key = "k" * length
    payload = a_span(attributes={"a": 1, key: 7}).SerializeToString()

    found = list(_usual_pairs((key.encode(), b"other"))(payload))

    pair = b"\x0a%c%s\x12\x02\x18\x07" % (length, key.encode())
    assert found == ([pair] if length < 128 else [])
    assert list(_usual_pairs((b"k" * 128,))(payload)) == []
