"""The views of a trace are named beside its title and one click away."""

from textual.app import App, ComposeResult

from devtrace.tui.widgets.view_tabs import ViewTabs


class Host(App[None]):
    """Shows the tabs; it notes what was clicked."""

    CSS = "ViewTabs { height: 1; width: auto; }"

    def __init__(self) -> None:
        super().__init__()
        self.tabs = ViewTabs(("Tree", "Table", "Raw"))
        self.clicked: list[str] = []

    def compose(self) -> ComposeResult:
        """Show the tabs."""
        yield self.tabs

    def on_view_tabs_clicked(self, event: ViewTabs.Clicked) -> None:
        """Go where the user wants to."""
        self.clicked.append(event.title)
        self.tabs.show(event.title)


async def test_every_view_is_named_and_clicked() -> None:
    """As wide as its text."""
    app = Host()
    async with app.run_test(size=(80, 3)) as pilot:
        assert app.tabs.render_line(0).text == " Tree  Table  Raw "
        for x in (8, 15, 1):
            await pilot.click(app.tabs, offset=(x, 0))
        assert app.clicked == ["Table", "Raw", "Tree"]


async def test_a_narrow_terminal_names_the_current_one() -> None:
    """A click goes to the next, and round."""
    app = Host()
    async with app.run_test(size=(60, 3)) as pilot:
        assert app.tabs.render_line(0).text == " Tree 1/3 "
        for _ in range(3):
            await pilot.click(app.tabs, offset=(1, 0))
            await pilot.pause(0)
        assert app.clicked == ["Table", "Raw", "Tree"]
