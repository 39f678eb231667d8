"""The pane shows one record and keeps its place while that is read."""

from textual.app import App, ComposeResult

from devtrace.tui.theme import ServiceHues
from devtrace.tui.widgets.log_detail import LogDetail
from tests.builders import a_log, log_record


class Host(App[None]):
    """Shows one pane."""

    def __init__(self) -> None:
        super().__init__()
        self.detail = LogDetail(ServiceHues())

    def compose(self) -> ComposeResult:
        """Show the pane."""
        yield self.detail

    @property
    def lines(self) -> list[str]:
        """What the pane shows."""
        height = self.detail.size.height
        return [self.detail.render_line(y).text.rstrip() for y in range(height)]


async def test_it_shows_a_record_and_keeps_the_place_while_it_is_the_same() -> None:
    """What becomes known of its trace does not throw the reader back."""
    app = Host()
    async with app.run_test(size=(50, 6)) as pilot:
        app.detail.focus()
        app.detail.show(None)
        assert app.lines == [""] * 6

        record = log_record(a_log("line\n" * 30), service="orders")
        app.detail.show(record)
        await pilot.press("pagedown")
        top = app.detail.top
        app.detail.show(record, trace="⏎ POST /checkout")
        app.detail.show(record, trace="⏎ POST /checkout")
        assert app.detail.top == top > 0

        app.detail.show(log_record(a_log("another"), service="users"))
        assert app.detail.top == 0
        assert app.lines[0].startswith("● users")
