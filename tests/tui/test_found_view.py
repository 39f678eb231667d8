"""Looking for the traces behind a figure."""

from devtrace.analysis.tally import Sample, Tallies
from devtrace.tui.found_view import FoundView


def test_the_worst_come_first() -> None:
    """Those that failed, then by how long the call took."""
    tallies: Tallies[str] = Tallies()
    tallies.put("fine", [Sample("a", 7, is_error=False)], 0)
    tallies.put("failed", [Sample("a", 5, is_error=True)], 0)
    tallies.put("slow", [Sample("a", 9, is_error=False)], 0)
    tallies.put("other", [Sample("b", 9, is_error=False)], 0)
    found = FoundView(tallies, ["a"])
    assert not found.rows

    assert found.step(1.0)

    assert [row.trace_id for row in found.rows] == ["failed", "slow", "fine"]
    assert found.looked_at == found.total == 4
    assert not found.step(1.0)


def test_many_traces_take_many_steps() -> None:
    """None of which keeps a key waiting; rows are shown when all are there."""
    tallies: Tallies[str] = Tallies()
    for number in range(300):
        tallies.put(str(number), [Sample("a", number, is_error=False)], 0)
    found = FoundView(tallies, ["a"])

    assert not found.step(0.0)
    assert 0 < found.looked_at < 300
    assert not found.rows
    while not found.step(0.0):
        pass
    assert len(found.rows) == 300
