"""Queries with names: saved, taken and deleted, and what is said when there is none."""

from devtrace.store.ring import TraceStore
from devtrace.tui.kept_state import KeptState
from devtrace.tui.screens.pick import PickScreen
from devtrace.tui.widgets.trace_list import TraceList
from tests.tui.rig import opened
from tests.tui.shop_trace import send, shop_trace


def a_store() -> TraceStore:
    """Return a store with one checkout that went well and one that was declined."""
    store = TraceStore()
    send(store, shop_trace(name="one"))
    send(store, shop_trace("failed_charge", name="two", start_ms=900))
    return store


async def test_without_a_query_it_is_said_what_to_do() -> None:
    """For saving and for taking, with the keys."""
    async with opened(a_store(), shows_toasts=True) as rig:
        await rig.press("w")
        await rig.until(lambda: "there is no query to save: press / and type one" in rig.text)
        await rig.press("Q")
        await rig.until(lambda: "no query is saved: w saves the one that holds" in rig.text)


async def test_a_query_is_saved_taken_and_deleted() -> None:
    """What is taken narrows the list, and is the newest of the history."""
    state = KeptState()
    async with opened(a_store(), state=state) as rig:
        await rig.press("slash", *"status=error", "enter")
        await rig.until(lambda: rig.one(TraceList).has_focus)
        await rig.press("w")
        await rig.until(lambda: "Save status=error as" in rig.text)
        await rig.press(*"bad", "enter")
        await rig.until(lambda: state.queries == {"bad": "status=error"})
        await rig.press("escape")
        await rig.until(lambda: "of 2 traces" not in rig.text)

        await rig.press("Q")
        await rig.until(lambda: "bad   status=error" in rig.text)
        await rig.press("enter")
        await rig.until(lambda: "1 of 2 traces" in rig.text)
        assert state.history[-1] == "status=error"

        await rig.press("Q")
        await rig.until(lambda: isinstance(rig.screen, PickScreen))
        await rig.press("delete")
        await rig.until(lambda: not state.queries)
