"""Keys that come in one burst act as if each had been typed after a look at the screen."""

from collections.abc import Sequence
from typing import Any

import pytest
from textual.events import Key, Paste
from textual.screen import Screen
from textual.widgets import Input

from devtrace.store.ring import TraceStore
from devtrace.tui.screens.compare import CompareScreen
from devtrace.tui.screens.contrast import ContrastScreen
from devtrace.tui.screens.copy import CopyScreen
from devtrace.tui.screens.path import PathScreen
from devtrace.tui.screens.pick import PickScreen
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.screens.traces import TracesScreen
from devtrace.tui.widgets.query_bar import QueryBar
from tests.builders import a_batch, a_span
from tests.tui.rig import Rig, opened
from tests.tui.shop_logs import shop_logs

_NAMES = {" ": "space", "=": "equals_sign"}
ERRORS = ("slash", *"status=error", "enter")


def a_store() -> TraceStore:
    """Return a store of four traces, of which two failed."""
    store = TraceStore()
    for name in "abcd":
        span = a_span(trace=name, name=f"span {name}", status=2 if name in "bd" else 0)
        store.consume(a_batch(span))
    return store


def type_ahead(rig: Rig, *keys: str) -> None:
    """Hand keys to the application back to back, as a terminal does with a burst."""
    for key in keys:
        name = _NAMES.get(key, key)
        rig.app.post_message(Key(name, key if len(key) == 1 else None))


def typed(rig: Rig) -> str:
    """Return what stands in the line on the screen on top that has the keys."""
    focused = rig.screen.focused
    return focused.value if isinstance(focused, Input) else ""


def query(rig: Rig) -> str:
    """Return what the query bar of the screen on top holds."""
    bars = rig.screen.query(QueryBar)
    return bars.first().text if bars else ""


@pytest.mark.parametrize(
    ("opening", "text"),
    [
        (("slash",), "status=error"),
        (("enter", "slash"), "some span"),
        (("3", "slash"), "some span"),
        (("4", "slash"), "some record"),
        (("3", "="), "status=error"),
        ((*ERRORS, "w"), "those that stop"),
        (("enter", "v", "v", "a"), "some.key"),
        (("O",), "somewhere"),
        (("1", "2", "3", "4", "1", "slash"), "sO"),
    ],
)
async def test_what_opens_a_line_has_the_letters_behind_it(
    opening: Sequence[str], text: str
) -> None:
    """None of them is a key of the screen below, whatever that could do with it."""
    async with opened(a_store(), logs=shop_logs()) as rig:
        type_ahead(rig, *opening, *text)
        await rig.until(lambda: typed(rig).endswith(text))


async def test_a_path_is_typed_behind_the_key_that_asks_for_it() -> None:
    """The proposed name is changed, and nothing else happens."""
    async with opened(a_store()) as rig:
        type_ahead(rig, "s", *"qX")
        await rig.until(lambda: typed(rig).endswith(".jsonlqX"))
        assert isinstance(rig.screen, PathScreen)
        type_ahead(rig, "escape", "slash", *"qX")
        await rig.until(lambda: isinstance(rig.screen, TracesScreen) and typed(rig) == "qX")


@pytest.mark.parametrize(
    ("keys", "screen"),
    [
        ((*ERRORS, "enter"), TraceScreen),
        (("m", "up", "="), CompareScreen),
        (("enter", "m", "escape", "up", "enter", "="), CompareScreen),
        (("3", "=", *"status=error", "enter", "enter"), ContrastScreen),
        ((*ERRORS, "w", *"name", "enter", "Q"), PickScreen),
        (("y",), CopyScreen),
        (("!", "escape", "enter"), TraceScreen),
        (("question_mark", "escape", "enter"), TraceScreen),
        (("2", "1", "enter"), TraceScreen),
    ],
)
async def test_keys_act_on_the_screen_that_the_one_before_opened(
    keys: Sequence[str], screen: type[Screen[Any]]
) -> None:
    """Also when that is several screens further, and there and back."""
    async with opened(a_store()) as rig:
        type_ahead(rig, *keys)
        await rig.until(lambda: isinstance(rig.screen, screen))


async def test_a_trace_is_looked_at_in_the_next_way_at_once() -> None:
    """`v` behind Enter is of the trace, not of the list."""
    async with opened(a_store()) as rig:
        type_ahead(rig, "enter", "v")
        await rig.until(
            lambda: isinstance(rig.screen, TraceScreen) and rig.screen.has_class("-flame")
        )
        assert rig.app._desk.state.shows_strip


async def test_a_paste_goes_where_the_key_before_it_leads() -> None:
    """A terminal sends both at once."""
    async with opened(a_store()) as rig:
        type_ahead(rig, "slash")
        rig.app.post_message(Paste("status=error"))
        await rig.until(lambda: query(rig) == "status=error")


async def test_a_long_burst_is_typed_in_order() -> None:
    """Not a letter is lost or out of place."""
    text = "0123456789" * 30
    async with opened(a_store()) as rig:
        type_ahead(rig, "slash", *text)
        await rig.until(lambda: len(query(rig)) >= len(text))
        assert query(rig) == text


async def test_what_never_rests_holds_no_key_up_for_ever() -> None:
    """A widget at work costs a bounded number of turns."""
    async with opened(a_store()) as rig:
        rig.app._is_at_rest = lambda: False  # type: ignore[method-assign]
        type_ahead(rig, "down", "slash")
        await rig.until(lambda: rig.one(QueryBar).is_open)


async def test_a_key_alone_is_not_held_up() -> None:
    """It is on its way before anything else is looked at."""
    async with opened(a_store()) as rig:
        await rig.until(lambda: not rig.app.has_keys_to_do)
        looks = []
        rig.app._is_at_rest = lambda: bool(looks.append(rig.one(QueryBar).is_open)) or True  # type: ignore[func-returns-value,method-assign]
        type_ahead(rig, "down")
        await rig.until(lambda: looks)
        assert not rig.app._typed
