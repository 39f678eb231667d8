"""A log record is read from its bytes: hot fields at once, the rest when somebody looks."""

from typing import Any

import pytest

from devtrace.model import log as log_module
from devtrace.model.log import Severity
from tests.builders import T0, a_log, log_record, span_id_of, trace_id_of


def test_fields_are_read_as_sent() -> None:
    """With the resource and scope that it came with."""
    record = log_record(
        a_log("hello", severity=13, severity_text="warning", attributes={"k": 1}, flags=1),
        service="orders",
    )

    assert (record.trace_id, record.span_id) == (trace_id_of("trace"), span_id_of("root"))
    assert (record.severity, record.severity_text) == (Severity.WARN, "warning")
    assert (record.body, record.attributes, record.flags) == ("hello", {"k": 1}, 1)
    assert (record.service_name, record.scope.name) == ("orders", "tests")
    assert record.resource is record.scope.resource
    assert (record.dropped_attributes_count, record.notes) == (0, ())
    assert "WARN" in repr(record)


@pytest.mark.parametrize(
    ("time", "observed", "at"), [(T0, 7, T0), (0, T0, T0), (0, 0, 0), (T0, 0, T0)]
)
def test_a_record_without_a_time_happened_when_it_was_observed(
    time: int, observed: int, at: int
) -> None:
    """R136: a file reader knows only when it saw the line."""
    record = log_record(a_log(time_unix_nano=time, observed_time_unix_nano=observed))

    assert record.at_unix_nano == at
    assert record.time_unix_nano == time


@pytest.mark.parametrize(
    ("number", "severity", "is_error"),
    [
        (0, Severity.UNSPECIFIED, False),
        (1, Severity.TRACE, False),
        (4, Severity.TRACE, False),
        (5, Severity.DEBUG, False),
        (12, Severity.INFO, False),
        (13, Severity.WARN, False),
        (16, Severity.WARN, False),
        (17, Severity.ERROR, True),
        (24, Severity.FATAL, True),
        (25, Severity.UNSPECIFIED, False),
        (-1, Severity.UNSPECIFIED, False),
    ],
)
def test_severities_come_in_fours(number: int, severity: Severity, *, is_error: bool) -> None:
    """R136: and what lies outside of all says nothing."""
    record = log_record(a_log(severity=number))

    assert (record.severity, record.is_error) == (severity, is_error)


@pytest.mark.parametrize(
    ("fields", "summary"),
    [
        ({"body": "said\nso"}, "said\nso"),
        ({"body": {"k": [1, None]}}, '{"k": [1, null]}'),
        ({"body": "x", "event_name": "shop.order"}, "shop.order  x"),
        ({"body": None, "event_name": "shop.order"}, "shop.order"),
        ({"body": None, "attributes": {"exception.type": "E"}}, "E"),
        (
            {
                "body": "",
                "attributes": {"exception.type": "E", "exception.message": "no"},
            },
            "E: no",
        ),
        ({"body": None}, ""),
        ({"body": False}, "false"),
        ({"body": "42"}, "42"),
    ],
)
def test_a_record_says_its_body_or_what_it_is(fields: dict[str, Any], summary: str) -> None:
    """R135, R136: event and exception records need no body to be worth a line."""
    assert log_record(a_log(**fields)).summary == summary


def test_the_body_is_decoded_once_and_only_when_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A list of a hundred thousand costs its hot fields."""
    decoded: list[bytes] = []
    real = log_module.decode_log_detail
    monkeypatch.setattr(
        log_module,
        "decode_log_detail",
        lambda payload: decoded.append(payload) or real(payload),
    )
    record = log_record(a_log())
    assert record.at_unix_nano == T0
    assert not decoded

    assert (record.body, record.event_name, record.exception) == ("it happened", "", "")
    assert len(decoded) == 1
