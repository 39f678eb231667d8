"""Rows, folds and figures of one trace are pure functions of its spans."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.analysis.text_tree import text_tree
from devtrace.analysis.tree import Placement
from devtrace.model.span import Span
from devtrace.model.trace import Trace
from devtrace.tui.trace_facts import MAX_EXCEPTION_ROWS
from devtrace.tui.waterfall import TreeRow, Waterfall
from tests.builders import T0, a_batch, a_span, a_trace, an_event, span_id_of
from tests.tui.shop_trace import shop_trace

ERROR = 2


def a_waterfall(**parents: str | None) -> Waterfall:
    """Return a trace of spans by name, each with its parent's name."""
    spans = [
        a_span(name, parent=parent, start_ms=number)
        for number, (name, parent) in enumerate(parents.items())
    ]
    return Waterfall(a_trace(*spans))


def names(waterfall: Waterfall, folded: set[str] | None = None) -> list[str]:
    """Return the names of the spans to be drawn; a placeholder is `?`."""
    rows = waterfall.rows(folded or set())
    spans = [waterfall.nodes[row.node].span for row in rows if not row.exception]
    return [span.name if span is not None else "?" for span in spans]


TREE = {"a": None, "b": "a", "c": "b", "d": "a", "e": "d", "f": None}


def test_every_span_has_a_row() -> None:
    """Nothing is folded at first."""
    assert names(a_waterfall(**TREE)) == ["a", "b", "c", "d", "e", "f"]


def test_a_folded_span_hides_what_is_under_it() -> None:
    """It keeps its own row; folding inside a fold changes nothing."""
    waterfall = a_waterfall(**TREE)

    assert names(waterfall, {span_id_of("b")}) == ["a", "b", "d", "e", "f"]
    assert names(waterfall, {span_id_of("a"), span_id_of("b")}) == ["a", "f"]
    assert names(waterfall, {span_id_of("c")}) == ["a", "b", "c", "d", "e", "f"]


def test_levels_fold_from_the_deepest_and_unfold_from_the_top() -> None:
    """Each press is one level; past the last one nothing happens."""
    waterfall = a_waterfall(**TREE)
    folded: set[str] = set()
    seen = []

    for step in (-1, -1, -1, 1, 1, 1):
        folded = waterfall.folded_by_level(folded, step)
        seen.append("".join(names(waterfall, folded)))

    assert seen == ["abdf", "af", "af", "abdf", "abcdef", "abcdef"]


def test_folds_of_spans_that_are_gone_are_harmless() -> None:
    """A trace that was evicted and begins again has few of the spans it had."""
    folded = {span_id_of("gone"), span_id_of("a")}
    waterfall = a_waterfall(a=None, b="a")

    assert names(waterfall, folded) == ["a"]
    assert names(waterfall, waterfall.folded_by_level(folded, 1)) == ["a", "b"]
    assert names(waterfall, waterfall.folded_by_level(folded, -1)) == ["a"]


@given(
    st.lists(st.integers(-1, 30), min_size=1, max_size=30),
    st.sets(st.integers(0, 29)),
    st.permutations(range(30)),
)
def test_rows_under_a_fold_are_exactly_those_left_out(
    parents: list[int], folded: set[int], order: list[int]
) -> None:
    """Whatever the tree, with orphans, cycles and any order of arrival."""
    spans = [
        a_span(f"s{number}", parent=None if parent < 0 else f"s{parent}", start_ms=number)
        for number, parent in enumerate(parents)
    ]
    waterfall = Waterfall(a_trace(*(spans[place] for place in order if place < len(spans))))
    ids = {span_id_of(f"s{number}") for number in folded}

    shown = [row.node for row in waterfall.rows(ids)]

    assert shown == [
        index
        for index in range(len(waterfall.nodes))
        if not any(waterfall.keys[above] in ids for above in waterfall.path_to(index))
    ]
    assert len(set(waterfall.keys)) == len(waterfall.nodes)


def test_spans_that_share_an_id_are_told_apart() -> None:
    """The one that came first keeps the plain id, so a later one never takes its selection."""
    first, second = a_span("x", name="one", start_ms=5), a_span("x", name="two", start_ms=1)

    alone, both = Waterfall(a_trace(first)), Waterfall(a_trace(first, second))

    assert both.keys[1] == alone.keys[0] == span_id_of("x")
    assert both.keys[0] != both.keys[1]
    assert [both.index_by_key[key] for key in both.keys] == [0, 1]


def test_the_axis_never_has_length_zero() -> None:
    """One instant, or no time at all, can still be divided by."""
    instant = Waterfall(a_trace(a_span("a", duration_ms=0)))
    timeless = Waterfall(a_trace(a_span("a", start_time_unix_nano=0, end_time_unix_nano=0)))

    assert instant.duration_nano == timeless.duration_nano == 1
    assert (instant.start, timeless.start) == (T0, 0)


def test_the_innermost_error_of_a_branch_says_why() -> None:
    """One line under the span that failed first, none under those that failed because of it."""
    waterfall = Waterfall(a_trace(*shop_trace("failed_charge")))

    assert [waterfall.nodes[row].span_id for row in waterfall.exceptions] == [
        span_id_of("card.charge")
    ]
    assert list(waterfall.exceptions.values()) == ["CardDeclinedError: insufficient funds"]
    assert len(waterfall.error_rows) == 6


def test_an_exception_has_a_row_under_its_span() -> None:
    """It goes when its span is folded away and stays when the span itself is folded."""
    waterfall = Waterfall(
        a_trace(
            a_span("a"),
            a_span("b", parent="a", status=ERROR, message="no funds"),
            a_span("c", parent="b", start_ms=1),
        )
    )

    assert waterfall.rows(set()) == [
        TreeRow(0), TreeRow(1), TreeRow(1, "no funds"), TreeRow(2)
    ]  # fmt: skip
    assert waterfall.rows({span_id_of("b")}) == [TreeRow(0), TreeRow(1), TreeRow(1, "no funds")]
    assert waterfall.rows({span_id_of("a")}) == [TreeRow(0)]


def test_exception_rows_are_bounded() -> None:
    """A trace in which everything failed is still a tree."""
    spans = [
        a_span(f"s{number}", parent="root", status=ERROR, message="no", start_ms=number)
        for number in range(3 * MAX_EXCEPTION_ROWS)
    ]
    waterfall = Waterfall(a_trace(a_span(), *spans))

    assert len(waterfall.exceptions) == MAX_EXCEPTION_ROWS
    assert len(waterfall.error_rows) == 3 * MAX_EXCEPTION_ROWS


def test_an_error_without_words_has_no_row() -> None:
    """An empty line would explain nothing."""
    waterfall = Waterfall(a_trace(a_span("a", status=ERROR)))

    assert waterfall.rows(set()) == [TreeRow(0)]


def test_a_hop_is_where_the_service_changes() -> None:
    """Only there is the service named."""
    waterfall = Waterfall(a_trace(*shop_trace()))

    hops = {
        span.name
        for index, node in enumerate(waterfall.nodes)
        if waterfall.is_hop(index) and (span := node.span) is not None
    }
    assert hops == {
        "POST /checkout", "shop.Auth/Verify", "GET /users/{id}", "POST /orders",
        "shop.Inventory/Check", "POST /charge", "process orders",
    }  # fmt: skip


def test_a_remote_parent_or_another_instance_is_a_hop_too() -> None:
    """A service may call itself, in the same process or in another."""
    remote, local = 0x300, 0x100
    waterfall = Waterfall(
        a_trace(
            a_span("root"),
            a_span("called", parent="root", start_ms=1, flags=remote),
            a_span("within", parent="root", start_ms=2, flags=local),
            a_span("unknown", parent="root", start_ms=3, flags=0x200),
        )
    )
    assert [waterfall.is_hop(index) for index in range(4)] == [True, True, False, False]

    spans = []
    for instance, span in (("a", a_span("root")), ("b", a_span("child", parent="root"))):
        for part in a_batch(span, resource={"service.instance.id": instance}).slices:
            spans.extend(Span(payload, part.scope) for payload in part.payloads)
    waterfall = Waterfall(Trace(trace_id=spans[0].trace_id, spans=tuple(spans)))
    assert waterfall.is_hop(1)
    assert [waterfall.service_label(span) for span in spans] == ["shop #1", "shop #2"]


def test_a_missing_parent_is_a_row_and_no_hop() -> None:
    """Its children stand under it."""
    waterfall = a_waterfall(b="a", c="a")

    assert names(waterfall) == ["?", "b", "c"]
    assert waterfall.nodes[0].placement is Placement.MISSING
    assert not waterfall.is_hop(0)
    assert waterfall.path_to(2) == [0]


def test_the_critical_path_is_told_per_row() -> None:
    """The slow hop holds most of it, and the pieces add up to the whole."""
    waterfall = Waterfall(a_trace(*shop_trace("slow_payment")))

    slowest = next(iter(waterfall.critical_shares))
    assert waterfall.nodes[slowest].span_id == span_id_of("card.charge")
    root = waterfall.nodes[0].span
    assert root is not None
    assert sum(waterfall.critical_shares.values()) == root.duration_nano
    assert set(waterfall.critical_segments) == set(waterfall.critical_shares)


@pytest.mark.parametrize("fault", [None, "slow_payment", "failed_charge"])
def test_working_intervals_add_up_to_self_time(fault: None) -> None:
    """The solid pieces of a bar are the time in the column beside it."""
    waterfall = Waterfall(a_trace(*shop_trace(fault)))

    for index in range(len(waterfall.nodes)):
        pieces = waterfall.self_intervals(index)
        assert sum(end - start for start, end in pieces) == waterfall.self_times_nano[index]


def test_the_summary_is_of_the_same_rows() -> None:
    """List and tree cannot disagree."""
    waterfall = Waterfall(a_trace(*shop_trace("failed_charge")))

    assert waterfall.summary.error_count == len(waterfall.error_rows)
    assert waterfall.summary.title == "POST /checkout → 402"
    assert len(text_tree(waterfall.nodes).splitlines()) == len(waterfall.rows(set()))


def test_an_exception_of_one_line_stays_one_line() -> None:
    """What a row shows is cut by the row; the detail has the rest."""
    event = an_event(
        "exception", attributes={"exception.type": "E", "exception.message": "x\ny"}
    )
    waterfall = Waterfall(a_trace(a_span("a", status=ERROR, events=[event])))

    assert waterfall.exceptions == {0: "E: x"}


def naive_rows(
    waterfall: Waterfall, folded: set[str], opened: set[str], root: int | None
) -> list[TreeRow]:
    """Return the lines by looking at every row."""
    rows: list[TreeRow] = []
    nodes, closed = waterfall.nodes, set()
    index = root or 0
    end = len(nodes) if root is None else root + nodes[root].size
    while index < end:
        run = waterfall.run_of.get(index) if index != root else None
        if run is not None:
            if index == run.nodes[0]:
                is_open = waterfall.is_open(run, opened)
                rows.append(TreeRow(index, "", run, is_open))
                closed.update([] if is_open else [index])
            if run.nodes[0] in closed:
                index += nodes[index].size
                continue
        rows.append(TreeRow(index))
        if text := waterfall.exceptions.get(index):
            rows.append(TreeRow(index, text))
        index += nodes[index].size if waterfall.keys[index] in folded else 1
    return rows


@given(st.data())
def test_lines_are_those_of_a_look_at_every_row(data: st.DataObject) -> None:
    """Whatever is folded, opened and begun at: runs, runs within runs, exceptions."""
    count = data.draw(st.integers(1, 24))
    numbers = st.integers(0, count - 1)
    spans = []
    for number in range(count):
        parent = data.draw(st.integers(0, number - 1)) if number else None
        fails = data.draw(st.integers(0, 5)) == 0
        spans.append(
            a_span(
                str(number),
                name=data.draw(st.sampled_from("ab")),
                parent=None if parent is None else str(parent),
                start_ms=number,
                status=ERROR if fails else 0,
                message="no" if fails else "",
            )
        )
    waterfall = Waterfall(a_trace(*spans))
    folded = {waterfall.keys[each] for each in data.draw(st.sets(numbers))}
    opened = {waterfall.keys[each] for each in data.draw(st.sets(numbers))}
    root = data.draw(st.none() | numbers)
    drawn = waterfall.rows(folded, opened=opened, root=root)
    assert drawn == naive_rows(waterfall, folded, opened, root)
