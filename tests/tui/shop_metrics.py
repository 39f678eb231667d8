"""What the services of the shop measure during three minutes, as they would send it."""

import math
from typing import Any

from opentelemetry.proto.metrics.v1 import metrics_pb2

from devtrace.store.metrics import MetricStore
from tests.builders import SECOND, T0, a_metric, a_metric_batch, a_point, an_exemplar

_MS = 1_000
_BOUNDS = (5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000)
_STEPS = 24
_STEP_MS = 7.5 * _MS


def _counter(step: int, per_step: float, **attributes: Any) -> Any:
    return a_point(
        round(per_step * step + 3 * math.sin(step)),
        at_ms=step * _STEP_MS,
        attributes=attributes,
    )


def _duration(step: int) -> Any:
    counts = [0] * (len(_BOUNDS) + 1)
    for earlier in range(step + 1):
        for bucket, count in ((1, 2), (2, 5), (3, 9), (4, 6), (5, 3), (6, 1 + earlier % 3)):
            counts[bucket] += count
    exemplars = []
    if step % 8 == 7:
        at = T0 + round(step * 7.5 * SECOND)
        exemplars = [
            an_exemplar(293.0, trace="one", span="checkout", time_unix_nano=at),
            an_exemplar(48.0, trace="gone", time_unix_nano=at - SECOND),
        ]
    return a_point(
        of=metrics_pb2.HistogramDataPoint,
        at_ms=step * _STEP_MS,
        attributes={"http.route": "/checkout", "http.request.method": "POST"},
        count=sum(counts),
        sum=sum(count * 40.0 for count in counts),
        min=6.0,
        max=293.0,
        explicit_bounds=_BOUNDS,
        bucket_counts=counts,
        exemplars=exemplars,
    )


def _charge(step: int) -> Any:
    counts = [step % 4, 4, 9 + step % 3, 12, 7, 2, 1]
    return a_point(
        of=metrics_pb2.ExponentialHistogramDataPoint,
        at_ms=step * _STEP_MS,
        since_ms=(step - 1) * _STEP_MS,
        count=sum(counts),
        sum=0.15 * sum(counts),
        scale=1,
        positive={"offset": -8, "bucket_counts": counts},
    )


def _collection(step: int) -> Any:
    quantile = metrics_pb2.SummaryDataPoint.ValueAtQuantile
    return a_point(
        of=metrics_pb2.SummaryDataPoint,
        at_ms=step * _STEP_MS,
        count=10 * step,
        sum=0.02 * step,
        quantile_values=[
            quantile(quantile=0.5, value=0.001 + 0.0002 * (step % 5)),
            quantile(quantile=0.99, value=0.004 + 0.001 * (step % 7)),
        ],
    )


def shop_metrics() -> MetricStore:
    """Return a store with a series of every kind."""
    store = MetricStore()
    for step in range(_STEPS):
        store.consume_metrics(
            a_metric_batch(
                a_metric(
                    _counter(step, 21, **{"http.route": "/checkout"}),
                    _counter(step, 4, **{"http.route": "/users/{id}"}),
                    name="http.server.requests",
                    unit="{request}",
                    description="How many requests were answered.",
                ),
                a_metric(_duration(step), name="http.server.request.duration", unit="ms"),
                service="gateway",
            )
        )
        store.consume_metrics(
            a_metric_batch(
                a_metric(
                    _charge(step), name="payment.charge.duration", unit="s", temporality=1
                ),
                a_metric(
                    a_point(step % 5, at_ms=step * _STEP_MS),
                    name="payment.in_flight",
                    unit="{payment}",
                    monotonic=False,
                ),
                service="payments",
            )
        )
        memory = 48 * 2**20 + step * 2**18 + (step % 4) * 2**20
        store.consume_metrics(
            a_metric_batch(
                a_metric(
                    a_point(memory, at_ms=step * _STEP_MS),
                    name="process.memory.usage",
                    kind="gauge",
                    unit="By",
                ),
                a_metric(_collection(step), name="runtime.gc.pause", unit="s"),
                service="orders",
            )
        )
    return store
