"""A word is asked for, and an empty answer is none."""

from textual.widgets import Input

from devtrace.tui.screens.ask import AskScreen
from tests.tui.rig import opened


async def test_what_is_typed_is_given_without_blanks() -> None:
    """Nothing but blanks keeps the question; Esc gives None."""
    given: list[str | None] = []
    async with opened() as rig:
        rig.app.push_screen(AskScreen("Which?", default="a"), given.append)
        await rig.until(lambda: isinstance(rig.app.focused, Input))
        await rig.press("b", "space", "enter")
        await rig.until(lambda: given)
        assert given == ["ab"]

        await rig.until(lambda: not isinstance(rig.screen, AskScreen))
        rig.app.push_screen(AskScreen("Which?", placeholder="x"), given.append)
        await rig.until(lambda: isinstance(rig.app.focused, Input))
        await rig.press("space", "enter")
        assert isinstance(rig.screen, AskScreen)
        await rig.press("escape")
        await rig.until(lambda: len(given) == 2)
        assert given[1] is None
