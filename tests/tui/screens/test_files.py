"""What was read is shown, and everything that could not be is named."""

from collections import Counter
from pathlib import Path

from devtrace.errors import ArchiveError
from devtrace.formats import BrokenLine, FileCounts
from devtrace.tui.long_work import LongWork
from devtrace.tui.opened_files import OpenedFiles
from devtrace.tui.screens.files import MAX_SHOWN_LINES, FilesScreen
from tests.tui.rig import opened


async def test_every_problem_is_named() -> None:
    """File and line of what is broken, reasons of what is refused, causes of the rest."""
    counts = FileCounts(
        spans=12,
        logs=3,
        refused=Counter({"trace_id is missing": 2}),
        broken_lines=[BrokenLine("traces.jsonl", 7, "it is \x1b[31mno JSON")],
        diagnostics=Counter({"snake_case key": 5}),
    )
    files = OpenedFiles(
        paths=(Path("traces.jsonl"), Path("gone.jsonl")),
        follows=False,
        counts=counts,
        errors=[ArchiveError("cannot read 'gone.jsonl': it is gone")],
        is_done=True,
    )
    async with opened() as rig:
        rig.app.push_screen(FilesScreen([files]))
        await rig.settle()

        text = " ".join(rig.text.replace("│", " ").split())
        for said in (
            "2 files",
            "12 spans, 3 log records",
            "⚠ cannot read 'gone.jsonl': it is gone",
            "⚠ 2 × refused: trace_id is missing",
            "⚠ traces.jsonl:7: it is ␛[31mno JSON",
            "5 × snake_case key",
        ):
            assert said in text
        await rig.press("ctrl+o")
        assert not isinstance(rig.screen, FilesScreen)


async def test_no_file_says_how_to_open_one() -> None:
    """The key is there in any mode."""
    async with opened() as rig:
        await rig.press("ctrl+o")

        assert "No file is open. O opens one." in rig.text


async def test_broken_lines_are_shown_up_to_a_bound() -> None:
    """How many more there are is said."""
    broken = [BrokenLine("f", number, "broken") for number in range(MAX_SHOWN_LINES + 5)]
    files = OpenedFiles(
        paths=(Path("f"),), follows=False, counts=FileCounts(broken_lines=broken)
    )
    async with opened(size=(120, 140)) as rig:
        rig.app.push_screen(FilesScreen([files]))
        await rig.settle()

        assert "and 5 more broken lines" in rig.text
        assert "nothing yet" in rig.text


async def test_long_work_is_told_on_every_screen_and_ends_with_x() -> None:
    """How far it is stands in the header, and Ctrl+O is where it ends."""
    async with opened() as rig:
        desk = rig.app._desk
        reading = OpenedFiles(
            paths=(Path("big.jsonl"),), follows=False, progress=("big.jsonl", 40, 100)
        )
        desk.files.opened.append(reading)
        for key in "135":
            await rig.press(key)
            await rig.until(lambda: "reading big.jsonl 40%  Ctrl+O" in rig.lines[0])
        saving = LongWork(what="saving all.jsonl", total=4, done=3)
        desk.saving.append(saving)
        await rig.press("ctrl+o")
        await rig.until(lambda: "saving all.jsonl 75%" in rig.text)
        assert "x ends what is being read or saved." in rig.text
        await rig.press("x")
        await rig.until(lambda: saving.is_cancelled and reading.stopping.is_set())
        reading.is_done = True
        desk.saving.remove(saving)
        await rig.until(lambda: "x ends" not in rig.text and "ended early" in rig.text)
