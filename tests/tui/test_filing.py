"""Files are opened and traces saved from within the UI, by a key or the palette."""

from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from devtrace.exporters.archive import write_archive
from devtrace.formats import read_documents
from devtrace.store.ring import TraceStore
from devtrace.tui.screens.path import PathScreen
from tests.builders import (
    a_batch,
    a_log,
    a_logs_request,
    a_metric,
    a_metrics_request,
    a_point,
    a_span,
    a_trace,
    trace_id_of,
)
from tests.tui.rig import Rig, opened


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return a file of one trace and a broken line."""
    path = tmp_path / "traces.jsonl"
    write_archive(path, [a_trace(a_span(trace="saved", name="GET /saved"))])
    with path.open("a") as file:
        file.write("{broken\n")
    return path


def a_store(*names: str) -> TraceStore:
    """Return a store with a trace for each of *names*."""
    store = TraceStore()
    for name in names:
        store.consume(a_batch(a_span(trace=name, name=name)))
    return store


async def enter(rig: Rig, path: Path) -> None:
    """Give *path* to the question on the screen."""
    rig.screen.query_one(Input).value = str(path)
    await rig.press("enter")


async def test_files_named_at_the_start_are_read(archive: Path) -> None:
    """The header says which, the status line has no endpoints, problems are told."""
    async with opened(files=[archive], is_receiving=False) as rig:
        await rig.until(lambda: "GET /saved" in rig.text)
        await rig.until(lambda: rig.lines[0].rstrip().endswith(" traces.jsonl"))
        await rig.until(lambda: rig.toasts)

        assert "reading" not in rig.text
        assert "grpc" not in rig.text
        assert rig.toasts == ["traces.jsonl: 1 broken line; Ctrl+O says which"]


async def test_every_mode_can_be_looked_at_without_addresses(archive: Path) -> None:
    """What explains an empty screen does not ask where something is received."""
    async with opened(files=[archive], is_receiving=False) as rig:
        await rig.until(lambda: "GET /saved" in rig.text)
        await rig.press("4")
        assert "No log record is held." in rig.text
        await rig.press("6")
        assert "Checkout" in rig.text


async def test_a_file_without_traces_says_so(tmp_path: Path) -> None:
    """An empty screen is explained."""
    path = tmp_path / "empty.jsonl"
    path.touch()
    async with opened(files=[path], is_receiving=False) as rig:
        await rig.until(lambda: "No traces in empty.jsonl." in rig.text)

        assert "O opens another file" in rig.text


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Return a file of two log records, one of them of the trace `saved`."""
    path = tmp_path / "logs.pb"
    request = a_logs_request(a_log("it was said", trace="saved"), a_log("by none", trace=None))
    path.write_bytes(request.SerializeToString())
    return path


async def test_log_records_of_a_file_are_on_their_screen(logs: Path) -> None:
    """The screen of traces says where they are."""
    async with opened(files=[logs], is_receiving=False) as rig:
        await rig.until(lambda: "Its 2 log records are on screen 4." in rig.text)

        await rig.press("4")
        await rig.until(lambda: "it was said" in rig.text)


async def test_metrics_of_a_file_are_held(tmp_path: Path) -> None:
    """The screen of traces says where they are, and saving everything saves them."""
    path = tmp_path / "metrics.pb"
    path.write_bytes(a_metrics_request(a_metric(a_point(1), a_point(2))).SerializeToString())
    async with opened(files=[path], is_receiving=False) as rig:
        await rig.until(lambda: "Its 2 data points are on screen 5." in rig.text)

        await rig.press("S")
        await enter(rig, tmp_path / "saved.jsonl")
        await rig.until(lambda: any("saved 2 data points" in text for text in rig.toasts))

    assert read_documents([tmp_path / "saved.jsonl"]).metrics == 2


async def test_log_records_of_another_file_join_their_trace(archive: Path, logs: Path) -> None:
    """Whichever of the two is opened first; saving both makes one file of them."""
    saved = archive.with_name("both.jsonl")
    async with opened(files=[logs, archive], is_receiving=False, size=(160, 40)) as rig:
        await rig.until(lambda: "GET /saved" in rig.text)
        await rig.press("enter", "L")
        await rig.until(lambda: "it was said" in rig.text)
        await rig.press("escape", "S")
        assert "1 trace, 2 log records" in rig.text
        await enter(rig, saved)
        await rig.until(lambda: any("saved 1 trace, 2 log records" in t for t in rig.toasts))

    counts = read_documents([saved])
    assert (counts.traces, counts.logs, counts.broken_lines) == (1, 2, [])


async def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """With the cause and what to do."""
    path = tmp_path / "other.txt"
    path.write_text("plain text\n")
    async with opened(files=[path], is_receiving=False) as rig:
        await rig.until(lambda: rig.toasts)

        assert "it holds neither OTLP nor" in rig.toasts[0]


async def test_a_file_is_opened_beside_what_is_held(archive: Path) -> None:
    """A path that will not do is refused where it is typed."""
    async with opened(a_store("live")) as rig:
        await rig.press("O")
        await enter(rig, archive.with_name("missing"))
        assert "no such file or directory" in rig.text

        await enter(rig, archive)

        await rig.until(lambda: "GET /saved" in rig.text)
        assert "live" in rig.text


async def test_the_selected_trace_is_saved(tmp_path: Path) -> None:
    """The list's selection, or the trace that is open."""
    async with opened(a_store("one", "two")) as rig:
        await rig.press("up", "s")
        await enter(rig, tmp_path / "one.jsonl")
        await rig.until(lambda: rig.toasts)
        assert rig.toasts == [f"saved 1 trace to {tmp_path / 'one.jsonl'}"]

        await rig.press("enter", "s")
        await enter(rig, tmp_path / "again.jsonl")
        await rig.until(lambda: len(rig.toasts) == 2)

    assert trace_id_of("one") in (tmp_path / "one.jsonl").read_text()
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "again.jsonl").read_bytes()


async def test_everything_held_is_saved(tmp_path: Path) -> None:
    """One line for each trace."""
    async with opened(a_store("one", "two", "three")) as rig:
        await rig.press("S")
        await enter(rig, tmp_path / "all.jsonl")
        await rig.until(lambda: rig.toasts)

        assert rig.toasts[0].startswith("saved 3 traces to ")
    assert read_documents([tmp_path / "all.jsonl"]).traces == 3


async def test_a_file_is_replaced_only_when_asked_twice(archive: Path) -> None:
    """What stands there may be wanted."""
    async with opened(a_store("one")) as rig:
        await rig.press("S")
        await enter(rig, archive)
        assert "Enter again replaces it" in rig.text
        assert len(read_documents([archive]).broken_lines) == 1

        await rig.press("enter")
        await rig.until(lambda: rig.toasts)

    assert read_documents([archive]).broken_lines == []
    assert read_documents([archive]).traces == 1


@pytest.mark.parametrize(
    ("name", "cause"), [("no/such.jsonl", "there is no folder"), (".", "it is a folder")]
)
async def test_a_place_that_cannot_be_written_to_is_refused(
    tmp_path: Path, name: str, cause: str
) -> None:
    """Before anything is tried."""
    async with opened(a_store("one"), size=(160, 40)) as rig:
        await rig.press("S")
        await enter(rig, tmp_path / name)

        assert cause in " ".join(rig.text.replace("│", " ").split())
        assert isinstance(rig.screen, PathScreen)
        await rig.press("escape")
        assert not isinstance(rig.screen, PathScreen)


@pytest.mark.parametrize(
    ("key", "told"), [("s", "no trace is selected"), ("S", "nothing is held")]
)
async def test_with_nothing_held_there_is_nothing_to_save(key: str, told: str) -> None:
    """No question without an answer."""
    async with opened() as rig:
        await rig.press(key)

        assert rig.toasts[0].startswith(told)


async def test_the_palette_offers_files(archive: Path) -> None:
    """By words, for those who do not know the keys."""
    async with opened(a_store("one")) as rig:
        commands: Any = rig.app.get_system_commands(rig.screen)

        titles = {command.title.split("  ")[0] for command in commands}
        assert {"Open file", "Save", "Save all", "Files"} <= titles


async def test_the_shop_is_not_started_where_nothing_is_received(archive: Path) -> None:
    """Its spans would have nowhere to go."""
    from devtrace.scenarios.shop import Shop

    async with opened(files=[archive], is_receiving=False, shop=Shop("")) as rig:
        await rig.press("d")
        await rig.until(lambda: any("nothing is received here" in text for text in rig.toasts))
