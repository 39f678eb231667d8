"""A peer that sent no spans is a line under its caller, where that is no crowd."""

from typing import Any

from opentelemetry.proto.trace.v1 import trace_pb2

from devtrace.tui.tree_layout import Place, TreeLayout
from devtrace.tui.tree_peers import MAX_SPANS_WITH_LEAVES, leaf_of
from devtrace.tui.waterfall import Waterfall
from tests.builders import a_span, a_trace, span_id_of


def a_query(span: str, **fields: Any) -> trace_pb2.Span:
    """Return a call to a database."""
    kind = trace_pb2.Span.SPAN_KIND_CLIENT
    return a_span(span, kind=kind, attributes={"db.system": "redis"}, **fields)


def laid_out(*spans: Any, shows_peers: bool = True) -> TreeLayout:
    """Return the lines of a trace."""
    layout = TreeLayout(shows_peers=shows_peers)
    layout.take(Waterfall(a_trace(*spans)), None)
    return layout


def lines(layout: TreeLayout) -> list[str]:
    """Return what each line is."""
    assert layout.waterfall is not None
    nodes = layout.waterfall.nodes
    return [
        row.peer.name if row.peer else row.exception or nodes[row.node].span.name  # type: ignore[union-attr]
        for row in layout.rows
    ]


def test_a_peer_stands_under_its_caller() -> None:
    """After the caller's exception, before what the caller did within."""
    layout = laid_out(
        a_query("get", status=2, message="lost"), a_span("connect", parent="get", start_ms=1)
    )
    assert lines(layout) == ["get", "lost", "redis", "connect"]
    assert lines(laid_out(a_query("get"), shows_peers=False)) == ["get"]


def test_a_folded_caller_hides_it() -> None:
    """With everything else that is under it."""
    layout = laid_out(a_query("get"), a_span("connect", parent="get", start_ms=1))
    layout.fold(layout.rows[0], is_folded=True)
    assert lines(layout) == ["get"]


def test_look_alikes_have_none() -> None:
    """They would all be the same."""
    queries = [
        a_query(f"loop {n}", name="loop", parent="root", start_ms=10 + n) for n in range(5)
    ]
    queries.append(a_query("get", parent="root", start_ms=1))
    layout = laid_out(a_span("root", duration_ms=99), *queries)
    layout.fold_all(is_folded=False)
    assert lines(layout).count("redis") == 1
    assert lines(layout).count("loop") == 6


def test_a_line_is_found_again_by_its_name() -> None:
    """Where peers have no lines, the caller stands in."""
    layout = laid_out(a_query("get"))
    place = layout.place(1)
    assert place == Place(span_id_of("get"), "peer")
    assert layout.row_of(place) == 1
    layout.shows_peers = False
    layout.lay_out()
    assert layout.row_of(place) == 0


def test_a_long_trace_has_no_such_lines_and_decodes_nothing_for_them() -> None:
    """Its peers stand beside the callers in view."""
    spans = [
        a_query(f"q{n}", name=f"q{n}", start_ms=n) for n in range(MAX_SPANS_WITH_LEAVES + 1)
    ]
    layout = laid_out(*spans)
    assert layout.waterfall is not None
    assert len(layout.rows) == len(spans)
    assert leaf_of(layout.waterfall, 0) is None
    assert not layout.waterfall.peers._known
