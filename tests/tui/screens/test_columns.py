"""Which columns the list has is chosen in a dialog, seen at once, and kept between runs."""

from pathlib import Path

from devtrace.tui.kept_state import KeptState
from devtrace.tui.screens.columns import ColumnsScreen
from devtrace.tui.screens.traces import TracesScreen
from devtrace.tui.widgets.trace_list import TraceList
from tests.tui.rig import Rig, opened
from tests.tui.screens.test_trace_sorting import a_store


def head(rig: Rig) -> str:
    """Return the line that names the columns, without what stands beside the list."""
    line = next(line for line in rig.lines if "trace" in line and "devtrace" not in line)
    return line[: rig.one(TraceList).size.width]


async def test_a_column_is_hidden_and_shown_at_once() -> None:
    """Enter and Space do it, and the list behind the dialog is another already."""
    async with opened(a_store(), size=(160, 40)) as rig:
        assert "time" in head(rig)
        await rig.press("c", "enter")
        assert isinstance(rig.screen, ColumnsScreen)
        assert "[ ] time" in rig.text
        await rig.press("end", "space")
        assert "[x] trace id" in rig.text
        await rig.press("escape")
        assert isinstance(rig.screen, TracesScreen)
        assert "time" not in head(rig)
        assert "trace id" in head(rig)
        await rig.press("c", "d", "escape")
        assert "time" in head(rig)
        assert "trace id" not in head(rig)


async def test_the_columns_are_kept_between_runs(tmp_path: Path) -> None:
    """The next run has them from its first frame."""
    path = tmp_path / "state.json"
    async with opened(a_store(), state=KeptState(path)) as rig:
        await rig.press("c", "down", "enter", "escape")
        assert "service" not in head(rig)
    async with opened(a_store(), state=KeptState(path)) as rig:
        assert "service" not in head(rig)
        assert "time" in head(rig)


async def test_a_row_has_what_its_head_says() -> None:
    """The first digits of the id stand at the end of each row."""
    async with opened(a_store(), state=KeptState(), size=(160, 40)) as rig:
        await rig.press("c", "end", "enter", "escape")
        assert isinstance(rig.screen, TracesScreen)
        trace_id = rig.screen.desk.view.id_at(0)
        row = next(line for line in rig.lines if "span a" in line)
        assert trace_id[:8] in row


async def test_a_sorted_column_cannot_be_missed() -> None:
    """Hidden or not, the list says what it is sorted by."""
    async with opened(a_store()) as rig:
        await rig.press("c", *["down"] * 4, "enter", "escape")
        assert "spans" not in head(rig)
        await rig.press("greater_than_sign", "greater_than_sign")
        assert "spans▼" in head(rig)
