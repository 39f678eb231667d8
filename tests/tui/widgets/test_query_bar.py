"""The query bar says what was typed, what is wrong with it, and what could follow."""

from textual.app import App, ComposeResult

from devtrace.tui.theme import THEMES
from devtrace.tui.widgets.query_bar import Offer, QueryBar, Remark
from tests.tui.rig import press


class _Bar(App[None]):
    """A query bar alone, which remembers what it said."""

    CSS = "QueryBar { height: auto; } #query-line { height: 1; } Input { width: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name
        self.bar = QueryBar(
            "type", history=lambda: ["one", "two"], offering=lambda text, _: _offer(text)
        )
        self.said: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        """Show the bar."""
        yield self.bar

    def on_query_bar_kept(self, event: QueryBar.Kept) -> None:
        """Remember it."""
        self.said.append(("kept", event.text))

    def on_query_bar_cleared(self, event: QueryBar.Cleared) -> None:
        """Remember it."""
        self.said.append(("cleared", event.text))


def _offer(text: str) -> Offer:
    """Offer to write out a word that begins with `st`."""
    if not text.startswith("st"):
        return Offer(0, 0, ())
    return Offer(0, len(text), [("status", "field"), ("statusMessage", "field")])


def below(bar: QueryBar) -> str:
    """Return what stands below the line."""
    return "\n".join(line.plain for line in bar._lines())


async def test_enter_keeps_and_esc_clears_with_the_text_as_it_was() -> None:
    """An empty query is cleared, whichever key ends it."""
    app = _Bar()
    async with app.run_test() as pilot:
        for keys in (["a", "enter"], ["b", "escape"], ["enter"]):
            app.bar.open("")
            await press(pilot, *keys)
            await pilot.pause()

        assert app.said == [("kept", "a"), ("cleared", "b"), ("cleared", "")]


async def test_history_ends_at_what_was_typed() -> None:
    """Going back and forth loses nothing."""
    app = _Bar()
    async with app.run_test() as pilot:
        app.bar.open("")
        await press(pilot, "x", "up")
        texts = [app.bar.text]
        for key in ("up", "up", "down", "down", "down"):
            await press(pilot, key)
            texts.append(app.bar.text)

        assert texts == ["two", "one", "one", "two", "x", "x"]


async def test_what_is_offered_stands_below_its_word() -> None:
    """Tab writes the first; without an offer it does nothing."""
    app = _Bar()
    async with app.run_test() as pilot:
        app.bar.open("")
        await press(pilot, "s", "t")
        assert below(app.bar).splitlines()[0].startswith("   status  Tab")
        await press(pilot, "tab")
        assert app.bar.text == "status"

        app.bar.open("x")
        await press(pilot, "tab")
        assert app.bar.text == "x"


async def test_the_caret_stands_below_what_is_wrong() -> None:
    """Wide characters before it count as they are drawn; the next key takes it away."""
    app = _Bar()
    async with app.run_test() as pilot:
        app.bar.open("價格 foo")
        await pilot.pause()
        app.bar.say("", remark=Remark("there is no foo", 3, 3))
        assert below(app.bar).splitlines()[:2] == [" " * 8 + "^^^", "   there is no foo"]

        await press(pilot, "x")
        assert "^" not in below(app.bar)


async def test_hostile_text_is_made_harmless_below_the_line() -> None:
    """An attribute's value may be anything."""
    app = _Bar()
    app.bar._offering = lambda text, _: Offer(0, len(text), [("\x1b[2J[red]x", "value")])
    async with app.run_test() as pilot:
        app.bar.open("")
        await press(pilot, "a")

        assert "\x1b" not in below(app.bar)
        assert "[red]x" in below(app.bar)
