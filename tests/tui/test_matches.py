"""Matches tells each reader what changed since it last asked."""

import pytest

from devtrace.tui import matches as matches_module
from devtrace.tui.matches import Matches


class Chosen(dict[str, None]):
    """Traces that match, as a filter has them."""

    @property
    def matching(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self)


def test_it_is_what_the_filter_lets_through() -> None:
    """As it is now, not as it was."""
    chosen = Chosen.fromkeys("ab")
    matches = Matches(chosen)
    chosen["c"] = None

    assert ("c" in matches, "d" in matches, len(matches)) == (True, False, 3)
    assert tuple(matches.ids) == ("a", "b", "c")


def test_a_reader_gets_what_changed_since_it_asked() -> None:
    """Once, the newest first."""
    matches = Matches(Chosen())
    matches.note("ab")
    seen = matches.revision
    matches.note("cd")

    assert matches.changes_since(seen) == ["d", "c"]
    assert matches.changes_since(matches.revision) == []
    assert matches.changes_since(-1) is None


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that is too far behind is told so."""
    monkeypatch.setattr(matches_module, "MAX_CHANGES", 3)
    matches = Matches(Chosen())
    matches.note("abcde")

    assert matches.changes_since(1) is None
    assert matches.changes_since(2) == ["e", "d", "c"]
