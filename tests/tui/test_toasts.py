"""Messages in passing are few, and never lie over the lines that stay."""

from textual.widgets._toast import Toast

from tests.tui.rig import opened


async def test_two_messages_at_most_the_newest() -> None:
    """Older ones make room."""
    async with opened(shows_toasts=True) as rig:
        for text in ("one", "two", "three", "four"):
            rig.app.notify(text)
        await rig.until(lambda: rig.toasts == ["three", "four"])
        await rig.until(lambda: "four" in rig.text)

        await rig.until(lambda: len(rig.screen.query(Toast)) == 2)
        assert "one" not in rig.text
        assert "two" not in rig.text


async def test_what_is_said_again_is_shown_once() -> None:
    """A key held down does not fill the screen."""
    async with opened(shows_toasts=True) as rig:
        for text in ("other", "same", "same", "same"):
            rig.app.notify(text)
        await rig.until(lambda: rig.toasts == ["other", "same"])


async def test_status_line_and_keys_stay_to_be_read() -> None:
    """Messages stand above both, at every size."""
    async with opened(size=(60, 20), shows_toasts=True) as rig:
        before = rig.lines[-2:]
        rig.app.notify("word " * 40, timeout=60)
        await rig.until(lambda: "word" in rig.text)

        assert rig.lines[-2:] == before
        assert any("word" in line for line in rig.lines[:-2])
