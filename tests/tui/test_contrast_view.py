"""The rows of a contrast say what is different, in any order one asks for."""

from devtrace.analysis.contrast import Contrast, TraceSet, measure
from devtrace.tui.contrast_view import ContrastOrder, figures
from tests.builders import a_span, a_trace


def a_contrast() -> Contrast:
    """Return one call that got slower beside one that fails now."""
    sides = TraceSet(), TraceSet()
    for side, slow_ms, status in zip(sides, (10, 60), (0, 2), strict=True):
        trace = a_trace(
            a_span("root", name="root", duration_ms=slow_ms + 30),
            a_span("a", parent="root", name="slow", duration_ms=slow_ms),
            a_span(
                "b", parent="root", name="flaky", start_ms=slow_ms, duration_ms=5, status=status
            ),
        )
        side.put("1", measure(trace.spans))
    sides[1].put("2", measure(a_trace(a_span("other", trace="2", name="new")).spans))
    return Contrast(*sides)


def test_orders_put_what_is_most_different_in_front() -> None:
    """By what it adds, by p95, by errors, by name."""
    rows = a_contrast().rows
    assert ContrastOrder.P95.sorted(rows)[0].operation.name in {"root", "slow"}
    assert ContrastOrder.ERRORS.sorted(rows)[0].operation.name == "flaky"
    names = [row.operation.name for row in ContrastOrder.NAME.sorted(rows)]
    assert names == ["flaky", "new", "root", "slow"]
    assert ContrastOrder.ADDS.sorted(rows) == list(rows)


def test_every_order_follows_another() -> None:
    """And the last is followed by the first."""
    seen = [order := ContrastOrder.ADDS]
    while (order := order.next) not in seen:
        seen.append(order)
    assert set(seen) == set(ContrastOrder)


def test_figures_stand_on_both_sides_of_an_arrow() -> None:
    """A set without a call has a dot, and errors are told where there are any."""
    contrast = a_contrast()
    by_name = {row.operation.name: figures(contrast, row) for row in contrast.rows}
    assert by_name["flaky"].errors == "  0% → 100%"
    assert by_name["slow"].errors == ""
    assert by_name["slow"].p95 == "  10ms → 60ms  "
    assert by_name["slow"].delta_p95 == "+50ms"
    assert by_name["new"].calls == "     · → 1     "
    assert by_name["new"].delta_p95 == ""
