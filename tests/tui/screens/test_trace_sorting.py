"""The list is sorted by its columns, says so in its head, and holds the chosen trace still."""

from pathlib import Path

from devtrace.store.ring import TraceStore
from devtrace.tui.kept_state import KeptState
from devtrace.tui.screens.traces import TracesScreen
from devtrace.tui.sorting import Sorting
from devtrace.tui.view import TraceView
from devtrace.tui.widgets.trace_list import TraceList
from tests.builders import a_batch, a_span, trace_id_of
from tests.tui.rig import Rig, opened

TOOK = {"a": 30, "b": 90, "c": 10, "d": 60, "e": 20}


def receive(store: TraceStore, trace: str, took: int, *, errors: int = 0) -> None:
    """Let a trace arrive whose root took *took* ms, with *errors* failed spans in it."""
    failed = (
        a_span(f"f{number}", trace=trace, parent="root", duration_ms=1, status=2)
        for number in range(errors)
    )
    root = a_span("root", trace=trace, name=f"span {trace}", duration_ms=took)
    store.consume(a_batch(root, *failed))


def a_store() -> TraceStore:
    """Return a store with five traces."""
    store = TraceStore()
    for number, (trace, took) in enumerate(TOOK.items()):
        receive(store, trace, took, errors=number % 3)
    return store


def view_of(rig: Rig) -> TraceView:
    """Return the view behind the list."""
    assert isinstance(rig.screen, TracesScreen)
    return rig.screen.desk.view


def order(rig: Rig) -> str:
    """Return the one-letter names of the rows from the top."""
    view = view_of(rig)
    names = {trace_id_of(chr(code)): chr(code) for code in range(ord("a"), ord("z"))}
    return "".join(names[view.id_at(row)] for row in range(len(view)))


def head(rig: Rig) -> str:
    """Return the line that names the columns."""
    return next(line for line in rig.lines if "service" in line and "trace" in line)


async def test_keys_sort_by_the_next_and_the_previous_column() -> None:
    """The head says by which and in which direction; nothing is left to colour."""
    async with opened(a_store()) as rig:
        assert (order(rig), "time▲" in head(rig)) == ("abcde", True)
        await rig.press("greater_than_sign")
        assert (order(rig), "took▼" in head(rig)) == ("bdaec", True)
        assert "time▲" not in head(rig)
        await rig.press("o")
        assert (order(rig), "took▲" in head(rig)) == ("ceadb", True)

        await rig.press("greater_than_sign", "greater_than_sign")
        assert (order(rig)[:1], view_of(rig).sorting) == ("c", Sorting.ERRORS)
        await rig.press("less_than_sign", "less_than_sign", "less_than_sign")
        assert (order(rig), "time▲" in head(rig)) == ("abcde", True)


async def test_a_click_on_a_heading_sorts_and_a_second_one_turns() -> None:
    """The mouse does what the keys do."""
    async with opened(a_store()) as rig:
        for expected in ("bdaec", "ceadb"):
            x = head(rig).index("took") + 1
            await rig.pilot.click(TraceList, offset=(x, 0))
            await rig.until(lambda expected=expected: order(rig) == expected)
        await rig.pilot.click(TraceList, offset=(head(rig).index("service"), 0))
        await rig.settle()
        assert order(rig) == "ceadb"


async def test_the_order_is_kept_between_runs(tmp_path: Path) -> None:
    """Column and direction; one that no version knows is the default."""
    path = tmp_path / "state.json"
    async with opened(a_store(), state=KeptState(path)) as rig:
        await rig.press("greater_than_sign", "o")
    async with opened(a_store(), state=KeptState(path)) as rig:
        assert order(rig) == "ceadb"

    KeptState(path).choose_sort("colour", largest_first=True)
    async with opened(a_store(), state=KeptState(path)) as rig:
        assert order(rig) == "abcde"


async def test_a_chosen_trace_stays_on_its_line_while_others_come_and_go() -> None:
    """Slower ones go above it and are counted once they are out of sight."""
    store = TraceStore()
    for number in range(60):
        receive(store, f"t{number}", 100 + number)
    async with opened(store) as rig:
        await rig.press("greater_than_sign", *["down"] * 4)
        chosen = view_of(rig).selected
        line = rig.one(TraceList).cursor - rig.one(TraceList).top

        for number in range(3):
            receive(store, f"slow{number}", 1_000 + number)
        receive(store, "fast", 1)
        await rig.until(lambda: "+3 ↑" in rig.text)

        widget = rig.one(TraceList)
        assert view_of(rig).selected == chosen
        assert widget.cursor - widget.top == line
        assert view_of(rig).id_at(widget.cursor) == chosen

        await rig.press("home")
        assert view_of(rig).selected == trace_id_of("slow2")
        receive(store, "slowest", 9_000)
        await rig.until(lambda: view_of(rig).selected == trace_id_of("slowest"))
