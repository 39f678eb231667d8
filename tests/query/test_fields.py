"""A field is read where its scope says, under each of its names."""

import pytest

from devtrace.model.span import Span
from devtrace.query.fields import all_encoded, elements, reader_of
from devtrace.query.names import Field, Scope
from devtrace.query.subject import Subject
from tests.builders import a_batch, a_span, an_event

_SUBJECT = Subject({})


def the_span() -> Span:
    """Return a span that has one key in several places."""
    wire = a_span(
        attributes={"k": "own", "http.status_code": 1, "http.response.status_code": 2},
        events=[an_event("e", attributes={"k": "event"})],
    )
    (part,) = a_batch(wire, resource={"k": "resource", "only": "resource"}).slices
    return Span(part.payloads[0], part.scope)


@pytest.mark.parametrize(
    ("scope", "key", "expected"),
    [
        (Scope.ANY, "k", ["own"]),
        (Scope.ANY, "only", ["resource"]),
        (Scope.SPAN, "only", []),
        (Scope.RESOURCE, "k", ["resource"]),
        (Scope.EVENT, "k", ["event"]),
        (Scope.LINK, "k", []),
        (Scope.SPAN, "http.status_code", [2, 1]),
        (Scope.SPAN, "\ufffd", []),
    ],
)
def test_an_attribute_is_read_in_its_scope(
    scope: Scope, key: str, expected: list[object]
) -> None:
    """A leading dot looks on the span first, and old names are read with the new."""
    assert list(reader_of(Field(scope, key))(the_span(), _SUBJECT)) == expected


def test_facts_of_the_trace_must_have_been_read() -> None:
    """To ask before is a mistake of ours, and not a silent wrong answer."""
    with pytest.raises(RuntimeError):
        reader_of(Field(Scope.INTRINSIC, "trace:spans"))(the_span(), _SUBJECT)


def test_arrays_are_taken_apart() -> None:
    """Arrays within arrays too; maps are one value."""
    assert elements([1, [2, [3]], {"a": [4]}]) == [1, 2, 3, {"a": [4]}]


def test_bytes_of_a_repaired_text_are_not_known() -> None:
    """What was sent there can have been anything."""
    assert all_encoded(["a", "\ufffd"]) is None
    assert all_encoded(["a", "\ud800"]) is None
    assert all_encoded(["a", "ü"]) == (b"a", "ü".encode())
