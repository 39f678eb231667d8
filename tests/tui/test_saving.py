"""What is held can be saved while everything else goes on."""

from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from devtrace.errors import ArchiveError
from devtrace.exporters.entries import Stores, entries
from devtrace.formats import read_documents
from devtrace.store.logs import LogStore
from devtrace.store.metrics import MetricStore
from devtrace.store.ring import TraceStore
from devtrace.tui.long_work import LongWork
from devtrace.tui.saving import MAX_ITEMS_AT_ONCE, CancelledSaveError, Saved, save
from tests.builders import (
    a_batch,
    a_log,
    a_log_batch,
    a_metric,
    a_metric_batch,
    a_point,
    a_span,
    trace_id_of,
)


def stores_of(*spans: Span) -> Stores:
    """Return stores with *spans*."""
    stores = Stores(TraceStore(), LogStore(), MetricStore())
    if spans:
        stores.traces.consume(a_batch(*spans))
    return stores


async def test_what_is_saved_is_what_was_held(tmp_path: Path) -> None:
    """One line per trace, in the order asked for; what was evicted is left out."""
    path = tmp_path / "saved.jsonl"
    stores = stores_of(
        a_span(trace="one"), a_span("child", trace="one", parent="root"), a_span(trace="two")
    )
    ids = [trace_id_of(name) for name in ("two", "gone", "one")]

    assert await save(entries(stores, ids), path) == Saved(2, 0)

    counts = read_documents([path])
    assert (counts.traces, counts.spans) == (2, 3)
    assert trace_id_of("two") in path.read_text().splitlines()[0]


async def test_log_records_are_saved_with_their_trace(tmp_path: Path) -> None:
    """And those of no trace and metrics when everything is."""
    stores = stores_of(a_span())
    stores.logs.consume_logs(a_log_batch(a_log("its"), a_log("no trace's", trace=None)))
    stores.metrics.consume_metrics(a_metric_batch(a_metric(a_point(1), a_point(2))))
    ids = [trace_id_of("trace")]

    assert await save(entries(stores, ids), tmp_path / "one") == Saved(1, 1)
    saved = await save(entries(stores, ids, is_all=True), tmp_path / "all")

    assert saved.text == "1 trace, 2 log records, 2 data points"
    counts = read_documents([tmp_path / "all"])
    assert (counts.traces, counts.logs, counts.metrics) == saved


async def test_much_is_read_some_at_a_time(tmp_path: Path) -> None:
    """However many traces there are, all of them are written."""
    stores = stores_of()
    for number in range(MAX_ITEMS_AT_ONCE // 10 + 3):
        trace = str(number)
        stores.traces.consume(a_batch(*(a_span(str(each), trace=trace) for each in range(20))))
    ids = stores.traces.changes_since(0).updated

    saved = await save(entries(stores, ids), tmp_path / "saved")

    assert saved.traces == len(ids)
    assert read_documents([tmp_path / "saved"]).traces == len(ids)


async def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """It names the file, and nothing is left."""
    held = entries(stores_of(a_span()), [trace_id_of("trace")])

    with pytest.raises(ArchiveError, match="cannot write"):
        await save(held, tmp_path / "no" / "such")


async def test_saving_tells_how_far_it_is(tmp_path: Path) -> None:
    """Each entry that was written counts."""
    stores = stores_of(*(a_span(trace=str(number)) for number in range(5)))
    ids = stores.traces.changes_since(0).updated
    work = LongWork(what="saving", total=len(ids))

    await save(entries(stores, ids), tmp_path / "saved", work)

    assert (work.done, work.state) == (5, "saving 100%")


async def test_saving_that_is_cancelled_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """Not a part of it is written, and no more is read."""
    path = tmp_path / "saved"
    path.write_text("before")
    stores = stores_of(a_span())
    work = LongWork(what="saving", total=1)
    work.cancel()

    with pytest.raises(CancelledSaveError):
        await save(entries(stores, [trace_id_of("trace")]), path, work)

    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]  # noqa: ASYNC240  # a test
    assert work.done == 0
