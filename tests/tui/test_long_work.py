"""Long work says how far it is, also where nobody knows how much there is."""

import pytest

from devtrace.tui.long_work import LongWork


@pytest.mark.parametrize(
    ("total", "done", "expected"),
    [(4, 0, "saving 0%"), (4, 1, "saving 25%"), (4, 9, "saving 100%"), (0, 9, "saving")],
)
def test_work_is_told_in_one_line(total: int, done: int, expected: str) -> None:
    """Never more than all of it."""
    assert LongWork(what="saving", total=total, done=done).state == expected
