"""Every screen has the same frame, says what it cannot show, and looks ten times a second."""

import pytest
from rich.cells import cell_len
from textual.events import Key

from devtrace.otlp import mistakes
from devtrace.receivers.counters import ReceiverCounters
from devtrace.receivers.sender import Sender
from devtrace.store.ring import TraceStore
from devtrace.tui import view
from devtrace.tui.screens.diagnostics import DiagnosticsScreen
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.widgets.chrome import HeaderLine, KeyLine, StatusLine
from devtrace.tui.widgets.notice import Notice
from tests.builders import a_batch, a_span, an_event
from tests.tui.rig import Rig, opened, press
from tests.tui.screens.test_traces import a_store
from tests.tui.test_text import HOSTILE, acts

SENDER = Sender(protocol="HTTP", peer="127.0.0.1", user_agent="curl/8")
SCREENS = [
    pytest.param([], id="traces"),
    pytest.param(["enter"], id="trace"),
    pytest.param(["6"], id="scenarios"),
]


def counters(rig: Rig) -> ReceiverCounters:
    """Return what the session counts."""
    assert isinstance(rig.screen, LiveScreen)
    return rig.screen.desk.session.counters


@pytest.mark.parametrize("keys", SCREENS)
@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20), (40, 10)])
async def test_header_status_and_footer_frame_every_screen(
    keys: list[str], size: tuple[int, int]
) -> None:
    """Where one is, how much is held, what can be pressed; one line each."""
    async with opened(a_store(), size=size) as rig:
        await rig.press(*keys)
        lines = rig.lines

        assert lines[0].startswith(" devtrace ")
        assert "4317" in lines[-2]
        assert "? help" in lines[-1]
        for kind in (HeaderLine, StatusLine, KeyLine):
            assert rig.one(kind).size == (size[0], 1)


@pytest.mark.parametrize("keys", SCREENS)
@pytest.mark.parametrize("size", [(39, 24), (80, 9), (1, 1)])
async def test_below_forty_by_ten_it_says_so(keys: list[str], size: tuple[int, int]) -> None:
    """And nothing else; growing again shows everything."""
    async with opened(a_store()) as rig:
        await rig.press(*keys)
        before = rig.text
        await rig.resize(*size)
        words = " ".join(rig.text.split())
        if size[0] >= 20:
            assert words == "devtrace needs at least 40 × 10 characters"[: len(words)]
            assert words.startswith("devtrace needs")
        await rig.press("down", "up")

        await rig.resize(120, 40)
        assert rig.text == before


async def test_a_screen_looks_by_itself() -> None:
    """Nobody has to press anything."""
    async with opened() as rig:
        rig.store.consume(a_batch(a_span(name="arrived")))

        await rig.until(lambda: "arrived" in rig.text)
        await rig.until(lambda: "1 trace 1 span" in rig.text)


async def test_what_is_wrong_with_a_sender_stays_until_it_was_looked_at() -> None:
    """One line above the status line, on every screen; no toast covers anything."""
    async with opened(a_store()) as rig:
        counters(rig).diagnose(mistakes.BASE64_IDS.note("ids look like base64"), SENDER)
        counters(rig).diagnose(mistakes.ENUM_NAMES.note("kind as a name"), SENDER)
        for key in ("enter", "2", "4"):
            await rig.press(key)
            await rig.until(lambda: rig.one(Notice).region.height == 1)
            assert "⚠ An enum is written as text" in rig.lines[-3]
            assert "HTTP from 127.0.0.1, curl/8" in rig.lines[-3]
            assert "+1 more ! remedy" in rig.lines[-3]

        await rig.press("exclamation_mark", "escape")

        assert "remedy" not in rig.text
        assert rig.toasts == []
        assert "! 2" in rig.lines[-2]


async def test_a_click_on_it_shows_the_remedy() -> None:
    """As good as the key."""
    async with opened(a_store()) as rig:
        counters(rig).diagnose(mistakes.BASE64_IDS.note("ids look like base64"), SENDER)
        await rig.until(lambda: rig.one(Notice).region.height == 1)

        await rig.pilot.click(Notice)

        await rig.until(lambda: isinstance(rig.screen, DiagnosticsScreen))


async def test_that_other_machines_can_send_is_said_on_every_screen() -> None:
    """R2: listening elsewhere is never forgotten."""
    async with opened(a_store(), is_exposed=True) as rig:
        for key in ("enter", "2", "4"):
            await rig.press(key)
            assert rig.lines[0].rstrip().endswith("⚠ open to the network")
    async with opened(a_store()) as rig:
        assert "open to the network" not in rig.lines[0]


@pytest.mark.parametrize("keys", [["enter"], ["6"]])
@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20)])
async def test_the_first_frame_of_a_screen_is_laid_out_as_all_later_ones(
    keys: list[str], size: tuple[int, int]
) -> None:
    """Opening something shows it once, not first in one place and then in another."""
    async with opened(a_store(), size=size) as rig:
        await press(rig.pilot, *keys[:-1])
        frames: list[str] = []
        rig.app.post_message(Key(keys[-1], None))
        for _ in range(12):
            await rig.pilot.pause(0)
            frames.append(rig.text)

        shown = list(dict.fromkeys(frames))
        assert len(shown) == 2, "\n".join(shown)


def hostile_store() -> TraceStore:
    """Return a store with one trace whose every text is hostile."""
    store = TraceStore()
    for number, hostile in enumerate(HOSTILE):
        text = hostile.encode("utf-8", "replace").decode()
        event = an_event(text, attributes={"exception.type": text, "exception.message": text})
        span = a_span(
            f"s{number}",
            parent=f"s{number - 1}" if number else None,
            name=text,
            status=2,
            message=text,
            start_ms=number,
            attributes={text: text, "http.request.method": text},
            events=[event],
        )
        store.consume(a_batch(span, service=text))
    return store


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20), (41, 13)])
async def test_hostile_telemetry_breaks_no_line(size: tuple[int, int]) -> None:
    """Every line that reaches the terminal has the terminal's width and acts on nothing."""
    async with opened(hostile_store(), size=size) as rig:
        for keys in ([], ["enter"], *[["down"]] * len(HOSTILE), ["e"], ["c"], ["tab", "end"]):
            await rig.press(*keys)
            for strip in rig.screen._compositor.render_strips():
                assert sum(cell_len(segment.text) for segment in strip) == size[0]
                assert not any(acts(segment.text) for segment in strip)


@pytest.mark.parametrize("is_receiving", [True, False], ids=str)
@pytest.mark.parametrize("key", ["1", "4"])
async def test_with_nothing_to_show_the_footer_has_what_helps(
    key: str,
    is_receiving: bool,  # noqa: FBT001  # a case
) -> None:
    """No key of a list that is not there; the shop only where it could send to."""
    async with opened(is_receiving=is_receiving) as rig:
        await rig.press(key)

        footer = rig.lines[-1]
        assert ("d start the shop" in footer) is is_receiving
        assert "? help" in footer
        assert "pause" not in footer
        assert "copy" not in footer


async def test_the_footer_changes_when_something_arrives() -> None:
    """And back when it is cleared, which says what it did."""
    async with opened(a_store()) as rig:
        assert "Space pause" in rig.lines[-1]

        (pinned, *_) = rig.store.changes_since(0).updated
        assert rig.store.pin(pinned)
        await rig.press("X")
        assert rig.toasts == ["forgot 2 traces; 1 pinned stay"]
        rig.store.unpin(pinned)
        await rig.press("X")
        assert rig.toasts[-1] == "forgot 1 trace"
        assert "d start the shop" in rig.lines[-1]


async def test_a_large_trace_appears_when_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its row says so until then, and keys go on working; nobody has to ask again."""
    monkeypatch.setattr(view, "MAX_SPANS_AT_ONCE", 1)
    monkeypatch.setattr(view, "MAX_ROW_SPANS_AT_ONCE", 1)
    store = TraceStore()
    store.consume(a_batch(a_span("root"), a_span("child", parent="root")))
    async with opened(store) as rig:
        await rig.until(lambda: "child" in rig.text and "being read" not in rig.text)
        assert not rig.screen.desk.view.is_reading

        store.consume(a_batch(a_span("late", parent="root")))
        await rig.press("enter")
        await rig.until(lambda: "late" in rig.text)


@pytest.mark.parametrize("key", ["2", "3", "4", "5"])
async def test_only_what_can_go_on_is_called_live(key: str) -> None:
    """Saved files that were read to their end are not."""
    async with opened(a_store(), is_receiving=False) as rig:
        await rig.press(key)
        await rig.until(lambda: rig.screen.mode != "Traces")
        await rig.until(lambda: "files" in rig.text)
        assert "● live" not in rig.text
