"""The pane keeps its place while what it shows stays the same, and is never out of date."""

from devtrace.otlp import mistakes
from devtrace.store.limits import MetricLimits
from devtrace.store.metrics import MetricStore
from devtrace.tui.widgets.diagnosis_detail import DiagnosisDetail
from tests.builders import a_metric, a_metric_batch, a_point
from tests.tui.bad_senders import GO, bad_senders
from tests.tui.rig import opened


async def test_it_counts_on_while_it_is_read() -> None:
    """Without jumping back to the top."""
    counters = bad_senders()
    async with opened(counters=counters, size=(60, 20)) as rig:
        await rig.press("exclamation_mark", "tab", "end")
        top = rig.one(DiagnosisDetail).top
        counters.diagnose(mistakes.GRPC_ON_HTTP_PORT.note("x"), GO)
        await rig.settle()
        assert rig.one(DiagnosisDetail).top == top > 0

        await rig.press("home", *["down"] * 12)
        assert "how often  3" in rig.text


async def test_the_counters_are_written_anew_when_something_arrives() -> None:
    """The first row shows what is, not what was."""
    counters = bad_senders()
    async with opened(counters=counters) as rig:
        await rig.press("exclamation_mark", "home")
        assert "read                  12" in rig.text

        counters.requests["HTTP", "logs"] += 1
        await rig.settle()

        assert "read                  13" in rig.text


async def test_data_points_are_counted_like_spans() -> None:
    """Accepted, refused, evicted; written anew when more arrive."""
    counters = bad_senders()
    metrics = MetricStore(MetricLimits(max_series_points=2))
    async with opened(counters=counters, metrics=metrics) as rig:
        await rig.press("exclamation_mark", "home")
        assert "Data points of metrics" in rig.text
        counters.accepted_points = 71
        counters.refused_points.add("no data")
        metrics.consume_metrics(
            a_metric_batch(a_metric(*(a_point(n, at_ms=n) for n in range(5))))
        )
        await rig.settle()

        pane = rig.one(DiagnosisDetail)
        text = "\n".join("".join(piece for piece, _ in line) for line in pane.text_lines(60))
        points = text.split("Data points of metrics")[1].split("Requests")[0].split()
        assert points == [
            "accepted", "71", "refused", "1", "duplicates", "0",
            "evicted", "3,", "0", "series", "with", "all", "too", "large", "0",
        ]  # fmt: skip
        assert "accepted    71" in rig.text
