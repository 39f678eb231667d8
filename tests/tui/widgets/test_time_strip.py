"""What the strip draws costs the chart once, and a move of the cursor its lines."""

from devtrace.store.ring import TraceStore
from devtrace.tui.widgets.time_strip import TimeStrip
from tests.builders import a_batch, a_span
from tests.tui.rig import opened

TRACES = 60


async def test_a_move_of_the_cursor_draws_no_dot_again() -> None:
    """Whoever walks the list sees the cursor move in the strip, over the same pictures."""
    store = TraceStore()
    store.consume(a_batch(*(a_span("root", trace=str(each)) for each in range(TRACES))))
    async with opened(store, size=(140, 45)) as rig:
        await rig.settle()
        strip = rig.app.screen.query_one(TimeStrip)
        made = strip.pictures_made
        assert made > 0

        await rig.press("g", "j", "j", "G", "k")
        await rig.settle()
        assert strip.pictures_made == made
