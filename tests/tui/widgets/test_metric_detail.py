"""The pane of a series keeps its place while points come."""

from textual.app import App, ComposeResult

from devtrace.tui.series_reading import SeriesReading
from devtrace.tui.theme import ServiceHues
from devtrace.tui.widgets.metric_detail import MetricDetail
from tests.builders import a_point, a_series
from tests.tui.rig import press


class Host(App[None]):
    """Shows one pane."""

    def __init__(self) -> None:
        super().__init__()
        self.detail = MetricDetail(ServiceHues())

    def compose(self) -> ComposeResult:
        """Show it."""
        yield self.detail


async def test_the_place_is_kept_while_it_is_the_same_series() -> None:
    """And another series is shown from its beginning; none is an empty pane."""
    points = [a_point(n, at_ms=n) for n in range(3)]
    app = Host()
    async with app.run_test(size=(50, 5)) as pilot:
        app.detail.focus()
        app.detail.show(SeriesReading(a_series(points[0])), held=1, most=9)
        await press(pilot, "pagedown")
        top = app.detail.top
        assert top > 0

        app.detail.show(SeriesReading(a_series(*points)), held=3, most=9)
        assert app.detail.top == top

        app.detail.show(SeriesReading(a_series(*points, name="other")), held=3, most=9)
        assert app.detail.top == 0

        app.detail.show(None)
        assert app.detail.row_count() == 0


async def test_an_unchanged_detail_is_not_written_again() -> None:
    """Ten times a second nothing is done for nothing."""
    reading = SeriesReading(a_series(a_point(1)))
    app = Host()
    async with app.run_test(size=(50, 5)):
        app.detail.show(reading, held=1, most=9)
        lines = app.detail._written()

        app.detail.show(reading, held=1, most=9)

        assert app.detail._written() is lines
