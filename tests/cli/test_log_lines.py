"""Log records are one line each, whatever their senders wrote."""

from devtrace.cli.log_lines import log_lines
from devtrace.model.text import cell_count
from tests.builders import T0, a_log, log_record


def test_columns_stand_under_each_other() -> None:
    """Time, severity and service are as wide as their widest."""
    records = [
        log_record(a_log("one", severity=21, at_ms=0), service="a"),
        log_record(a_log("two", at_ms=1500), service="longer"),
    ]

    assert list(log_lines(records, origin=T0)) == [
        "   +0  FATAL  a       one",
        "+1.5s  INFO   longer  two",
    ]


def test_nothing_is_no_lines() -> None:
    """A trace without log records has nothing below it."""
    assert list(log_lines([], origin=0)) == []


def test_hostile_text_stays_on_its_line() -> None:
    """Escape sequences, line breaks and megabytes do no harm."""
    record = log_record(
        a_log("\x1b[2J\n" + "x" * 100_000, severity_text="\x1b" * 99), service="\n" * 99
    )

    (line,) = log_lines([record], origin=0, width=60)

    assert 50 < cell_count(line) <= 60
    assert line.isprintable()
