"""A promise is kept or not, and what was seen instead is said in words."""

import pytest

from devtrace.model.trace import Trace
from devtrace.scenarios.expectation import Amount, Expectation, ShapeLine
from devtrace.scenarios.verdict import focus, judge
from tests.builders import a_span, a_trace, span_id_of, trace_id_of


def a_shop_trace(name: str = "one", *, charge_ms: float = 150) -> Trace:
    """Return a trace of four spans: a above b and d, and b above c."""
    return a_trace(
        a_span("a", trace=name, name="POST /checkout", duration_ms=240),
        a_span("b", trace=name, parent="a", name="POST /orders", start_ms=10, duration_ms=200),
        a_span(
            "c", trace=name, parent="b", name="card.charge", start_ms=20, duration_ms=charge_ms
        ),
        a_span("d", trace=name, parent="a", name="send mail", start_ms=220, duration_ms=5),
    )


def a_query(query: str, **counts: Amount) -> Expectation:
    """Return a promise about a query."""
    return Expectation(says="so it is", query=query, **counts)


def a_shape(*lines: tuple[int, str, float | None]) -> Expectation:
    """Return a promise about a shape: depth, name and milliseconds of each line."""
    return Expectation(
        says="so it looks",
        shape=tuple(
            ShapeLine(depth=depth, service="shop", name=name, duration_ms=milliseconds)
            for depth, name, milliseconds in lines
        ),
    )


ONE = Amount(1, 1)


@pytest.mark.parametrize(
    ("expectation", "holds", "seen"),
    [
        (a_query("name=card.charge", spans=ONE), True, "1 span"),
        (a_query("name=card.charge", traces=Amount(2, 2)), True, "2 traces"),
        (a_query("duration>100ms", spans=Amount(1, 3)), False, "6 spans (not 1..3)"),
        (a_query("name=nothing", spans=Amount(0, 0)), True, "0 spans"),
        (a_query("name=nothing", spans=Amount(1, None)), False, "0 spans (not 1..)"),
        (
            a_query("name=card.charge", spans=Amount(2, 2), traces=ONE),
            False,
            "2 spans, 2 traces (not 1)",
        ),
        (a_query("name=card.charge", logs=Amount(4, 4)), True, "4 log records"),
        (a_query("!{name=nothing}", traces=Amount(2, 2)), True, "2 traces"),
    ],
)
def test_a_query_is_counted_over_all_traces_of_the_play(
    expectation: Expectation, *, holds: bool, seen: str
) -> None:
    """Spans, traces and log records, each only where the scenario counts it."""
    two = [a_shop_trace("one"), a_shop_trace("two")]

    if expectation.spans is ONE:
        two = two[:1]
    (verdict,) = judge([expectation], two, count_logs=lambda _, spans: 2 * len(spans))

    assert (verdict.holds, verdict.seen) == (holds, seen)


def test_a_verdict_leads_to_the_first_span_found() -> None:
    """That is where a person wants to look."""
    (verdict,) = judge([a_query("name=card.charge")], [a_shop_trace()])

    assert (verdict.trace_id, verdict.span_id) == (trace_id_of("one"), span_id_of("c"))


def test_the_focus_is_the_span_that_the_scenario_calls_so() -> None:
    """Else the first that anything was found for; nothing found leads nowhere."""
    seen = a_query("name=card.charge")
    named = Expectation(says="", query='name="POST /orders"', is_focus=True)
    absent = Expectation(says="", query="name=nothing", is_focus=True)

    def led_to(*expectations: Expectation) -> str | None:
        verdict = focus(judge(expectations, [a_shop_trace()]))
        return verdict and verdict.span_id

    assert led_to(seen, named) == span_id_of("b")
    assert led_to(seen, absent) == span_id_of("c")
    assert led_to(absent) is None


@pytest.mark.parametrize(
    "lines",
    [
        [(0, "POST /checkout", None)],
        [(0, "POST /checkout", 240), (1, "POST /orders", None), (2, "card.charge", 150)],
        [(0, "POST /checkout", None), (1, "card.charge", None)],  # spans between are left out
        [(0, "POST *", None), (1, "POST /orders", None), (1, "send mail", None)],
        [(0, "POST /orders", None), (1, "card*", None)],  # it need not begin at the root
    ],
)
def test_a_shape_is_found_wherever_its_spans_are_in_place(
    lines: list[tuple[int, str, float | None]],
) -> None:
    """Below each other, in order of their start, with others between and beside."""
    (verdict,) = judge([a_shape(*lines)], [a_shop_trace()])

    assert verdict.holds
    assert verdict.seen == f"{len(lines)} span{'s' if len(lines) > 1 else ''} in place"
    assert verdict.trace_id == trace_id_of("one")


@pytest.mark.parametrize(
    ("lines", "seen"),
    [
        ([(0, "GET /", None)], "no shop GET /"),
        ([(0, "POST /checkout", None), (1, "refund", None)], "no shop refund"),
        (
            [(0, "POST /checkout", None), (1, "send mail", None), (1, "POST /orders", None)],
            "no shop POST /orders",
        ),
        ([(0, "send mail", None), (1, "card.charge", None)], "no shop card.charge"),
        ([(0, "POST /?heckout", None)], "no shop POST /?heckout"),
    ],
)
def test_a_shape_that_is_not_there_names_what_is_missing(
    lines: list[tuple[int, str, float | None]], seen: str
) -> None:
    """The first line that no span was found for, or that stands out of order."""
    (verdict,) = judge([a_shape(*lines)], [a_shop_trace()])

    assert (verdict.holds, verdict.seen) == (False, seen)


@pytest.mark.parametrize(
    ("took", "holds"), [(150, True), (128, True), (126, False), (900, True)]
)
def test_a_span_may_take_longer_than_promised_but_not_less(took: float, *, holds: bool) -> None:
    """A busy machine adds time, and nothing takes it away."""
    shape = a_shape((0, "POST /checkout", 240), (1, "card.charge", 150))

    (verdict,) = judge([shape], [a_shop_trace(charge_ms=took)])

    assert verdict.holds is holds
    assert holds or verdict.seen == "shop card.charge took 126ms (not 150ms)"


def test_lines_alike_are_spans_of_their_own() -> None:
    """Twice the same line is two spans."""
    twice = a_shape(
        (0, "POST /checkout", None), (1, "POST /orders", None), (1, "POST /orders", None)
    )

    (verdict,) = judge([twice], [a_shop_trace()])

    assert not verdict.holds
