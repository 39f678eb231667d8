"""The query bar over the list: results while typing, no query lost, no key held up."""

from pathlib import Path

from textual.events import Paste

from devtrace.store.ring import TraceStore
from devtrace.tui.kept_state import KeptState
from devtrace.tui.screens.traces import TracesScreen
from devtrace.tui.widgets.query_bar import QueryBar
from devtrace.tui.widgets.trace_list import TraceList
from devtrace.tui.widgets.traces_welcome import TracesWelcome
from tests.builders import a_batch, a_span
from tests.tui.rig import Rig, opened


def a_store() -> TraceStore:
    """Return a store of four traces, of which two failed."""
    store = TraceStore()
    for name in "abcd":
        status = 2 if name in "bd" else 0
        attributes = {"http.route": f"/{name}"}
        span = a_span(trace=name, name=f"span {name}", status=status, attributes=attributes)
        store.consume(a_batch(span))
    return store


async def type_in(rig: Rig, text: str) -> None:
    """Type a text as fast as a terminal pastes it."""
    await rig.press(*text)


def bar(rig: Rig) -> QueryBar:
    """Return the query bar."""
    found = rig.one(QueryBar)
    assert isinstance(found, QueryBar)
    return found


async def ask(rig: Rig, text: str) -> None:
    """Type a query and keep it."""
    await rig.press("slash")
    await type_in(rig, text)
    await rig.press("enter")
    await rig.until(lambda: not bar(rig).is_open and rig.one(TraceList).has_focus)
    await rig.settle()


async def test_results_are_there_while_typing() -> None:
    """Without Enter, and the letters are no keys meanwhile."""
    async with opened(a_store()) as rig:
        await rig.press("slash")
        await type_in(rig, "status=error")
        await rig.until(lambda: "2 of 4 traces" in rig.text)
        await rig.settle()

        assert bar(rig).is_open
        assert rig.one(TraceList).row_count() == 2
        assert isinstance(rig.screen, TracesScreen)


async def test_enter_keeps_the_query_and_gives_the_list_the_keys() -> None:
    """The line stays and says what holds."""
    async with opened(a_store()) as rig:
        await ask(rig, "status=error")
        await rig.press("up")

        assert "/ status=error" in rig.lines[1]
        assert "2 of 4 traces" in rig.lines[1]
        assert "span b" in rig.one(TraceList).render_line(1).text
        assert rig.one(TraceList).cursor == 0


async def test_what_arrives_and_matches_is_listed() -> None:
    """And what does not match is only counted."""
    async with opened(a_store()) as rig:
        await ask(rig, "status=error")
        rig.store.consume(a_batch(a_span(trace="e", name="span e")))
        rig.store.consume(a_batch(a_span(trace="f", name="span f", status=2)))
        await rig.until(lambda: "3 of 6 traces" in rig.text)
        await rig.settle()

        assert rig.one(TraceList).row_count() == 3


async def test_esc_clears_and_up_brings_the_query_back() -> None:
    """From the bar as from the list, and down goes forth again."""
    async with opened(a_store()) as rig:
        await ask(rig, "status=error")
        await rig.press("escape")
        await rig.until(lambda: rig.one(TraceList).row_count() == 4)
        assert not bar(rig).has_class("-shown")

        await rig.press("slash")
        await type_in(rig, "span")
        await rig.press("escape")
        await rig.until(lambda: rig.one(TraceList).has_focus)
        await rig.press("slash", "up")
        assert bar(rig).text == "span"
        await rig.press("up", "up")
        assert bar(rig).text == "status=error"
        await rig.press("down", "down")
        assert bar(rig).text == ""


async def test_an_error_stands_under_its_caret_and_the_results_stay() -> None:
    """The sentence names what was probably meant."""
    async with opened(a_store()) as rig:
        await ask(rig, "status=error")
        await rig.press("slash")
        rig.app.post_message(Paste(" foo=1"))
        await rig.until(lambda: bar(rig).text == "status=error foo=1")
        await rig.press("enter")
        await rig.until(lambda: "^^^" in rig.text)

        line, caret, message = rig.lines[1:4]
        assert caret.index("^^^") == line.index("foo")
        assert "foo" in message
        assert bar(rig).is_open
        assert rig.one(TraceList).row_count() == 2


async def test_tab_takes_the_first_of_what_is_offered() -> None:
    """Fields, operators, attributes that were seen, and their values."""
    async with opened(a_store()) as rig:
        await rig.press("slash")
        await type_in(rig, ".http.ro")
        assert ".http.route" in rig.lines[2]
        await rig.press("tab")
        assert bar(rig).text == ".http.route"
        await type_in(rig, "=/")
        await rig.press("tab")
        assert bar(rig).text == ".http.route=/d"
        await rig.press("enter")
        await rig.until(lambda: "1 of 4 traces" in rig.text)


async def test_nothing_found_is_not_nothing_received() -> None:
    """The list is empty, the bar says so, and no key does harm."""
    async with opened(a_store()) as rig:
        await ask(rig, "nowhere")
        assert "0 of 4 traces" in rig.text
        assert not rig.one(TracesWelcome).display
        assert "span d" not in rig.text
        await rig.press("enter", "e", "o", "p", "y", "f", "down", "home", "end")
        assert isinstance(rig.screen, TracesScreen)

        await rig.press("escape")
        await rig.until(lambda: rig.one(TraceList).row_count() == 4)
        assert "span d" in rig.text


async def test_the_history_outlives_the_run(tmp_path: Path) -> None:
    """A query that was kept is there the next time."""
    path = tmp_path / "state.json"
    async with opened(a_store(), state=KeptState(path)) as rig:
        await ask(rig, "status=error")
    async with opened(a_store(), state=KeptState(path)) as rig:
        await rig.press("slash", "up")
        assert bar(rig).text == "status=error"


async def test_the_theme_outlives_the_run_and_a_broken_file_is_told(tmp_path: Path) -> None:
    """The run begins all the same."""
    path = tmp_path / "state.json"
    async with opened(state=KeptState(path)) as rig:
        await rig.press("t")
    async with opened(state=KeptState(path)) as rig:
        assert rig.app.theme == "devtrace-light"
    path.write_text("{")
    async with opened(state=KeptState(path)) as rig:
        assert rig.app.theme == "devtrace-dark"
        assert rig.toasts[0].startswith(f"cannot read {path}")


async def test_an_empty_list_has_nothing_to_ask_for() -> None:
    """The welcome stays."""
    async with opened() as rig:
        await rig.press("slash")

        assert "Nothing received yet." in rig.text
        assert not bar(rig).has_class("-shown")


async def test_the_bar_gives_way_in_a_terminal_that_is_too_small() -> None:
    """And is whole again afterwards."""
    async with opened(a_store()) as rig:
        await ask(rig, "status=error")
        await rig.until(lambda: "2 of 4 traces" in rig.text)
        await rig.resize(39, 9)
        assert "devtrace needs at least" in rig.text
        assert "status=error" not in rig.text
        for size in ((60, 20), (120, 40)):
            await rig.resize(*size)
            assert "/ status=error" in rig.lines[1]
            assert "2 of 4 traces" in rig.lines[1]


async def test_a_pasted_page_is_an_error_and_nothing_else() -> None:
    """Ten thousand characters are more than a query may have; the list stays as it was."""
    async with opened(a_store()) as rig:
        for text in ("x " * 5_000, "(" * 10_000, "s" * 10_000, '"' * 9_999, "{a}&&" * 2_000):
            await rig.press("slash")
            rig.app.post_message(Paste(text))
            await rig.until(lambda: "10000 characters" in rig.text or "9999 char" in rig.text)
            assert rig.one(TraceList).row_count() == 4
            await rig.press("escape")
            await rig.until(lambda: not bar(rig).text)
