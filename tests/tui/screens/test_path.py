"""A path is asked for until there is nothing to say against it."""

from pathlib import Path

from textual.widgets import Input

from devtrace.tui.screens.path import Objection, PathScreen
from tests.tui.rig import Rig, opened


async def ask(rig: Rig, screen: PathScreen) -> list[Path | None]:
    """Show *screen* and return the list its answer will be in."""
    answers: list[Path | None] = []
    rig.app.push_screen(screen, answers.append)
    await rig.settle()
    return answers


async def test_the_default_can_be_taken_as_it_is() -> None:
    """Enter is enough."""
    async with opened() as rig:
        answers = await ask(
            rig, PathScreen("Save", default="traces.jsonl", objection=lambda _: None)
        )
        assert "Save" in rig.text

        await rig.press("enter")

        assert answers == [Path("traces.jsonl")]


async def test_the_home_folder_is_known_by_its_sign() -> None:
    """As in a shell."""
    async with opened() as rig:
        answers = await ask(rig, PathScreen("Open", objection=lambda _: None))
        rig.screen.query_one(Input).value = " ~/traces "

        await rig.press("enter")

        assert answers == [Path.home() / "traces"]


async def test_nothing_typed_is_no_answer_and_escape_is_none() -> None:
    """The question stays until it is answered or waved off."""
    async with opened() as rig:
        answers = await ask(rig, PathScreen("Open", objection=lambda _: None))

        await rig.press("enter")
        assert answers == []
        await rig.press("escape")
        assert answers == [None]


async def test_an_objection_can_be_overruled_only_if_it_says_so() -> None:
    """And only for the path it was made to."""
    objections = {"a": Objection("a exists", can_be_overruled=True), "b": Objection("b is bad")}
    async with opened() as rig:
        answers = await ask(
            rig, PathScreen("Save", objection=lambda path: objections.get(str(path)))
        )
        typed = rig.screen.query_one(Input)
        for text in ("b", "b", "a", "b"):
            typed.value = text
            await rig.press("enter")
            assert objections[text].text in rig.text
        assert answers == []

        typed.value = "a"
        await rig.press("enter", "enter")

        assert answers == [Path("a")]
