"""What operations add to a trace makes up the difference of two sets, exactly."""

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.analysis.contrast import Contrast, TraceSet, Verdict, measure
from devtrace.analysis.timing import critical_path
from devtrace.analysis.tree import assemble
from devtrace.model.time import offset_text
from devtrace.model.trace import Trace
from tests.builders import MILLISECOND, a_span, a_trace

_PAGE = (Path(__file__).parents[2] / "docs" / "analysis.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| (root [^|]+) \| (root [^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def a_set(*traces: Trace) -> TraceSet:
    """Return the set of *traces*."""
    found = TraceSet()
    for number, trace in enumerate(traces):
        found.put(f"{number}", measure(trace.spans))
    return found


def a_call(
    duration_ms: float, child_ms: float = 0, name: str = "child", **fields: Any
) -> Trace:
    """Return a trace of a root and, if it takes any time, a child."""
    spans = [a_span("root", name="root", duration_ms=duration_ms)]
    if child_ms:
        spans.append(a_span("child", parent="root", name=name, duration_ms=child_ms, **fields))
    return a_trace(*spans)


def added(contrast: Contrast) -> dict[str, float]:
    """Return what each operation adds, in milliseconds, those that add nothing left out."""
    return {
        row.operation.name: float(row.nano / MILLISECOND) for row in contrast.rows if row.nano
    }


def _traces_of(text: str) -> list[Trace]:
    """Return the traces of a cell of the table on the page."""
    traces = []
    for root in re.split(r"root ", text)[1:]:
        times = [float(each) for each in re.findall(r"(\d+) ms", root)]
        traces.append(a_call(*times))
    return traces


@pytest.mark.parametrize("row", _ROW.findall(_PAGE))
def test_an_example_of_the_page_is_right(row: tuple[str, str, str, str]) -> None:
    """The page is the reference."""
    before, after, delta, adds = row
    contrast = Contrast(a_set(*_traces_of(before)), a_set(*_traces_of(after)))
    shown = offset_text(round(contrast.delta_nano)) if contrast.delta_nano else "0"
    assert shown == delta.strip().replace(" ", "")
    expected = {
        name: float(f"{'-' * (sign == '−')}{amount}")
        for name, sign, amount in re.findall(r"(\w+) ([+−])(\d+) ms", adds)
    }
    assert added(contrast) == expected


def test_the_page_has_examples() -> None:
    """A table that is not found proves nothing."""
    assert len(_ROW.findall(_PAGE)) == 3


_SPANS = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.integers(0, 50),
        st.integers(0, 50),
        st.sampled_from([None, 0, 1, 2]),
    ),
    min_size=1,
    max_size=6,
)


def _trace(spans: list[tuple[str, int, int, int | None]]) -> Trace:
    return a_trace(
        *(
            a_span(
                f"{number}",
                name=name,
                start_ms=start,
                duration_ms=duration,
                parent=None if parent is None or parent >= number else f"{parent}",
            )
            for number, (name, start, duration, parent) in enumerate(spans)
        )
    )


@given(st.lists(_SPANS, min_size=1, max_size=4), st.lists(_SPANS, min_size=1, max_size=4))
def test_what_operations_add_is_the_difference(first: list[Any], second: list[Any]) -> None:
    """Whatever the traces, to the last fraction of a nanosecond, and mirrored when swapped."""
    sides = [[_trace(spans) for spans in each] for each in (first, second)]
    before, after = (a_set(*traces) for traces in sides)
    contrast = Contrast(before, after)

    means = [
        Fraction(
            sum(
                each.end_time_unix_nano - each.start_time_unix_nano
                for trace in traces
                for each in critical_path(assemble(trace.spans))
            ),
            len(traces),
        )
        for traces in sides
    ]
    assert contrast.delta_nano == means[1] - means[0]
    assert sum(row.nano for row in contrast.rows) == contrast.delta_nano
    mirrored = {row.operation: row.nano for row in Contrast(after, before).rows}
    assert mirrored == {row.operation: -row.nano for row in contrast.rows}


@given(st.lists(_SPANS, min_size=1, max_size=4))
def test_a_set_is_no_different_from_itself(spans: list[Any]) -> None:
    """Nothing adds anything."""
    traces = [_trace(each) for each in spans]
    contrast = Contrast(a_set(*traces), a_set(*traces))
    assert not contrast.delta_nano
    assert {(row.nano, row.verdict, row.error_delta) for row in contrast.rows} == {
        (0, Verdict.SAME, 0)
    }


def test_what_adds_most_stands_in_front_whichever_way() -> None:
    """What got faster as much as what got slower; little is noise."""
    before = a_set(a_call(100, 10, "slower"), a_call(100, 50, "faster"))
    after = a_set(a_call(200, 110, "slower"), a_call(60, 10, "faster"))
    rows = Contrast(before, after).rows
    assert [(row.operation.name, row.verdict) for row in rows] == [
        ("slower", Verdict.SLOWER),
        ("faster", Verdict.FASTER),
        ("root", Verdict.SAME),
    ]


def test_what_only_one_set_has_is_told() -> None:
    """Added and missing, with no difference of quantiles to speak of."""
    contrast = Contrast(a_set(a_call(10, 4, "old")), a_set(a_call(10, 4, "new", status=2)))
    rows = {row.operation.name: row for row in contrast.rows}
    assert rows["new"].verdict is Verdict.ADDED
    assert rows["old"].verdict is Verdict.MISSING
    assert rows["new"].p95_delta_nano == rows["old"].p95_delta_nano == 0
    assert rows["new"].error_delta == 1


def test_an_empty_set_tells_nothing() -> None:
    """There is no mean of nothing."""
    contrast = Contrast(TraceSet(), a_set(a_call(10, 4)))
    assert not contrast.is_told
    assert not contrast.delta_nano
    assert {row.nano for row in contrast.rows} == {0}
