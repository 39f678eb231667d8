"""Traces that links tie are found both ways, a little at a time, and no more than fit."""

from typing import Any

import pytest

from devtrace.store.limits import Limits
from devtrace.store.ring import TraceStore
from devtrace.tui import joining
from devtrace.tui.joined_waterfall import JoinedWaterfall
from devtrace.tui.joining import MAX_JOINED_TRACES, Joining
from devtrace.tui.waterfall import Waterfall
from tests.builders import MILLISECOND, a_batch, a_span, span_id_of, trace_id_of
from tests.tui.test_back_links import a_consumer


def a_store(*spans: Any) -> TraceStore:
    """Return a store with an order that is published, mailed and then counted, each its trace."""
    store = TraceStore()
    store.consume(
        a_batch(
            a_span("request", trace="order", duration_ms=20),
            a_span("publish", trace="order", parent="request", start_ms=5, duration_ms=1),
            a_consumer("mail", "mail", ("order", "publish"), start_ms=100),
            a_consumer("count", "count", ("mail", "mail"), start_ms=200),
            a_span("stranger", trace="stranger"),
            *spans,
        )
    )
    return store


def shown(store: TraceStore, trace: str, *, ticks: int = 12) -> Waterfall:
    """Return what is shown of a trace after some ticks."""
    held = store.trace(trace_id_of(trace))
    assert held is not None
    own, ties = Waterfall(held), Joining(store, trace_id_of(trace))
    for _ in range(ticks):
        found = ties.with_others(own)
    return found


def outline(waterfall: Waterfall) -> list[tuple[int, str]]:
    """Return depth and name of each row."""
    return [(node.depth, node.span.name if node.span else "?") for node in waterfall.nodes]


ALL = [(0, "request"), (1, "publish"), (2, "mail"), (3, "count")]


def test_it_is_the_same_tree_from_wherever_it_is_opened() -> None:
    """From the producer, from the consumer between, and from the last of them."""
    store = a_store()
    for trace in ("order", "mail", "count"):
        waterfall = shown(store, trace)
        assert outline(waterfall) == ALL
        assert waterfall.trace.trace_id == trace_id_of(trace)
        assert waterfall.summary.trace_id == trace_id_of(trace)


def test_a_trace_without_links_is_itself() -> None:
    """No other object, so nothing is drawn anew."""
    waterfall = shown(a_store(), "stranger")
    assert not isinstance(waterfall, JoinedWaterfall)


def test_traces_share_one_time_axis_and_say_how_much_later_they_are() -> None:
    """From the end of what they are linked with."""
    waterfall = shown(a_store(), "order")

    assert waterfall.duration_nano == 210 * MILLISECOND
    assert waterfall.heads == {
        2: ("linked, 94ms later", "+94ms", ""), 3: ("linked, 90ms later", "+90ms", ""),
    }  # fmt: skip
    assert waterfall.is_hop(2)


def test_times_and_critical_path_stay_those_of_each_trace() -> None:
    """A consumer that runs while the producer's span does takes nothing from it."""
    early = a_consumer("early", "early", ("order", "request"), start_ms=2, duration_ms=10)
    waterfall = shown(a_store(early), "order")
    alone = shown(a_store(), "stranger")

    at = waterfall.index_by_key[span_id_of("request")]
    assert waterfall.self_times_nano[at] == 19 * MILLISECOND
    assert waterfall.self_intervals(at) != ()
    assert sum(waterfall.critical_shares.values()) == 20 * MILLISECOND
    assert waterfall.whole_of_shares_nano == 20 * MILLISECOND
    assert alone.whole_of_shares_nano == alone.duration_nano


def test_traces_that_link_to_each_other_end() -> None:
    """Each stands in one place, whichever is opened."""
    store = TraceStore()
    store.consume(
        a_batch(
            a_consumer("a", "a", ("b", "b")),
            a_consumer("b", "b", ("c", "c")),
            a_consumer("c", "c", ("a", "a"), ("c", "c")),
        )
    )
    for trace in "abc":
        assert sorted(name for _, name in outline(shown(store, trace))) == ["a", "b", "c"]


def test_what_comes_later_joins() -> None:
    """A consumer that arrives, and one that grows."""
    store = a_store()
    ties = Joining(store, trace_id_of("order"))
    held = store.trace(trace_id_of("order"))
    assert held is not None
    own = Waterfall(held)
    for _ in range(12):
        ties.with_others(own)
    store.consume(
        a_batch(
            a_consumer("bill", "bill", ("order", "publish"), start_ms=300),
            a_span("send", trace="mail", parent="mail", start_ms=101),
        )
    )
    ties._patience = joining.Patience()
    for _ in range(12):
        waterfall = ties.with_others(own)
        ties._patience = joining.Patience()
    assert outline(waterfall) == [
        (0, "request"), (1, "publish"), (2, "mail"), (3, "send"), (3, "count"), (2, "bill"),
    ]  # fmt: skip
    assert ties.with_others(own) is waterfall


def test_an_evicted_trace_stays_as_it_was_last_read() -> None:
    """Rows do not vanish under the cursor."""
    store = a_store()
    held = store.trace(trace_id_of("order"))
    assert held is not None
    own, ties = Waterfall(held), Joining(store, trace_id_of("order"))
    for _ in range(12):
        ties.with_others(own)
    store.clear()
    assert outline(ties.with_others(own)) == ALL


def test_what_does_not_fit_is_counted() -> None:
    """Too many traces; the title says how many are left out."""
    many = [
        a_consumer(f"m{number}", f"m{number}", ("order", "publish"), start_ms=number)
        for number in range(MAX_JOINED_TRACES + 8)
    ]
    waterfall = shown(a_store(*many), "order", ticks=2 * MAX_JOINED_TRACES)

    assert isinstance(waterfall, JoinedWaterfall)
    assert len(waterfall.parts) == MAX_JOINED_TRACES
    mail = 1  # its own consumer is not looked for then
    assert waterfall.left_out == len(many) + mail - (MAX_JOINED_TRACES - 1)


def test_a_batch_hangs_under_the_first_that_it_links_to() -> None:
    """It stands once; its other links are marked on its row."""
    batch = a_consumer("batch", "batch", ("stranger", "stranger"), ("order", "publish"))
    assert (1, "batch") in outline(shown(a_store(batch), "stranger"))
    assert [name for _, name in outline(shown(a_store(batch), "batch"))] == [
        "stranger",
        "batch",
    ]


def test_a_trace_that_was_left_out_is_forgotten_once_it_is_evicted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However long consumers come and go, and the count is of those that are held."""
    monkeypatch.setattr(joining, "MAX_JOINED_TRACES", 1)
    store = TraceStore(Limits(max_spans=4))
    store.consume(a_batch(a_span("publish", trace="order")))
    store.pin(trace_id_of("order"))
    held = store.trace(trace_id_of("order"))
    assert held is not None
    own, ties = Waterfall(held), Joining(store, trace_id_of("order"))

    for number in range(20):
        name = f"mail {number}"
        store.consume(a_batch(a_consumer(name, name, ("order", "publish"))))
        for _ in range(4):
            ties.with_others(own)
        assert ties.left_out == len(store) - 1
