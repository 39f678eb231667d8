"""`/` over the logs lists only what matches, while one types."""

from devtrace.store.logs import LogStore
from devtrace.tui.kept_state import KeptState
from devtrace.tui.widgets.log_detail import LogDetail
from devtrace.tui.widgets.log_list import LogList
from devtrace.tui.widgets.query_bar import QueryBar
from tests.builders import a_log, a_log_batch
from tests.tui.rig import Rig, opened


def some_logs() -> LogStore:
    """Return a store of three records, of which one is an error and two have an order."""
    store = LogStore()
    store.consume_logs(
        a_log_batch(
            a_log("first order", attributes={"order.id": "007"}),
            a_log("declined", at_ms=1, severity=17, attributes={"order.id": "008"}),
            a_log("unrelated", at_ms=2),
        )
    )
    return store


async def open_logs(rig: Rig) -> None:
    """Show the logs."""
    await rig.press("4")
    await rig.until(lambda: "unrelated" in rig.text)


async def test_the_list_narrows_while_a_query_is_typed() -> None:
    """With a count; Enter keeps it, Escape takes it away, Up brings it back."""
    async with opened(logs=some_logs()) as rig:
        await open_logs(rig)
        await rig.press("slash", *"severity>=error")
        await rig.until(lambda: "1 of 3 records" in rig.text)
        assert "first order" not in rig.text
        await rig.press("enter")
        await rig.until(lambda: rig.one(LogList).has_focus)
        assert "1 of 3 records" in rig.text

        await rig.press("escape")
        await rig.until(lambda: "first order" in rig.text)
        await rig.press("slash", "up")
        await rig.until(lambda: rig.one(QueryBar).text == "severity>=error")


async def test_a_field_that_records_do_not_have_is_said_under_its_caret() -> None:
    """The list stays as it was."""
    async with opened(logs=some_logs()) as rig:
        await open_logs(rig)
        await rig.press("slash", *"duration>1s")
        await rig.until(lambda: "a log record has no 'duration'" in rig.text)
        assert "^^^^^^^^" in rig.text
        assert "unrelated" in rig.text


async def test_what_was_seen_is_offered() -> None:
    """Tab writes an attribute of the records held."""
    async with opened(logs=some_logs()) as rig:
        await open_logs(rig)
        await rig.press("slash", *".ord")
        await rig.until(lambda: ".order.id" in rig.text)
        await rig.press("tab", *"=007")
        await rig.until(lambda: "1 of 3 records" in rig.text)
        assert rig.one(QueryBar).text == ".order.id=007"


async def test_nothing_matches_is_not_nothing_held() -> None:
    """The welcome stays away, and the count says so."""
    async with opened(logs=some_logs()) as rig:
        await open_logs(rig)
        await rig.press("slash", *"nowhere")
        await rig.until(lambda: "0 of 3 records" in rig.text)
        assert "No log record received yet" not in rig.text


async def test_the_detail_adds_to_the_query() -> None:
    """`f` asks for what the record has, `F` leaves it out, and both are joined."""
    async with opened(logs=some_logs()) as rig:
        await open_logs(rig)
        await rig.press("up", "tab")
        await rig.until(lambda: rig.one(LogDetail).has_focus)
        await rig.press("F")
        await rig.until(lambda: "List only records without" in rig.text)
        await rig.press("down", "enter")
        await rig.until(lambda: "2 of 3 records" in rig.text)
        search = rig.app._desk.log_search
        assert search.text == "!(severity=error)"
        await rig.until(lambda: "declined" not in rig.text)
        await rig.press("f")
        await rig.until(lambda: "List only records with" in rig.text)
        await rig.press("enter")
        await rig.until(lambda: search.text == "!(severity=error) && service=shop")


async def test_a_query_is_saved_under_a_name_and_taken_again() -> None:
    """Beside those over traces, which are in another list."""
    state = KeptState()
    async with opened(logs=some_logs(), state=state, shows_toasts=True) as rig:
        await open_logs(rig)
        await rig.press("w")
        await rig.until(lambda: "there is no query to save: press /" in rig.text)
        await rig.press("slash", *"severity>=error", "enter")
        await rig.until(lambda: rig.one(LogList).has_focus)
        await rig.press("w")
        await rig.until(lambda: "Save severity>=error as" in rig.text)
        await rig.press(*"bad", "enter")
        await rig.until(lambda: state.log_queries == {"bad": "severity>=error"})
        assert not state.queries

        await rig.press("escape")
        await rig.until(lambda: "first order" in rig.text)
        await rig.press("Q")
        await rig.until(lambda: "bad   severity>=error" in rig.text)
        await rig.press("enter")
        await rig.until(lambda: "1 of 3 records" in rig.text)
