"""The log records that the program of every language sends, and how they are compared."""

from devtrace.model.log import LogRecord
from devtrace.model.span import Span
from tests.interop.expected_spans import WORDED_BY_LANGUAGE

WITHOUT_STACKTRACE = {"go"}
"""An error of Go knows no stack."""

EXPECTED: list[dict[str, object]] = [
    {
        "span": None,
        "severity": (13, "WARN"),
        "event name": "",
        "body": "the shop opens late",
        "attributes": {},
    },
    {
        "span": "GET /orders/{id}",
        "severity": (9, "INFO"),
        "event name": "",
        "body": {
            "order": 42,
            "express": True,
            "total": 42.5,
            "skus": ["anvil", "rope"],
            "customer": {"name": "Zoë 注文"},
        },
        "attributes": {
            "order.number": 2**53 - 1,
            "order.total": 42.5,
            "order.express": True,
            "order.skus": ["anvil", "rope"],
        },
    },
    {
        "span": "GET /orders/{id}",
        "severity": (9, ""),
        "event name": "order.placed",
        "body": None,
        "attributes": {"order.customer": "Zoë 注文"},
    },
    {
        "span": "POST",
        "severity": (17, "ERROR"),
        "event name": "",
        "body": "cannot charge",
        "attributes": {
            "exception.type": "…",
            "exception.message": "card declined",
            "exception.stacktrace": "…",
        },
    },
]


def log_differences(logs: list[LogRecord], spans: list[Span], sdk_language: str) -> list[str]:
    """Return how *logs* differ from `EXPECTED`, one sentence each."""
    if len(logs) != len(EXPECTED):
        return [f"logs: {len(logs)} arrived"]
    found = []
    name_of = {(span.trace_id, span.span_id): span.name for span in spans}
    for number, (log, expected) in enumerate(zip(logs, EXPECTED, strict=True), 1):
        facts = {
            "span": log.trace_id and name_of.get((log.trace_id, log.span_id or ""), "unknown"),
            "severity": (log.severity_number, log.severity_text),
            "event name": log.event_name,
            "body": log.body,
            "attributes": {
                key: "…" if key in WORDED_BY_LANGUAGE and value else value
                for key, value in log.attributes.items()
            },
        }
        if sdk_language in WITHOUT_STACKTRACE and "exception.type" in log.attributes:
            facts["attributes"] = {"exception.stacktrace": "…", **log.attributes} | {
                "exception.type": "…"
            }
        found.extend(
            f"log {number}: {fact} {facts[fact]!r} instead of {value!r}"
            for fact, value in expected.items()
            if not same(facts[fact], value)
        )
        found.extend(f"log {number}: {note}" for note in log.notes)
        if not log.at_unix_nano:
            found.append(f"log {number}: it has no time")
    if {log.scope for log in logs} != {logs[0].scope} or logs[0].service_name != "interop":
        found.append("logs: they are not of one scope of the service interop")
    return found


def same(value: object, expected: object) -> bool:
    """Return whether two values are equal and of one type at every depth."""
    if type(value) is not type(expected):
        return False
    if isinstance(value, dict) and isinstance(expected, dict):
        return value.keys() == expected.keys() and all(
            same(value[key], expected[key]) for key in value
        )
    if isinstance(value, list | tuple) and isinstance(expected, list | tuple):
        return len(value) == len(expected) and all(map(same, value, expected))
    return value == expected
