"""What is saved, muted or asked for by an attribute is picked from a list."""

from pathlib import Path

from textual.widgets import Input, OptionList

from devtrace.store.ring import TraceStore
from devtrace.tui.kept_state import KeptState
from devtrace.tui.screens.ask import AskScreen
from devtrace.tui.screens.pick import PickScreen
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.screens.traces import TracesScreen
from devtrace.tui.widgets.query_bar import QueryBar
from devtrace.tui.widgets.trace_list import TraceList
from tests.builders import a_batch, a_span
from tests.tui.rig import Rig, opened


def a_store() -> TraceStore:
    """Return a store of three traces; two of them have an attribute in common."""
    store = TraceStore()
    for name in "abc":
        attributes = {"http.route": "/a b" if name in "ac" else "/x", "retry": True}
        store.consume(a_batch(a_span(trace=name, name=f"span {name}", attributes=attributes)))
    return store


async def ask(rig: Rig, text: str) -> None:
    """Type a query and keep it."""
    await rig.press("slash", *text, "enter")
    await rig.until(lambda: rig.one(TraceList).has_focus)
    await rig.settle()


async def until_on(rig: Rig, screen: type) -> None:
    """Wait until a screen of some kind is on top."""
    await rig.until(lambda: isinstance(rig.screen, screen))
    await rig.settle()


async def test_a_query_is_saved_under_a_name_and_taken_again(tmp_path: Path) -> None:
    """In the next run, too; `d` deletes it."""
    path = tmp_path / "state.json"
    async with opened(a_store(), state=KeptState(path)) as rig:
        await rig.press("w")
        assert rig.toasts == ["there is no query to save: press / and type one"]
        await ask(rig, "span b")
        await rig.press("w")
        await until_on(rig, AskScreen)
        await rig.until(lambda: rig.one(Input).has_focus)
        await rig.press(*"mine", "enter")
        await until_on(rig, TracesScreen)
        assert rig.toasts[-1] == "saved as mine"
    async with opened(a_store(), state=KeptState(path)) as rig:
        await rig.press("Q")
        await until_on(rig, PickScreen)
        assert "mine   span b" in rig.text
        await rig.until(lambda: rig.one(OptionList).has_focus)
        await rig.press("enter")
        await until_on(rig, TracesScreen)
        assert "/ span b" in rig.lines[1]

        await rig.press("Q")
        await until_on(rig, PickScreen)
        await rig.until(lambda: rig.one(OptionList).has_focus)
        if rig.one(OptionList).highlighted is None:
            await rig.press("down")
        await rig.press("d")
        await until_on(rig, TracesScreen)
        await rig.press("Q")
        assert rig.toasts[-1].startswith("no query is saved")
    assert KeptState(path).queries == {}


async def test_x_hides_what_begins_like_the_selected_trace(tmp_path: Path) -> None:
    """What comes later too; how much is muted stands in the status line; `M` unmutes."""
    path = tmp_path / "state.json"
    async with opened(a_store(), state=KeptState(path)) as rig:
        await rig.press("M")
        assert rig.toasts[-1].startswith("nothing is muted")
        await rig.press("up", "x")
        await rig.until(lambda: rig.one(TraceList).row_count() == 2)
        await rig.settle()
        assert "span b" not in rig.one(TraceList).render_line(2).text
        assert "muted 1" in rig.text
        rig.store.consume(a_batch(a_span(trace="d", name="span b")))
        rig.store.consume(a_batch(a_span(trace="e", name="span e")))
        await rig.until(lambda: rig.one(TraceList).row_count() == 3)

    async with opened(a_store(), state=KeptState(path)) as rig:
        await rig.until(lambda: rig.one(TraceList).row_count() == 2)
        await rig.press("M")
        await until_on(rig, PickScreen)
        assert "shop   span b" in rig.text
        await rig.until(lambda: rig.one(OptionList).has_focus)
        await rig.press("enter")
        await until_on(rig, TracesScreen)
        await rig.until(lambda: rig.one(TraceList).row_count() == 3)
        await rig.settle()
        assert "muted" not in rig.text


async def test_an_attribute_of_a_span_narrows_the_list() -> None:
    """`f` keeps those that have it, `F` those that have not."""
    async with opened(a_store()) as rig:
        for key, query in (
            ("f", '.http.route="/a b"'),
            ("F", '{.http.route="/a b"} && !{.retry=true}'),
        ):
            await rig.press("enter")
            await until_on(rig, TraceScreen)
            await rig.press(key)
            await until_on(rig, PickScreen)
            assert "http.route = /a b" in rig.text
            await rig.until(lambda: rig.one(OptionList).has_focus)
            options = [str(each.prompt) for each in rig.one(OptionList).options]
            name = "http.route" if key == "f" else "retry"
            await rig.press(
                *["down"] * next(n for n, each in enumerate(options) if name in each)
            )
            await rig.press("enter")
            await until_on(rig, TracesScreen)
            await rig.until(lambda query=query: rig.one(QueryBar).text == query)
            expected = 2 if key == "f" else 0
            await rig.until(
                lambda expected=expected: rig.one(TraceList).row_count() == expected
            )


async def test_esc_picks_nothing() -> None:
    """Everything is as it was."""
    async with opened(a_store()) as rig:
        await rig.press("enter")
        await until_on(rig, TraceScreen)
        await rig.press("f")
        await until_on(rig, PickScreen)
        await rig.press("escape")
        await until_on(rig, TraceScreen)
