"""A copy says what it copied and how much, and goes to a file where a terminal cannot take it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot

from devtrace.tui.clipboard import MAX_CLIPBOARD_BYTES, copy, has_clipboard


@asynccontextmanager
async def an_app() -> AsyncIterator[Pilot[None]]:
    """Run an app that shows nothing."""
    app: App[None] = App()
    async with app.run_test() as pilot:
        yield pilot


async def told(pilot: Pilot[None]) -> str:
    """Return the newest notification."""
    await pilot.pause(0)
    return list(pilot.app._notifications)[-1].message


def content(file: Path) -> str:
    """Return what is in a file that nobody but its owner can read."""
    assert file.stat().st_mode & 0o077 == 0
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("environment", "has"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "tmux-256color"}, True),
        ({}, True),
        ({"TERM": "linux"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, False),
    ],
)
def test_terminals_without_a_clipboard_sequence_are_known(
    environment: dict[str, str],
    has: bool,  # noqa: FBT001  # a parameter of pytest
) -> None:
    """All others are taken at their word."""
    assert has_clipboard(environment) is has


async def test_a_copy_goes_through_the_terminal() -> None:
    """And says so, with its size."""
    async with an_app() as pilot:
        copy(pilot.app, "4bf92f35", what="trace id")

        assert pilot.app.clipboard == "4bf92f35"
        assert await told(pilot) == "copied trace id, 8 B"


async def test_the_largest_copy_still_goes_through_the_terminal() -> None:
    """Its size is counted in bytes, as terminals do."""
    async with an_app() as pilot:
        copy(pilot.app, "é" * (MAX_CLIPBOARD_BYTES // 2), what="tree as text")

        assert len(pilot.app.clipboard) == MAX_CLIPBOARD_BYTES // 2
        assert await told(pilot) == "copied tree as text, 73.2 KiB"


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("linux", "short"),
        ("xterm", "é" * MAX_CLIPBOARD_BYTES),
        ("linux", "lone \ud800 [b]x[/b]"),
    ],
)
async def test_what_a_terminal_cannot_take_goes_to_a_file(
    term: str, text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whole, with the file's name on screen; only its owner can read it."""
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    async with an_app() as pilot:
        copy(pilot.app, text, what="span as JSON")

        match = re.fullmatch(r"wrote span as JSON, .+, to (.+\.txt)", await told(pilot))
        assert match
        assert content(Path(match[1])) == text.replace("\ud800", "?")
        assert pilot.app.clipboard == ""


async def test_what_can_be_written_nowhere_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And the UI goes on."""
    monkeypatch.setenv("TERM", "linux")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    async with an_app() as pilot:
        copy(pilot.app, "text", what="span as JSON")

        assert await told(pilot) == "cannot copy span as JSON: No such file or directory"


async def test_half_a_character_is_copied_as_a_question_mark() -> None:
    """A terminal takes only what is UTF-8."""
    async with an_app() as pilot:
        copy(pilot.app, "lone \ud800", what="attribute")

        assert pilot.app.clipboard == "lone ?"
