"""What is folded stays folded while a trace grows, and nothing selected is ever lost in a fold."""

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1 import trace_pb2

from devtrace.tui.tree_layout import Place, TreeLayout
from devtrace.tui.waterfall import Waterfall
from tests.builders import MILLISECOND, T0, a_span, a_trace, span_id_of


def loop(count: int = 5, *more: trace_pb2.Span) -> Waterfall:
    """Return a root with *count* calls that look alike."""
    calls = [a_span(f"c{n}", parent="root", name="SELECT", start_ms=n) for n in range(count)]
    return Waterfall(a_trace(a_span("root", duration_ms=90), *calls, *more))


def a_layout(waterfall: Waterfall) -> TreeLayout:
    """Return the layout of a trace as it is opened."""
    layout = TreeLayout()
    layout.take(waterfall, None)
    return layout


def lines(layout: TreeLayout) -> list[str]:
    """Return the lines: names of spans, and how many look alike."""
    assert layout.waterfall is not None
    spans = [layout.waterfall.nodes[row.node].span for row in layout.rows]
    return [
        f"×{len(row.run.nodes)}" if row.run else span.name if span else "?"
        for row, span in zip(layout.rows, spans, strict=True)
    ]


def test_look_alikes_are_one_line_until_it_is_opened() -> None:
    """And again when it is closed."""
    layout = a_layout(loop())
    assert lines(layout) == ["root", "×5"]

    layout.fold(layout.rows[1], is_folded=False)
    assert lines(layout) == ["root", "×5", *["SELECT"] * 5]
    assert layout.rows[1].is_open

    layout.fold(layout.rows[1], is_folded=True)
    assert lines(layout) == ["root", "×5"]


def test_a_run_stays_open_while_it_grows_at_either_end() -> None:
    """Also when an earlier span comes in late."""
    layout = a_layout(loop())
    layout.fold(layout.rows[1], is_folded=False)

    early = a_span("early", parent="root", name="SELECT", start_ms=-5)
    layout.take(loop(6, early), None)

    assert lines(layout) == ["root", "×7", *["SELECT"] * 7]


def test_a_run_that_forms_round_the_cursor_is_open() -> None:
    """The fourth call does not take the one that is read away."""
    selected = Place(span_id_of("c1"))
    layout = a_layout(loop(3))
    layout.take(loop(4), selected)

    assert lines(layout) == ["root", "×4", *["SELECT"] * 4]
    assert layout.place(layout.row_of(selected)) == selected


def test_going_to_a_span_opens_what_hides_it() -> None:
    """Folded parents, and runs on the way."""
    below = a_span("below", parent="c3", start_ms=3)
    layout = a_layout(loop(5, below))
    layout.fold_all(is_folded=True)
    assert lines(layout) == ["root"]
    assert layout.waterfall is not None

    node = layout.waterfall.index_by_key[span_id_of("below")]
    layout.reveal(node)

    assert "below" in lines(layout)
    assert layout.rows[layout.row_of(Place(span_id_of("below")))].node == node


def test_what_is_hidden_has_the_line_above_it() -> None:
    """The run of a span, or of what it hangs under."""
    layout = a_layout(loop(5, a_span("below", parent="c3", start_ms=3)))

    assert layout.row_of(Place(span_id_of("c3"))) == 1
    assert layout.row_of(Place(span_id_of("below"))) == 1
    assert layout.row_of(Place("gone")) == 0
    assert layout.header_of(0) is None


def test_everything_unfolded_is_everything() -> None:
    """Runs too; and everything folded is the top."""
    layout = a_layout(loop())

    layout.fold_all(is_folded=False)
    assert lines(layout).count("SELECT") == 5
    layout.fold_all(is_folded=True)
    assert lines(layout) == ["root"]


def test_a_part_of_the_trace_can_be_shown_alone() -> None:
    """Until one goes to a span that is not in it; the bars' time is the part's."""
    layout = a_layout(loop(2, a_span("below", parent="c1", start_ms=4, duration_ms=2)))

    layout.begin_at(2)
    assert lines(layout) == ["SELECT", "below"]
    assert layout.bounds() == (T0 + MILLISECOND, T0 + 11 * MILLISECOND)

    layout.reveal(1)
    assert len(layout.rows) == 4
    assert layout.bounds() == (T0, T0 + 90 * MILLISECOND)


def test_another_trace_begins_unfolded() -> None:
    """Folds belong to the trace they were made in."""
    layout = a_layout(loop())
    layout.fold_all(is_folded=True)
    layout.begin_at(0)

    layout.take(
        Waterfall(a_trace(a_span("a", trace="x"), a_span("b", trace="x", parent="a"))), None
    )

    assert lines(layout) == ["a", "b"]
    layout.take(None, None)
    assert layout.rows == []
    assert layout.row_of(Place("a")) == 0


def test_lines_are_computed_only_when_a_fold_changed() -> None:
    """Going from span to span costs nothing in a trace of any size."""
    layout = a_layout(loop())
    layout.reveal(2)
    rows = layout.rows

    layout.reveal(3)

    assert layout.rows is rows


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from("ab")), max_size=30), st.data())
def test_every_span_can_be_gone_to_from_any_fold(
    shape: list[tuple[int, str]], data: st.DataObject
) -> None:
    """Nothing is lost in a fold, and lines stand in the order of the tree."""
    spans = [a_span("s0", name="a")] + [
        a_span(f"s{number + 1}", parent=f"s{min(parent, number)}", name=name, start_ms=number)
        for number, (parent, name) in enumerate(shape)
    ]
    layout = a_layout(Waterfall(a_trace(*spans)))
    for is_folded in data.draw(st.lists(st.booleans(), max_size=5)):
        row = data.draw(st.integers(0, len(layout.rows) - 1))
        layout.fold(layout.rows[row], is_folded=is_folded)
    assert layout.waterfall is not None
    node = data.draw(st.integers(0, len(layout.waterfall.nodes) - 1))

    hidden_at = layout.row_of(Place(layout.waterfall.keys[node]))
    assert 0 <= hidden_at < len(layout.rows)
    layout.reveal(node)

    assert layout.rows[layout.row_of(Place(layout.waterfall.keys[node]))].node == node
    order = [row.node for row in layout.rows]
    assert order == sorted(order)
