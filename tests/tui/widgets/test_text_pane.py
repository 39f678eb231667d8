"""A pane of text is written when it is drawn, and again when it must be."""

from textual.app import App, ComposeResult

from devtrace.tui.sheet import Line
from devtrace.tui.theme import DARK, LIGHT, THEMES, ServiceHues
from devtrace.tui.widgets.text_pane import TextPane
from tests.tui.rig import resize


class Numbers(TextPane):
    """Counts how often it was written."""

    times = 0

    def text_lines(self, width: int) -> list[Line]:
        """Return twenty lines with the width they were written for."""
        self.times += 1
        return [[(f"{number} {width}", self.palette.text)] for number in range(20)]


class Host(App[None]):
    """Shows one pane."""

    def __init__(self) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name
        self.pane = Numbers(ServiceHues())

    def compose(self) -> ComposeResult:
        """Show the pane."""
        yield self.pane


async def test_it_is_written_once_for_a_width_and_a_theme() -> None:
    """Drawing and scrolling write nothing."""
    app = Host()
    async with app.run_test(size=(30, 5)) as pilot:
        app.pane.focus()
        await pilot.press("down", "pagedown")
        assert app.pane.times == 1

        await resize(pilot, 40, 5)
        assert app.pane.row_pieces(0, 40)[0][0] == "0 38"
        app.theme = LIGHT.name
        assert app.pane.row_count() == 20
        assert app.pane.times == 3


async def test_it_keeps_its_place_if_asked() -> None:
    """Another text begins at its top, the same one goes on where it was."""
    app = Host()
    async with app.run_test(size=(30, 5)) as pilot:
        app.pane.focus()
        await pilot.press("down", "down")

        app.pane.rewrite(keeps_place=True)
        assert app.pane.top == 2
        app.pane.rewrite(keeps_place=False)
        assert app.pane.top == 0
