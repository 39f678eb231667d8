"""A log record, read from its stored OTLP bytes.

The hot fields are read when the object is made; body and attributes when they are
first asked for.  A record never changes, so whoever holds one may keep it.

Source: opentelemetry-proto `logs/v1/logs.proto`; OpenTelemetry specification,
`logs/data-model.md`.
"""

from enum import IntEnum
from functools import cached_property
from typing import Self

from devtrace.model.attributes import value_text
from devtrace.model.resource import InstrumentationScope
from devtrace.model.semconv import exception_text
from devtrace.model.sent import Sent
from devtrace.otlp.decode_logs import read_hot_log_fields
from devtrace.otlp.values import LogDetail, Value, decode_log_detail

_LAST_SEVERITY_NUMBER = 24


class Severity(IntEnum):
    """The range that a severity number lies in; each but the first has four numbers.

    Source: `logs/data-model.md`, "Field: SeverityNumber".
    """

    UNSPECIFIED = 0
    TRACE = 1
    DEBUG = 5
    INFO = 9
    WARN = 13
    ERROR = 17
    FATAL = 21

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        """Read a number by the range it lies in; one outside of all says nothing."""
        if not isinstance(value, int):
            return None
        if not 1 <= value <= _LAST_SEVERITY_NUMBER:
            return cls(0)
        return cls((value - 1) // 4 * 4 + 1)


ERROR_SEVERITY_NUMBERS = range(Severity.ERROR, _LAST_SEVERITY_NUMBER + 1)
"""What the data model calls an erroneous situation."""


class LogRecord(Sent[LogDetail]):
    """One thing that a program said.

    Args:
        payload: A serialized OTLP `LogRecord`.
        scope: The scope (and through it the resource) that it was sent with.
    """

    def __init__(self, payload: bytes, scope: InstrumentationScope) -> None:
        (
            self.trace_id,
            self.span_id,
            self.time_unix_nano,
            self.observed_time_unix_nano,
            self.severity_number,
        ) = read_hot_log_fields(payload)
        self.payload = payload
        self.scope = scope

    def __repr__(self) -> str:
        return f"<LogRecord {self.severity.name} {self.summary[:40]!r}>"

    @property
    def at_unix_nano(self) -> int:
        """When it happened or, if that is unknown, was observed; 0 when neither is known."""
        return self.time_unix_nano or self.observed_time_unix_nano

    @property
    def severity(self) -> Severity:
        """The range of its severity number."""
        return Severity(self.severity_number)

    @property
    def is_error(self) -> bool:
        """Whether its severity is that of an error, or worse."""
        return self.severity_number in ERROR_SEVERITY_NUMBERS

    @cached_property
    def _detail(self) -> LogDetail:
        return decode_log_detail(self.payload)

    @property
    def severity_text(self) -> str:
        """The severity in the words of the sender's own logging library; may be empty."""
        return self._detail.severity_text

    @property
    def body(self) -> Value:
        """What was said: text, or any other value; None when it is empty."""
        return self._detail.body

    @property
    def event_name(self) -> str:
        """Which kind of event it is; empty when it is none."""
        return self._detail.event_name

    @property
    def exception(self) -> str:
        """`Type: message` of the exception it reports; empty when it reports none."""
        return exception_text(self.attributes)

    @cached_property
    def summary(self) -> str:
        """What it says: its body, else its event name, else its exception; may be empty."""
        if self.body is None or self.body == "":
            return self.event_name or self.exception
        text = self.body if isinstance(self.body, str) else value_text(self.body)
        return f"{self.event_name}  {text}" if self.event_name else text
