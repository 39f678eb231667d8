"""The page of keys has those that work where it was asked for, and no others."""

from typing import cast

import pytest

from devtrace.tui.actions import ACTIONS, Scope, actions_in
from devtrace.tui.keymap import NO_KEY
from devtrace.tui.screens.help import HelpScreen
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.theme import DARK, Mark, palette_of
from tests.tui.rig import opened
from tests.tui.screens.test_traces import a_store


@pytest.mark.parametrize("here", Scope)
def test_the_page_has_every_action_it_is_given_and_every_mark(here: Scope) -> None:
    """Each under the name of where it works."""
    actions = tuple(actions_in(here, Scope.APP))
    text = HelpScreen(actions)._page(palette_of(DARK.name), 50).plain
    flowing = " ".join(text.split())

    for action in actions:
        assert action.shown_keys in text
        assert " ".join(action.help.split()) in flowing
    for mark in (Mark.ERROR, Mark.ORPHAN, Mark.FINDING, Mark.PARTIAL, Mark.PINNED):
        assert mark in text
    assert text.startswith(f"{actions[0].scope.value}\n")


SCREENS = {
    "traces": [],
    "a trace": ["enter"],
    "its detail": ["enter", "tab"],
    "flame": ["enter", "v"],
    "table": ["enter", "v", "v"],
    "its logs": ["enter", "v", "v", "v"],
    "raw": ["enter", "V"],
    "services": ["2"],
    "operations": ["3"],
    "found": ["3", "enter"],
    "logs": ["4"],
    "metrics": ["5"],
    "scenarios": ["6"],
    "diagnostics": ["exclamation_mark"],
}


@pytest.mark.parametrize("keys", SCREENS.values(), ids=SCREENS)
async def test_help_and_what_is_bound_are_the_same(keys: list[str]) -> None:
    """Each key in help does something where it was asked for, and each that does is in help."""
    async with opened(a_store()) as rig:
        await rig.press(*keys)
        screen = cast("LiveScreen", rig.screen)
        told = {
            key: action.id for action in screen.actions_here() for key in action.keys.split(",")
        }
        known = {each.id for each in ACTIONS}
        bound = {
            key: active.binding.action
            for key, active in screen.active_bindings.items()
            if active.enabled and active.binding.action in known and key != NO_KEY
        }

        assert told == bound


async def test_a_view_has_only_its_own_keys_in_help() -> None:
    """Without a tree there is nothing to fold, and a view's key hides that of the screen."""
    async with opened(a_store()) as rig:
        await rig.press("enter", "v", "question_mark")

        assert "Let the selected span take" in rig.text
        assert "Unfold one level more" not in rig.text
        assert "filter" not in rig.text


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
