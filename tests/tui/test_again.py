"""A trace is replayed, or made a scenario of, by a key in the list and in the trace itself."""

from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from devtrace.otlp.replay_mark import REPLAYED_FROM
from devtrace.scenarios.scenario import load_scenario
from devtrace.store.logs import LogStore
from devtrace.store.ring import TraceStore
from tests.builders import a_batch, a_log, a_log_batch, a_span, trace_id_of
from tests.tui.rig import Rig, opened

ENTRY = {"http.request.method": "GET", "url.path": "/orders"}


def a_store(**fields: Any) -> TraceStore:
    """Return a store with one trace of two spans."""
    store = TraceStore()
    entry = a_span(**{"name": "GET /orders", "kind": 2, "attributes": ENTRY} | fields)
    store.consume(a_batch(entry, a_span("child", parent="root", name="SELECT")))
    return store


def some_logs() -> LogStore:
    """Return a store with a record of the trace's child."""
    logs = LogStore()
    logs.consume_logs(a_log_batch(a_log("read", span="child")))
    return logs


@pytest.mark.parametrize("keys", [("R",), ("enter", "R")])
async def test_a_replay_is_another_trace_of_the_same_spans(keys: tuple[str, ...]) -> None:
    """With its log records, and a mark in the list and in its title."""
    async with opened(a_store(), logs=some_logs(), size=(120, 40)) as rig:
        await rig.until(lambda: "GET /orders" in rig.text)
        await rig.press(*keys)
        await rig.until(lambda: len(rig.store) == 2)
        await rig.until(lambda: rig.toasts)

        (new_id,) = set(rig.store.changes_since(0).updated) - {trace_id_of("trace")}
        replayed = rig.store.trace(new_id)
        assert replayed is not None
        assert [span.name for span in replayed.spans] == ["GET /orders", "SELECT"]
        assert replayed.spans[0].attributes[REPLAYED_FROM] == trace_id_of("trace")
        (record,) = rig.logs.of_trace(new_id)
        assert record.span_id == replayed.spans[1].span_id
        assert rig.toasts == [f"replayed, marked ↺: 2 spans and 1 log record as {new_id[:8]}…"]


async def test_a_replayed_trace_is_marked() -> None:
    """In the list once it is settled, and in its title."""
    store = a_store(attributes=ENTRY | {REPLAYED_FROM: "x"})
    async with opened(store, size=(120, 40)) as rig:
        await rig.until(lambda: any("↺" in line and "GET" in line for line in rig.lines))
        await rig.press("enter")
        await rig.until(lambda: "↺ replayed" in rig.text)


async def asked(rig: Rig, path: Path) -> None:
    """Press the key and answer the question that it asks."""
    await rig.until(lambda: "GET" in rig.text)
    await rig.press("W")
    rig.screen.query_one(Input).value = str(path)
    await rig.press("enter")


async def test_a_scenario_is_made_of_a_trace(tmp_path: Path) -> None:
    """A file that can be played."""
    path = tmp_path / "made.toml"
    async with opened(a_store()) as rig:
        await asked(rig, path)
        await rig.until(lambda: any("saved a scenario" in text for text in rig.toasts))

    assert load_scenario(path).steps[0].path == "/orders"


async def test_what_exists_is_not_replaced(tmp_path: Path) -> None:
    """Giving the name twice does not help."""
    path = tmp_path / "mine.toml"
    path.write_text("mine")
    async with opened(a_store()) as rig:
        await asked(rig, path)
        await rig.press("enter")
        await rig.until(lambda: "may have been edited" in rig.text)

    assert path.read_text() == "mine"


async def test_a_trace_without_requests_is_told() -> None:
    """Nothing is asked then."""
    async with opened(a_store(kind=1)) as rig:
        await rig.until(lambda: "GET" in rig.text)
        await rig.press("W")
        await rig.until(lambda: any("cannot make a scenario" in text for text in rig.toasts))


async def test_without_a_trace_nothing_happens() -> None:
    """Both keys say so."""
    async with opened(TraceStore()) as rig:
        await rig.press("R", "W")
        await rig.until(lambda: rig.toasts == ["no trace is selected that is still held"])
