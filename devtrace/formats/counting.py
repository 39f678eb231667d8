"""How much an OTLP/JSON request holds beside spans, whatever else is wrong with it."""

from typing import Any

_POINT_KEYS = (
    "gauge",
    "sum",
    "histogram",
    "exponentialHistogram",
    "exponential_histogram",
    "summary",
)


def log_record_count(request: dict[str, Any]) -> int:
    """Return how many log records an OTLP/JSON request holds."""
    return sum(
        len(_elements(scope_logs, "logRecords", "log_records"))
        for resource_logs in _elements(request, "resourceLogs", "resource_logs")
        for scope_logs in _elements(
            resource_logs, "scopeLogs", "scope_logs", "instrumentationLibraryLogs"
        )
    )


def data_point_count(request: dict[str, Any]) -> int:
    """Return how many data points the metrics of an OTLP/JSON request have."""
    return sum(
        len(_elements(metric[key], "dataPoints", "data_points"))
        for resource_metrics in _elements(request, "resourceMetrics", "resource_metrics")
        for scope_metrics in _elements(
            resource_metrics, "scopeMetrics", "scope_metrics", "instrumentationLibraryMetrics"
        )
        for metric in _elements(scope_metrics, "metrics")
        for key in _POINT_KEYS
        if isinstance(metric.get(key), dict)
    )


def _elements(value: dict[str, Any], *keys: str) -> list[dict[str, Any]]:
    """Return the objects in the list under the first of *keys* that is there."""
    listed = next((value[key] for key in keys if key in value), None)
    return (
        [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    )
