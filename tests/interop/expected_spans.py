"""The trace that the program of every language sends, and how it is compared."""

from collections.abc import Mapping

from devtrace.model.span import Span, SpanKind, StatusCode

WORDED_BY_LANGUAGE = {"exception.type", "exception.stacktrace"}
EXPECTED: dict[str, dict[str, object]] = {
    "GET /orders/{id}": {
        "parent": None,
        "kind": SpanKind.SERVER,
        "status": (StatusCode.UNSET, ""),
        "attributes": {
            "order.customer": "Zoë 注文",
            "order.express": True,
            "order.number": 2**53 - 1,
            "order.total": 42.5,
            "order.skus": ["anvil", "rope"],
            "order.quantities": [1, -20],
        },
        "events": [("order.received", {"attempt": 0})],
        "links": [],
    },
    "order.price": {
        "parent": "GET /orders/{id}",
        "kind": SpanKind.INTERNAL,
        "status": (StatusCode.OK, ""),
        "attributes": {},
        "events": [],
        "links": [],
    },
    "POST": {
        "parent": "GET /orders/{id}",
        "kind": SpanKind.CLIENT,
        "status": (StatusCode.ERROR, "card declined"),
        "attributes": {},
        "events": [
            (
                "exception",
                {
                    "exception.type": "…",
                    "exception.message": "card declined",
                    "exception.stacktrace": "…",
                },
            )
        ],
        "links": [],
    },
    "orders publish": {
        "parent": "GET /orders/{id}",
        "kind": SpanKind.PRODUCER,
        "status": (StatusCode.UNSET, ""),
        "attributes": {},
        "events": [],
        "links": [
            (
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                {"link.reason": "previous order"},
            )
        ],
    },
}


def span_differences(spans: list[Span], sdk_language: str) -> list[str]:
    """Return how *spans* differ from `EXPECTED`, one sentence each."""
    names = sorted(span.name for span in spans)
    if names != sorted(EXPECTED):
        return [f"spans: {names} arrived"]
    found = []
    name_of = {span.span_id: span.name for span in spans}
    trace_ids = {span.trace_id for span in spans}
    if len(trace_ids) != 1:
        found.append(f"{len(trace_ids)} traces instead of one")
    for span in spans:
        facts = as_expected(span, name_of)
        for fact, expected in EXPECTED[span.name].items():
            if facts[fact] != expected:
                found.append(f"{span.name}: {fact} {facts[fact]!r} instead of {expected!r}")
        found.extend(f"{span.name}: {note}" for note in span.notes)
        if not 0 < span.start_time_unix_nano <= span.end_time_unix_nano:
            found.append(f"{span.name}: it ends before it starts")
    language = spans[0].resource.attributes.get("telemetry.sdk.language")
    if language != sdk_language:
        found.append(f"resource: telemetry.sdk.language is {language!r}")
    if spans[0].service_name != "interop":
        found.append(f"resource: service.name is {spans[0].service_name}")
    if (spans[0].scope.name, spans[0].scope.version) != ("interop", "1.0"):
        found.append(f"scope: {spans[0].scope.name} {spans[0].scope.version}")
    return found


def as_expected(span: Span, name_of: Mapping[str, str]) -> dict[str, object]:
    """Return what is compared of *span*, leaving out what each SDK words its own way."""
    return {
        "parent": span.parent_span_id and name_of.get(span.parent_span_id, "unknown"),
        "kind": span.kind,
        "status": (span.status_code, span.status_message),
        "attributes": span.attributes,
        "events": [
            (
                event.name,
                {
                    key: "…" if key in WORDED_BY_LANGUAGE and value else value
                    for key, value in event.attributes.items()
                    if key != "exception.escaped"
                },
            )
            for event in span.events
        ],
        "links": [(link.trace_id, link.span_id, link.attributes) for link in span.links],
    }
