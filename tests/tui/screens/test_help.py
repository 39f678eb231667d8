"""Every key is on the page of keys, those of the screen in view first."""

import pytest

from devtrace.tui.actions import ACTIONS, Scope
from devtrace.tui.screens.help import HelpScreen
from devtrace.tui.theme import DARK, Mark, palette_of
from tests.tui.rig import opened
from tests.tui.screens.test_traces import a_store


def page(here: Scope | None) -> str:
    """Return the page as it is written for a screen."""
    return HelpScreen(here)._page(palette_of(DARK.name), 50).plain


@pytest.mark.parametrize("here", [None, *Scope])
def test_the_page_has_every_key_and_every_mark(here: Scope | None) -> None:
    """From every screen the same, in another order."""
    text = page(here)
    flowing = " ".join(text.split())

    for action in ACTIONS:
        assert action.shown_keys in text
        assert " ".join(action.help.split()) in flowing
    for mark in (Mark.ERROR, Mark.ORPHAN, Mark.FINDING, Mark.PARTIAL, Mark.PINNED):
        assert mark in text
    if here is not None:
        assert text.startswith(f"{here.value}\n")


@pytest.mark.parametrize(
    ("keys", "first", "close"),
    [
        ([], "Traces", "escape"),
        (["enter"], "A trace", "q"),
        (["6"], "Scenarios", "question_mark"),
    ],
)
async def test_it_opens_on_the_keys_of_the_screen_in_view(
    keys: list[str], first: str, close: str
) -> None:
    """Three keys close it, and the screen below is as it was."""
    async with opened(a_store()) as rig:
        await rig.press(*keys)
        below = type(rig.screen)
        await rig.press("question_mark")

        assert isinstance(rig.screen, HelpScreen)
        assert "Esc closes" in rig.text
        assert any(f"│  {first}  " in line for line in rig.lines[:8])

        await rig.press(close)
        assert type(rig.screen) is below
        assert rig.app.is_running


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20), (40, 12)])
async def test_it_can_be_read_to_its_end_at_every_size(size: tuple[int, int]) -> None:
    """With the same keys as everything else."""
    async with opened(a_store(), size=size) as rig:
        await rig.press("question_mark")
        await rig.press("end")

        await rig.until(lambda: "waits" in rig.text)


async def test_the_list_goes_on_below_the_page() -> None:
    """Reading help pauses nothing."""
    store = a_store()
    async with opened(store) as rig:
        await rig.press("question_mark")
        before = len(rig.app.screen_stack)
        await rig.press("space", "1", "6", "enter")

        assert len(rig.app.screen_stack) == before
