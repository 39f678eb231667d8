"""Everything a series is stands in its pane, harmless and within its width."""

import pytest
from opentelemetry.proto.metrics.v1 import metrics_pb2

from devtrace.model.metric import Series
from devtrace.tui.metric_text import MetricText, kind_mark, kind_text
from devtrace.tui.series_reading import SeriesReading
from devtrace.tui.text import width_of
from devtrace.tui.theme import DARK, ServiceHues, palette_of
from tests.builders import a_point, a_series
from tests.tui.test_text import HOSTILE, acts


def written(series: Series, *, held: int = 1, most: int = 1_000, width: int = 60) -> list[str]:
    """Return the pane of a series as text."""
    text = MetricText(palette=palette_of(DARK.name), hues=ServiceHues(), width=width)
    lines = text.lines(SeriesReading(series), held=held, most=most)
    assert all(width_of(line) <= width for line in lines)
    return ["".join(text for text, _ in line) for line in lines]


def test_everything_a_series_is_is_there() -> None:
    """What it measures, of which kind, since when, how much is held, and who sent it."""
    point = a_point(
        of=metrics_pb2.HistogramDataPoint,
        at_ms=1_000,
        attributes={"http.route": "/checkout"},
        count=3,
        sum=60.5,
        min=1,
        max=40,
    )
    text = "\n".join(
        written(
            a_series(
                point, name="http.duration", unit="ms", description="How long.", service="a"
            )
        )
    )

    for said in (
        "● a", "http.duration", "How long.", "kind          histogram",
        "temporality   cumulative", "unit          ms", "points held   1",
        "count         3", "sum           60.5ms", "min           1ms", "max           40ms",
        "counts since  2025-10-09", "last point    2025-10-09", "Attributes  1",
        "http.route  /checkout", "Resource  1", "service.name  a", "Scope",
    ):  # fmt: skip
        assert said in text


def test_a_bound_that_is_reached_is_said() -> None:
    """Whoever looks for older points knows where they went."""
    assert any(
        "the bound: older ones left" in line for line in written(a_series(a_point(1)), most=1)
    )


@pytest.mark.parametrize(
    ("series", "name"),
    [
        (a_series(a_point(1)), "counter"),
        (a_series(a_point(1), monotonic=False), "up-down counter"),
        (a_series(a_point(1), kind="gauge"), "gauge"),
        (a_series(a_point(of=metrics_pb2.HistogramDataPoint)), "histogram"),
        (
            a_series(a_point(of=metrics_pb2.ExponentialHistogramDataPoint)),
            "exponential histogram",
        ),
        (a_series(a_point(of=metrics_pb2.SummaryDataPoint)), "summary"),
    ],
)
def test_each_kind_has_a_name_and_a_mark(series: Series, name: str) -> None:
    """One cell, and another for each."""
    assert kind_text(series) == name
    assert len(kind_mark(series)) == 1


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_in_the_pane(hostile: str) -> None:
    """R126: as name, description, unit, attribute and service."""
    text = hostile.encode("utf-8", "replace").decode()
    series = a_series(
        a_point(1, attributes={text: text}),
        name=text,
        unit=text,
        description=text,
        service=text,
    )

    assert not any(acts(line) for line in written(series, width=40))
