"""A name is found by each of its spellings, and no other."""

import pytest

from devtrace.query.names import INTRINSICS, SHORT_NAMES, Field, Scope, Sort, field_named


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("status", Field(Scope.INTRINSIC, "span:status")),
        ("span:status", Field(Scope.INTRINSIC, "span:status")),
        (".a.b", Field(Scope.ANY, "a.b")),
        ("span.name", Field(Scope.SPAN, "name")),
        ("resource.service.name", Field(Scope.RESOURCE, "service.name")),
        ("scope.x", Field(Scope.INSTRUMENTATION, "x")),
        ("event.exception.type", Field(Scope.EVENT, "exception.type")),
        ("link.x", Field(Scope.LINK, "x")),
        (".", None),
        ("span.", None),
        ("statuss", None),
        ("Status", None),
    ],
)
def test_a_word_names_a_field(word: str, expected: Field | None) -> None:
    """An intrinsic by name, an attribute by scope and key."""
    assert field_named(word) == expected


def test_every_short_name_is_an_intrinsic() -> None:
    """A spelling leads somewhere."""
    assert set(SHORT_NAMES.values()) <= set(INTRINSICS)


def test_a_sort_says_how_its_values_compare() -> None:
    """A status has no order, and a duration no letters."""
    assert not Sort.STATUS.allows(is_order=True, is_regex=False)
    assert Sort.STATUS.allows(is_order=False, is_regex=True)
    assert not Sort.DURATION.allows(is_order=False, is_regex=True)
    assert Sort.VALUE.allows(is_order=True, is_regex=False)
