"""The merged tree draws what is in view, whatever it is laid over."""

from devtrace.analysis.diff import TraceDiff
from devtrace.tui.theme import ServiceHues
from devtrace.tui.widgets.diff_tree import DiffTree
from tests.analysis.test_diff import shop
from tests.builders import a_batch, a_span
from tests.tui.rig import opened


def test_nothing_is_listed_and_found_without_traces() -> None:
    """There is no row, no cursor and no difference to go to."""
    tree = DiffTree(ServiceHues())

    assert tree.row_count() == 0
    assert tree.selected is None
    assert not tree.select_change(1)


async def test_only_rows_in_view_are_drawn() -> None:
    """Two thousand pairs cost what a screen of them costs."""
    async with opened(size=(80, 24)) as rig:
        for name in "ab":
            spans = [a_span("root", trace=name)]
            spans += [a_span(f"{n}", trace=name, parent="root") for n in range(1_000)]
            rig.store.consume(a_batch(*spans))
        await rig.settle()
        await rig.press("home", "m", "end", "equals_sign")
        tree = rig.one(DiffTree)
        await rig.until(lambda: tree.row_count() == 1_001)
        await rig.settle()
        drawn = tree.lines_drawn
        await rig.press("end")

        assert tree.lines_drawn - drawn <= 3 * tree.page_rows
        assert tree.selected == 1_000


def test_rows_that_lead_to_a_difference_are_listed_with_it() -> None:
    """What is different is never shown without the way to it."""
    tree = DiffTree(ServiceHues())
    tree.place = lambda **_: None  # type: ignore[method-assign]  # it is on no screen
    tree.reveal = lambda: None  # type: ignore[method-assign]
    diff = TraceDiff(shop(), shop("failed_charge"))
    tree.show(diff)
    tree.toggle_same()

    listed = set(tree._rows)
    assert all(diff.rows[row].parent in {*listed, -1} for row in listed)
    assert {row for row, change in enumerate(diff.changes) if change} <= listed
