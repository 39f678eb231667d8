"""What follows from a trace is worked out in steps that do not grow with it."""

from collections.abc import Callable
from functools import cache

import pytest

from devtrace.analysis.adjust import adjusted_steps
from devtrace.analysis.alike import alike_steps
from devtrace.analysis.summary import summarise_steps
from devtrace.analysis.timing import critical_path_steps, self_times_steps
from devtrace.analysis.tree import assemble_steps
from devtrace.model.steps import Steps
from devtrace.tui.trace_facts import TraceFacts
from devtrace.tui.waterfall import Waterfall
from tests.builders import a_span, a_trace

_SPANS = 13_000


@cache
def a_flat_trace() -> TraceFacts:
    """Return a trace of one parent and its many children, of which most look alike."""
    children = (a_span(str(n), parent="root", start_ms=n, name="op") for n in range(_SPANS))
    return TraceFacts(a_trace(a_span("root", duration_ms=_SPANS), *children))


@pytest.mark.parametrize(
    ("begin", "least"),
    [
        (lambda facts: assemble_steps(facts.trace.spans), 16),
        (lambda facts: self_times_steps(facts.nodes), 6),
        (lambda facts: alike_steps(facts.nodes), 3),
        (lambda facts: critical_path_steps(facts.nodes), 3),
        (lambda facts: summarise_steps(facts.trace, facts.nodes), 6),
        (lambda facts: adjusted_steps(facts.trace, facts.nodes), 6),
        (lambda facts: Waterfall.steps(facts.trace), 40),
    ],
    ids=["tree", "self times", "look-alikes", "critical path", "summary", "clocks", "all"],
)
def test_a_long_trace_takes_many_steps(
    begin: Callable[[TraceFacts], Steps[object]], least: int
) -> None:
    """Between any two of them a key has its turn."""
    assert sum(1 for _ in begin(a_flat_trace())) >= least


def test_a_row_without_a_start_has_no_place_in_time() -> None:
    """Placeholders neither; what ends before it starts is a moment."""
    facts = TraceFacts(
        a_trace(
            a_span("a", parent="never", start_ms=1, duration_ms=2),
            a_span("b", parent="a", start_ms=2, duration_ms=-1),
            a_span("c", parent="a", start_time_unix_nano=0),
        )
    )
    names = [node.span.name if node.span else "?" for node in facts.nodes]
    starts = dict(zip(names, facts.starts, strict=True))
    lasts = dict(zip(names, facts.lasts, strict=True))
    assert starts["?"] == lasts["?"] == starts["c"] == lasts["c"] == 0
    assert lasts["a"] == starts["a"] + 2_000_000 - 1
    assert lasts["b"] == starts["b"]
