"""Traces that are held can be saved while everything else goes on."""

from pathlib import Path

import pytest

from devtrace.errors import ArchiveError
from devtrace.formats import read_documents
from devtrace.store.ring import TraceStore
from devtrace.tui.saving import MAX_SPANS_AT_ONCE, save
from tests.builders import a_batch, a_span, trace_id_of


async def test_what_is_saved_is_what_was_held(tmp_path: Path) -> None:
    """One line per trace, in the order asked for; what was evicted is left out."""
    store, path = TraceStore(), tmp_path / "saved.jsonl"
    store.consume(a_batch(a_span(trace="one"), a_span("child", trace="one", parent="root")))
    store.consume(a_batch(a_span(trace="two")))
    ids = [trace_id_of(name) for name in ("two", "gone", "one")]

    assert await save(store, ids, path) == 2

    counts = read_documents([path])
    assert (counts.traces, counts.spans) == (2, 3)
    assert trace_id_of("two") in path.read_text().splitlines()[0]


async def test_many_traces_are_read_some_at_a_time(tmp_path: Path) -> None:
    """However many there are, all of them are written."""
    store = TraceStore()
    for number in range(MAX_SPANS_AT_ONCE // 10 + 3):
        trace = str(number)
        store.consume(a_batch(*(a_span(str(each), trace=trace) for each in range(20))))
    ids = store.changes_since(0).updated

    assert await save(store, ids, tmp_path / "saved") == len(ids)
    assert read_documents([tmp_path / "saved"]).traces == len(ids)


async def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """It names the file, and nothing is left."""
    store = TraceStore()
    store.consume(a_batch(a_span()))

    with pytest.raises(ArchiveError, match="cannot write"):
        await save(store, store.changes_since(0).updated, tmp_path / "no" / "such")
