"""What is wrong with senders stands in one place, with its remedy, for as long as devtrace runs."""

import pytest

from devtrace.otlp import mistakes
from devtrace.receivers.counters import ReceiverCounters
from devtrace.receivers.sender import Sender
from devtrace.tui.screens.diagnostics import DiagnosticsScreen
from devtrace.tui.screens.traces import TracesScreen
from devtrace.tui.widgets.diagnosis_list import DiagnosisList
from tests.tui.bad_senders import NOW, bad_senders
from tests.tui.rig import opened
from tests.tui.screens.test_traces import a_store


async def test_it_opens_on_the_newest_with_its_remedy() -> None:
    """Whoever wonders why nothing arrives sees why."""
    async with opened(counters=bad_senders()) as rig:
        await rig.press("exclamation_mark")

        assert rig.one(DiagnosisList).selected.diagnostic is mistakes.GRPC_ON_HTTP_PORT
        assert "Send to port 4317, or set" in rig.text
        assert "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf" in rig.text
        assert "3 diagnostics" in rig.lines[0]


async def test_the_same_key_and_escape_lead_back() -> None:
    """To the screen that it was opened from."""
    async with opened(a_store()) as rig:
        for key in ("exclamation_mark", "escape"):
            await rig.press("exclamation_mark")
            assert isinstance(rig.screen, DiagnosticsScreen)
            await rig.press(key)
            assert isinstance(rig.screen, TracesScreen)
        await rig.press("6", "exclamation_mark", "1")
        assert isinstance(rig.screen, TracesScreen)


async def test_without_a_mistake_it_says_so_and_counts() -> None:
    """The counters are there from the beginning."""
    async with opened(a_store()) as rig:
        await rig.press("exclamation_mark")

        assert "nothing is wrong" in rig.lines[0]
        assert "Everything received, and what became of it" in rig.text
        assert "duplicates" in rig.text


async def test_the_counters_are_above_all_senders() -> None:
    """R140: received, refused with reasons, duplicates, evicted, and each sender by signal."""
    async with opened(a_store(), counters=bad_senders(), size=(120, 60)) as rig:
        await rig.press("exclamation_mark", "home")

        for text in (
            "accepted    6100",
            "refused     3",
            "×3 span_id is missing",
            "checkout · HTTP from 127.0.0.1,",
            "OTel-OTLP-Exporter-",
            "traces  12 requests, 6100 spans, 3 refused",
            "turned away  2 requests",
        ):
            assert text in rig.text


async def test_what_comes_while_it_is_open_does_not_move_the_cursor() -> None:
    """It belongs to a diagnostic, not to a row."""
    counters = bad_senders()
    async with opened(counters=counters) as rig:
        await rig.press("exclamation_mark", "down")
        selected = rig.one(DiagnosisList).selected
        counters.diagnose(mistakes.TIME_UNIT.note("x"), Sender("HTTP", "10.0.0.1", "new/1"))
        await rig.settle()

        assert rig.one(DiagnosisList).selected is selected
        assert "time-unit" in rig.text


async def test_the_first_mistake_does_not_take_the_counters_away() -> None:
    """Who reads them is told beside them."""
    counters = ReceiverCounters()
    async with opened(counters=counters) as rig:
        await rig.press("exclamation_mark")
        counters.diagnose(mistakes.TIME_UNIT.note("x"), Sender("HTTP", "10.0.0.1", "new/1"))
        await rig.settle()

        assert rig.one(DiagnosisList).selected is None
        assert "time-unit" in rig.text


async def test_a_diagnostic_is_copied_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """To be pasted where it is mended."""
    copied: list[str] = []
    async with opened(counters=bad_senders()) as rig:
        monkeypatch.setattr(rig.app, "copy_to_clipboard", copied.append)
        await rig.press("exclamation_mark", "y")
        await rig.press("home", "y")

    (text,) = copied
    assert text.startswith("OTLP/gRPC is sent to the port for OTLP/HTTP (grpc-on-http-port)\n")
    assert "\nHTTP from 127.0.0.1, ×2\n" in text
    assert "\nSend to port 4317, or set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\n" in text
    assert "\nGo: " in text


async def test_tab_moves_the_keys_to_the_remedy_and_back() -> None:
    """A long remedy can be scrolled."""
    async with opened(counters=bad_senders(), size=(60, 20)) as rig:
        await rig.press("exclamation_mark", "tab", "end")
        assert "id  grpc-on-http-port" in rig.text

        await rig.press("tab", "down")
        assert rig.one(DiagnosisList).selected.diagnostic is mistakes.SNAKE_CASE_KEYS


async def test_files_have_no_senders() -> None:
    """The panel says so instead of claiming that all is well."""
    async with opened(is_receiving=False) as rig:
        await rig.press("exclamation_mark")

        assert "nothing is received" in rig.lines[0]


async def test_ages_grow_while_it_is_open() -> None:
    """Whether it still happens can be seen."""
    async with opened(counters=bad_senders()) as rig:
        rig.app._desk.wall_clock = lambda: NOW
        await rig.press("exclamation_mark")
        before = rig.text
        rig.app._desk.wall_clock = lambda: NOW + 5 * 10**9
        await rig.settle()

        assert "×2  46s ago" in before
        assert "×2  51s ago" in rig.text
