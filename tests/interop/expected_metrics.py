"""The metrics that the program of every language sends, and how they are compared.

They are compared as the OTLP/JSON that devtrace writes, not as it shows them: what an
SDK measured has to leave devtrace as it came.
"""

from collections.abc import Iterator
from typing import Any

from devtrace.model.span import Span
from tests.interop.received import attributes

CUMULATIVE = 2
WITHOUT_EXEMPLARS = {"nodejs"}
"""The SDK of JavaScript has none."""

EXPECTED: dict[str, dict[str, Any]] = {
    "orders": {
        "kind": "sum",
        "unit": "{order}",
        "description": "Orders placed",
        "aggregationTemporality": CUMULATIVE,
        "isMonotonic": True,
        "points": {
            "[('order.express', {'boolValue': False})]": {"value": 1},
            "[('order.express', {'boolValue': True})]": {"value": 2},
        },
        "measured": {1, 2},
    },
    "orders.open": {
        "kind": "sum",
        "unit": "{order}",
        "aggregationTemporality": CUMULATIVE,
        "points": {"[]": {"value": 3}},
        "measured": {5, -2},
    },
    "oven.temperature": {
        "kind": "gauge",
        "unit": "Cel",
        "points": {"[]": {"value": -21.5}},
        "measured": {180, -21.5},
    },
    "order.duration": {
        "kind": "histogram",
        "unit": "ms",
        "aggregationTemporality": CUMULATIVE,
        "points": {
            "[]": {
                "count": 3,
                "sum": 20_124,
                "min": 4,
                "max": 20_000,
                "buckets": {(0, 5): 1, (100, 250): 1, (10_000, float("inf")): 1},
            }
        },
        "measured": {4, 120, 20_000},
    },
    "order.weight": {
        "kind": "exponentialHistogram",
        "unit": "kg",
        "aggregationTemporality": CUMULATIVE,
        "points": {
            "[]": {
                "count": 3,
                "sum": 301.5,
                "min": 0,
                "max": 300,
                "zeroCount": 1,
                "measured in buckets": [1.5, 300],
            }
        },
        "measured": {0, 1.5, 300},
    },
}


def metric_differences(
    metrics: list[dict[str, Any]], spans: list[Span], sdk_language: str
) -> list[str]:
    """Return how *metrics* differ from `EXPECTED`, one sentence each.

    What an SDK measures of itself has other scopes and is passed over.
    """
    own = [of_scope for of_scope in metrics if of_scope["scope"].get("name") == "interop"]
    arrived = {metric["name"]: metric for of_scope in own for metric in of_scope["metrics"]}
    if arrived.keys() != EXPECTED.keys():
        return [f"metrics: {sorted(arrived)} arrived"]
    found = []
    roots = {(span.trace_id, span.span_id) for span in spans if span.parent_span_id is None}
    for name, expected in EXPECTED.items():
        facts = as_expected(arrived[name])
        found.extend(
            f"{name}: {fact} {facts.get(fact)!r} instead of {expected.get(fact)!r}"
            for fact in (facts.keys() | expected.keys()) - {"exemplars", "measured"}
            if facts.get(fact) != expected.get(fact)
        )
        exemplars = facts["exemplars"]
        if bool(exemplars) == (sdk_language in WITHOUT_EXEMPLARS):
            found.append(f"{name}: it has {len(exemplars)} exemplars")
        for exemplar in exemplars:
            if (exemplar["traceId"], exemplar["spanId"]) not in roots:
                found.append(f"{name}: an exemplar leads to no span")
            if number(exemplar) not in expected["measured"]:
                found.append(f"{name}: an exemplar of {number(exemplar)}")
    if any(
        of_scope["resource"].get("service.name") != {"stringValue": "interop"}
        or of_scope["scope"].get("version") != "1.0"
        for of_scope in own
    ):
        found.append("metrics: they are not of scope interop 1.0 of the service interop")
    return found


def as_expected(metric: dict[str, Any]) -> dict[str, Any]:
    """Return what is compared of an OTLP/JSON metric; defaults may be written or not."""
    facts: dict[str, Any] = {
        key: value for key, value in metric.items() if value and isinstance(value, str)
    }
    ((kind, data),) = (pair for pair in metric.items() if isinstance(pair[1], dict))
    facts |= {key: value for key, value in data.items() if value}
    points = facts.pop("dataPoints")
    del facts["name"]
    return {
        **facts,
        "kind": kind,
        "points": {
            repr(sorted(attributes(point).items())): facts_of_point(point) for point in points
        },
        "exemplars": [exemplar for point in points for exemplar in point.get("exemplars", ())],
    }


def facts_of_point(point: dict[str, Any]) -> dict[str, Any]:
    """Return what is compared of a data point of any kind."""
    if "count" not in point:
        return {"value": number(point)}
    facts: dict[str, Any] = {
        key: float(point[key])
        for key in ("count", "sum", "min", "max", "zeroCount")
        if key in point
    }
    if "explicitBounds" in point:
        bounds = [float("-inf"), *point["explicitBounds"], float("inf")]
        facts["buckets"] = {
            (below, upto): int(count)
            for below, upto, count in zip(
                bounds, bounds[1:], point["bucketCounts"], strict=False
            )
            if int(count)
        }
        return facts
    facts["measured in buckets"] = [
        value for below, upto in filled(point) for value in (1.5, 300) if below < value <= upto
    ]
    return facts


def filled(point: dict[str, Any]) -> Iterator[tuple[float, float]]:
    """Yield the bounds of each positive bucket of an exponential histogram that is not empty."""
    base = 2.0**2.0 ** -point.get("scale", 0)
    positive = point["positive"]
    for index, count in enumerate(positive["bucketCounts"], positive.get("offset", 0)):
        if int(count):
            yield base**index, base ** (index + 1)


def number(point: dict[str, Any]) -> float:
    """Return the value of a data point or exemplar; languages differ in its type."""
    return float(point["asInt"] if "asInt" in point else point["asDouble"])
