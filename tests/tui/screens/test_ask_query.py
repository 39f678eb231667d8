"""A query is asked for with the bar's completion, history and caret; only a right one is given."""

from devtrace.tui.screens.ask_query import AskQueryScreen
from devtrace.tui.seen_attributes import SeenAttributes
from devtrace.tui.widgets.query_bar import QueryBar
from tests.tui.rig import Rig, opened


async def ask(rig: Rig, *, takes_nothing: str = "") -> list[str | None]:
    """Ask, and return where the answer will be."""
    answers: list[str | None] = []
    screen = AskQueryScreen(
        "Which",
        default="",
        history=["earlier=1", "status=ok"],
        seen=SeenAttributes(),
        takes_nothing=takes_nothing,
    )
    rig.app.push_screen(screen, answers.append)
    await rig.until(lambda: rig.screen is screen and screen._bar.is_open)
    return answers


async def test_a_wrong_query_stays_with_its_caret() -> None:
    """Mended, it is given."""
    async with opened() as rig:
        answers = await ask(rig)
        await rig.press(*"statuss=ok", "enter")
        await rig.until(lambda: "did you mean 'status'?" in rig.text)
        assert answers == []
        for _ in range(4):
            await rig.press("backspace")
        await rig.press(*"=ok", "enter")
        await rig.until(lambda: answers == ["status=ok"])


async def test_earlier_ones_are_a_key_away_and_escape_gives_none() -> None:
    """Nothing was asked then."""
    async with opened() as rig:
        answers = await ask(rig)
        await rig.press("up")
        await rig.until(lambda: rig.one(QueryBar).text == "status=ok")
        await rig.press("escape")
        await rig.until(lambda: answers == [None])


async def test_nothing_is_an_answer_where_it_means_something() -> None:
    """Else it is none."""
    async with opened() as rig:
        answers = await ask(rig, takes_nothing="nothing: all")
        await rig.press("enter")
        await rig.until(lambda: answers == [""])
        answers = await ask(rig)
        await rig.press("enter")
        await rig.until(lambda: answers == [None])
