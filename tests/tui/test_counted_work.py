"""What a frame costs is counted: it depends on what is shown, never on what is held."""

from collections import Counter
from typing import Any

import pytest

from devtrace.store.ring import TraceStore
from devtrace.tui.widgets.span_tree import SpanTree
from devtrace.tui.widgets.trace_list import TraceList
from tests.builders import a_batch, a_span
from tests.tui.rig import opened

TRACES, ROWS = 2_000, 40


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count spans read and spans decoded from now on."""
    counted: Counter[str] = Counter()

    def count(owner: Any, name: str, label: str) -> None:
        original = getattr(owner, name)

        def counting(*args: Any, **kwargs: Any) -> Any:
            counted[label] += 1
            return original(*args, **kwargs)

        monkeypatch.setattr(owner, name, counting)

    from devtrace.model import span

    count(span, "read_hot_fields", "read")
    count(span, "decode_span_detail", "decoded")
    return counted


def a_store() -> TraceStore:
    """Return a store of many traces of two spans."""
    store = TraceStore()
    for first in range(0, TRACES, 100):
        store.consume(
            a_batch(
                *(
                    a_span(name, trace=str(trace), parent=None if name == "root" else "root")
                    for trace in range(first, first + 100)
                    for name in ("root", "child")
                )
            )
        )
    return store


async def test_the_first_frame_reads_the_traces_it_shows(work: Counter[str]) -> None:
    """Of 2 000 traces those in view, once each, and one title decoded for each."""
    async with opened(a_store(), size=(120, ROWS)):
        assert 0 < work["read"] <= 2 * 2 * ROWS
        assert 0 < work["decoded"] <= 2 * ROWS


async def test_a_tick_without_news_costs_nothing(work: Counter[str]) -> None:
    """Ten times a second."""
    async with opened(a_store(), size=(120, ROWS)) as rig:
        await rig.settle()
        work.clear()
        for _ in range(5):
            await rig.settle()

        assert work["read"] == work["decoded"] == 0


async def test_a_new_span_costs_its_own_trace(work: Counter[str]) -> None:
    """Neither the other rows nor what is held are read again."""
    async with opened(a_store(), size=(120, ROWS)) as rig:
        await rig.settle()
        work.clear()
        rig.store.consume(a_batch(a_span("late", trace=str(TRACES - 2), parent="root")))
        await rig.settle()

        assert work["read"] <= 2 * 3


async def test_a_page_further_draws_a_page(work: Counter[str]) -> None:
    """Lines drawn for a key are those of a few screens at most, however long the list."""
    async with opened(a_store(), size=(120, ROWS)) as rig:
        await rig.press("home")
        work.clear()
        drawn_before = rig.one(TraceList).lines_drawn
        await rig.press("pagedown")

        assert 0 < rig.one(TraceList).lines_drawn - drawn_before <= 4 * ROWS
        assert work["read"] <= 2 * 2 * 2 * ROWS


async def test_a_long_trace_draws_the_lines_in_view(work: Counter[str]) -> None:
    """Opening reads every span once; drawing and moving decode those in view."""
    store = TraceStore()
    store.consume(
        a_batch(
            a_span("root", duration_ms=5_000),
            *(a_span(str(number), parent="root", start_ms=number) for number in range(3_000)),
        )
    )
    async with opened(store, size=(120, ROWS)) as rig:
        await rig.press("enter")
        await rig.settle()
        assert work["read"] <= 2 * 3_001 + ROWS  # the rows of the list read a few more
        work.clear()
        drawn_before = rig.one(SpanTree).lines_drawn
        await rig.press("pagedown")

        assert work["read"] <= 3_001  # what it is compared with, at idle
        assert work["decoded"] <= 4 * ROWS
        assert 0 < rig.one(SpanTree).lines_drawn - drawn_before <= 4 * ROWS
