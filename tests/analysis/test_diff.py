"""What is different between two traces, and why one took longer."""

from typing import Any

import pytest
from hypothesis import given

from devtrace.analysis.diff import AttributeChange, Change, TraceDiff, attribute_changes
from devtrace.analysis.tree import TreeNode, assemble
from devtrace.model.span import Span
from tests.analysis.test_alignment import forests, tree
from tests.builders import MILLISECOND, a_span, a_trace, an_event
from tests.tui.shop_trace import Fault, shop_trace

Nodes = tuple[TreeNode, ...]


def shop(fault: Fault | None = None) -> Nodes:
    """Return the rows of one checkout."""
    return assemble(a_trace(*shop_trace(fault, name=fault or "fine")).spans)


def said(diff: TraceDiff) -> dict[str, Change]:
    """Return what is different, by the span's name."""
    return {
        next(span for span in diff.spans(index) if span).name: change
        for index, change in enumerate(diff.changes)
        if change
    }


def test_a_slow_checkout_is_explained_by_its_slow_payment() -> None:
    """One span holds all of the difference; those above it are slower for it."""
    diff = TraceDiff(shop(), shop("slow_payment"))

    assert diff.delta_nano == 1_370 * MILLISECOND
    (only,) = diff.contributions
    assert (only.service_name, only.name) == ("payments", "card.charge")
    assert only.nano == diff.delta_nano
    assert [diff.self_delta_nano(row) for row in only.rows] == [diff.delta_nano]
    assert said(diff) == dict.fromkeys(
        ("POST /checkout", "POST /orders", "order.process", "POST", "POST /charge", "card.charge"),
        Change.SLOWER,
    )  # fmt: skip
    assert diff.counts == {Change.SLOWER: 6}


def test_a_declined_checkout_misses_what_comes_after_it() -> None:
    """Spans that were never made are missing, and statuses are others."""
    diff = TraceDiff(shop(), shop("failed_charge"))

    told = said(diff)

    assert {name for name, change in told.items() if change is Change.MISSING} == {
        "INSERT orders", "send orders", "process orders", "email.send",
    }  # fmt: skip
    assert Change.STATUS in told["card.charge"]
    assert diff.counts[Change.STATUS] == 6
    back = TraceDiff(shop("failed_charge"), shop())
    assert back.counts[Change.ADDED] == 4


def test_many_of_one_operation_are_one_contribution() -> None:
    """The loop that asks 30 times is one line, not 30."""
    calls = [
        a_span(f"q{n}", parent="root", name="SELECT", start_ms=n, duration_ms=1)
        for n in range(30)
    ]
    fast = assemble(a_trace(a_span("root", duration_ms=5), calls[0]).spans)
    slow = assemble(a_trace(a_span("root", duration_ms=34), *calls).spans)

    diff = TraceDiff(fast, slow)

    (only,) = diff.contributions
    assert (only.name, only.nano, len(only.rows)) == ("SELECT", 29 * MILLISECOND, 30)


@pytest.mark.parametrize(
    ("before_ms", "after_ms", "change"),
    [
        (100, 111, Change.NONE),
        (100, 112, Change.SLOWER),
        (112, 100, Change.FASTER),
        (1, 2, Change.NONE),
        (0, 50, Change.SLOWER),
    ],
)
def test_noise_is_no_change(before_ms: float, after_ms: float, change: Change) -> None:
    """Slower is by more than a tenth of the span and a hundredth of the trace."""

    def nodes(kid_ms: float) -> Nodes:
        root = a_span("root", duration_ms=1_000)
        return assemble(a_trace(root, a_span("kid", parent="root", duration_ms=kid_ms)).spans)

    assert TraceDiff(nodes(before_ms), nodes(after_ms)).changes[1] is change


def test_a_placeholder_is_nothing_new() -> None:
    """A parent that never came is no span, whichever trace it is missing in."""
    lost = assemble(a_trace(a_span("kid", name="a", parent="lost")).spans)

    diff = TraceDiff(tree("a"), lost)

    assert diff.counts == {Change.MISSING: 1, Change.ADDED: 1}
    assert TraceDiff(lost, lost).counts == {}


@given(forests())
def test_a_trace_does_not_differ_from_itself(nodes: Nodes) -> None:
    """In nothing."""
    diff = TraceDiff(nodes, nodes)

    assert not any(diff.changes)
    assert diff.contributions == ()
    assert diff.delta_nano == 0
    assert not any(diff.self_delta_nano(index) for index in range(len(diff.rows)))


@given(forests(), forests())
def test_contributions_add_up_to_the_difference(before: Nodes, after: Nodes) -> None:
    """All of it, to the nanosecond, the largest first."""
    diff = TraceDiff(before, after)

    assert sum(each.nano for each in diff.contributions) == diff.delta_nano
    sizes = [abs(each.nano) for each in diff.contributions]
    assert sizes == sorted(sizes, reverse=True)
    assert 0 not in sizes


_MIRRORED = {
    Change.ADDED: Change.MISSING,
    Change.MISSING: Change.ADDED,
    Change.SLOWER: Change.FASTER,
    Change.FASTER: Change.SLOWER,
    Change.STATUS: Change.STATUS,
}


@given(forests(), forests())
def test_it_is_symmetric(before: Nodes, after: Nodes) -> None:
    """What was added is missing from the other side, and what is slower is faster."""
    there, back = TraceDiff(before, after), TraceDiff(after, before)

    assert {_MIRRORED[change]: count for change, count in there.counts.items()} == back.counts
    assert {each[:3]: -each.nano for each in there.contributions} == {
        each[:3]: each.nano for each in back.contributions
    }


@given(forests(), forests())
def test_every_span_of_both_is_accounted_for_once(before: Nodes, after: Nodes) -> None:
    """Paired, added or missing."""
    diff = TraceDiff(before, after)
    pairs = [diff.spans(index) for index in range(len(diff.rows))]

    for side, nodes in enumerate((before, after)):
        seen = [id(pair[side]) for pair in pairs if pair[side] is not None]
        assert sorted(seen) == sorted(id(node.span) for node in nodes if node.span)
    paired = sum(None not in pair for pair in pairs)
    spans = [sum(node.span is not None for node in nodes) for nodes in (before, after)]
    assert diff.counts.get(Change.MISSING, 0) == spans[0] - paired
    assert diff.counts.get(Change.ADDED, 0) == spans[1] - paired


def span_of(service: str = "shop", /, **fields: Any) -> Span:
    """Return one span."""
    (span,) = a_trace((service, a_span(**fields))).spans
    return span


def test_attributes_are_compared_with_their_type() -> None:
    """What only one has, what is another value, and what only looks the same."""
    before = span_of(attributes={"a": 1, "b": "x", "c": 1, "d": True, "same": [1, 2]})
    after = span_of(attributes={"b": "y", "c": "1", "d": 1, "e": None, "same": [1, 2]})

    assert attribute_changes(before, after) == (
        AttributeChange("a", "1", None),
        AttributeChange("b", "x", "y"),
        AttributeChange("c", "1", '"1"'),
        AttributeChange("d", "true", "1"),
        AttributeChange("e", None, "∅"),
    )


def test_name_message_exception_and_resource_are_compared_too() -> None:
    """They come before and after the attributes."""
    failed = an_event("exception", attributes={"exception.type": "Oops"})
    before = span_of("a", name="get 1")
    after = span_of("b", name="get 2", message="no", events=[failed])

    assert attribute_changes(before, after) == (
        AttributeChange("name", "get 1", "get 2"),
        AttributeChange("status message", None, "no"),
        AttributeChange("exception", None, "Oops"),
        AttributeChange("resource.service.name", "a", "b"),
    )
    assert attribute_changes(before, before) == ()
