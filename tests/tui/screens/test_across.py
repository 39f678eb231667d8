"""Services and operations show the figures of the traces in the current query."""

from devtrace.tui.screens.operations import OperationsScreen
from devtrace.tui.screens.services import ServicesScreen
from tests.builders import a_batch, a_span
from tests.tui.rig import Rig, opened
from tests.tui.test_goldens import shop_store


def calls(rig: Rig) -> int:
    """Return how many traces the figures on screen are of."""
    assert isinstance(rig.screen, OperationsScreen | ServicesScreen)
    return len(rig.screen.reading.tallies)


async def ask(rig: Rig, query: str) -> None:
    """Type a query over the list and keep it."""
    await rig.press("1", "slash", *query, "enter")


async def test_the_figures_are_those_of_the_query() -> None:
    """The line under the header says of how many traces, and which query they match."""
    async with opened(shop_store()) as rig:
        await rig.press("3")
        await rig.until(lambda: calls(rig) == 4)
        assert "that match" not in rig.text

        await ask(rig, "status=error")
        for key in "32":
            await rig.press(key)
            await rig.until(lambda: calls(rig) == 1)
            await rig.until(lambda: "of 1 trace that matches status=error" in rig.text)


async def test_the_figures_follow_what_comes_to_match_and_the_next_query() -> None:
    """While the screen is open, and when it is opened again."""
    async with opened(shop_store()) as rig:
        await ask(rig, "status=error")
        await rig.press("3")
        await rig.until(lambda: calls(rig) == 1)
        rig.store.consume(a_batch(a_span(trace="late", name="late", status=2)))
        rig.store.consume(a_batch(a_span(trace="good", name="good")))
        await rig.until(lambda: calls(rig) == 2)
        await rig.until(lambda: "of 2 traces that match status=error" in rig.text)

        await rig.press("1", "escape")
        await rig.until(lambda: "shop    good" in rig.text)
        await rig.press("3")
        await rig.until(lambda: calls(rig) == 6)
        assert "that match" not in rig.text


async def test_what_is_muted_is_not_counted() -> None:
    """The line says how much is."""
    async with opened(shop_store()) as rig:
        await rig.press("x", "3")
        await rig.until(lambda: "1 muted" in rig.text)
        await rig.until(lambda: calls(rig) == 0)
