"""What files held is counted within bounds."""

from devtrace.formats.counts import MAX_BROKEN_LINES, NOT_LISTED, BrokenLine, FileCounts


def test_broken_lines_are_listed_up_to_a_bound() -> None:
    """Every one is accounted for all the same."""
    counts = FileCounts()

    for number in range(MAX_BROKEN_LINES + 5):
        counts.add_broken_line(BrokenLine("file", number, "cause"))

    assert len(counts.broken_lines) == MAX_BROKEN_LINES
    assert counts.diagnostics == {NOT_LISTED: 5}
