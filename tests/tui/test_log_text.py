"""The detail has everything a log record has, as a person reads it."""

from typing import Any

import pytest
from opentelemetry.proto.logs.v1 import logs_pb2

from devtrace.model.log import Severity
from devtrace.tui.log_text import (
    MAX_BODY_LINES,
    LogText,
    body_style,
    log_mark,
    offset_text,
    severity_mark,
    severity_text,
)
from devtrace.tui.text import width_of
from devtrace.tui.theme import DARK, Mark, ServiceHues, palette_of
from tests.builders import T0, a_log, log_record, span_id_of, trace_id_of
from tests.tui.test_text import HOSTILE, acts

PALETTE = palette_of(DARK.name)


def a_text(width: int = 60) -> LogText:
    """Return a writer for lines of *width* cells."""
    return LogText(palette=PALETTE, hues=ServiceHues(), width=width)


def written(record: logs_pb2.LogRecord, *, trace: str = "", width: int = 60) -> list[str]:
    """Return the detail of *record*, its lines without trailing blanks."""
    lines = a_text(width).lines(log_record(record, service="orders"), trace=trace)
    assert all(width_of(line) <= width for line in lines)
    return ["".join(piece for piece, _ in line).rstrip() for line in lines]


def test_everything_is_there() -> None:
    """What one needs first comes first."""
    record = a_log(
        "line one\nline two",
        severity=18,
        severity_text="error",
        observed_time_unix_nano=T0 + 5_000,
        event_name="shop.failed",
        flags=1,
        dropped_attributes_count=2,
        attributes={
            "order.id": "7f3a",
            "exception.type": "StockError",
            "exception.message": "none left",
            "exception.stacktrace": "Traceback\n  at x",
        },
    )

    lines = written(record, trace="⏎ POST /checkout")

    assert lines[:9] == [
        "● orders",
        "✘ ERROR2",
        "",
        "line one",
        "line two",
        "",
        "StockError: none left",
        "Traceback",
        "  at x",
    ]
    text = "\n".join(lines)
    for fact in (
        "time      2025-10-09 08:53:20.000000",
        "observed  2025-10-09 08:53:20.000005",
        "event     shop.failed",
        "trace     ⏎ POST /checkout",
        f"trace id  {trace_id_of('trace')}",
        f"span id   {span_id_of('root')}",
        "flags     0x1  sampled",
        "Attributes  1  2 dropped by the SDK",
        "order.id  7f3a",
        "service.name  orders",
        "name     tests",
    ):
        assert fact in text
    assert "exception.type" not in text


def test_a_body_that_is_a_map_is_written_as_pairs() -> None:
    """R121: with every kind of value that can be in it."""
    lines = written(a_log({"what": "refused", "status": 402, "more": {"a": [1]}}, trace=None))

    assert lines[3:6] == ["what    refused", "status  402", 'more    {"a": [1]}']
    assert any(line.strip() == "trace id  none: written outside of any trace" for line in lines)


@pytest.mark.parametrize(
    ("record", "line"),
    [
        (a_log(None), "<no body>"),
        (a_log("", event_name="shop.event"), "shop.event"),
        (a_log([1, None]), "[1, null]"),
        (a_log("42"), "42"),
    ],
)
def test_every_body_is_worth_a_line(record: logs_pb2.LogRecord, line: str) -> None:
    """Also the one that is missing."""
    assert written(record)[3] == line


def test_a_long_body_is_cut_and_says_so() -> None:
    """R124: a megabyte costs what is shown of it."""
    lines = written(a_log("word " * 250_000))

    assert sum("word" in line for line in lines) == MAX_BODY_LINES
    assert lines[2 + MAX_BODY_LINES].endswith("…")


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("width", [20, 60])
def test_hostile_text_does_nothing(hostile: str, width: int) -> None:
    """R126: neither as body, nor as key, value or severity."""
    text = hostile.encode("utf-8", "replace").decode()
    record = a_log(severity=0, severity_text=text, event_name=text, attributes={text: text})

    for body in (text, {text: text}, None):
        record.body.CopyFrom(a_log(body).body)
        assert not any(acts(line) for line in written(record, width=width))


def test_notes_of_what_could_not_be_read_are_told() -> None:
    """Beside the record that they are about."""
    damaged = logs_pb2.LogRecord.FromString(a_log("x").SerializeToString())
    payload = damaged.SerializeToString() + b"\x32\x01\xff"
    record = log_record(damaged)
    record.payload = payload

    text = "".join(piece for line in a_text().lines(record) for piece, _ in line)

    assert f"{Mark.FINDING} attribute cannot be decoded and is left out" in text


def test_a_record_within_its_span_is_brief() -> None:
    """When, what, exception and attributes; who sent it is told of the span already."""
    attributes = {"exception.type": "E", "exception.message": "no", "k": "v"}
    record = log_record(a_log("two\nlines", at_ms=3, severity=17, attributes=attributes))

    lines = a_text().brief(record, since_unix_nano=T0)

    assert ["".join(piece for piece, _ in line).rstrip() for line in lines] == [
        "  ✘ +3ms     two",
        "             lines",
        "    E: no",
        "    k  v",
    ]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"severity": 9, "severity_text": ""}, "INFO"),
        ({"severity": 9, "severity_text": "info"}, "INFO"),
        ({"severity": 10, "severity_text": "INFO2"}, "INFO2"),
        ({"severity": 13, "severity_text": "warning"}, "WARN  warning"),
        ({"severity": 0, "severity_text": "notice"}, "notice"),
        ({"severity": 0, "severity_text": ""}, "no severity"),
    ],
)
def test_a_severity_is_named_as_the_protocol_and_the_sender_do(
    fields: dict[str, Any], text: str
) -> None:
    """R136: once if both say the same."""
    assert severity_text(log_record(a_log(**fields))) == text


def test_only_what_is_worth_a_look_has_a_mark() -> None:
    """Among other things of a trace every record has one."""
    marks = {severity: severity_mark(severity, PALETTE) for severity in Severity}

    assert marks[Severity.FATAL] == marks[Severity.ERROR] == (Mark.ERROR, PALETTE.error)
    assert marks[Severity.WARN] == (Mark.FINDING, PALETTE.warning)
    assert {marks[each][0] for each in (Severity.INFO, Severity.DEBUG, Severity.TRACE)} == {" "}
    assert log_mark(Severity.INFO, PALETTE) == (Mark.LOG, PALETTE.accent)
    assert log_mark(Severity.WARN, PALETTE) == marks[Severity.WARN]
    assert body_style(Severity.FATAL, PALETTE) == PALETTE.error
    assert body_style(Severity.DEBUG, PALETTE) == PALETTE.muted
    assert body_style(Severity.UNSPECIFIED, PALETTE) == PALETTE.text


@pytest.mark.parametrize(
    ("at", "text"), [(T0 + 5, "+5ns"), (T0, "+0"), (T0 - 5, "-5ns"), (0, "no time")]
)
def test_a_moment_is_told_from_the_start(at: int, text: str) -> None:
    """Also one before it: clocks differ."""
    assert offset_text(at, T0) == text
    assert offset_text(at, 0) == "no time"
