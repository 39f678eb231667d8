"""Every error a user can cause, and the exit code each one maps to.

    DevtraceError                     exit 1
    ├── UsageError                    exit 2   the command line or config is wrong
    ├── EndpointInUseError            exit 3   a receiver could not bind
    └── ArchiveError                  exit 4   a saved trace file cannot be read or written

A bug is not in this tree: it is a plain Python exception, shows a traceback and
exits 70.  Malformed telemetry is not in it either: a sender's bad input must
never stop a receiver; see `devtrace.otlp.status`.
"""

from typing import ClassVar


class DevtraceError(Exception):
    """Something the user can mend.

    Args:
        message: `cannot <verb> <object>: <cause>`, lower case, no full stop.
        hint: What to do about it, in the imperative; empty when there is nothing to say.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(DevtraceError):
    """The command line asks for something that does not exist or does not fit."""

    exit_code: ClassVar[int] = 2


class EndpointInUseError(DevtraceError):
    """A receiver cannot have the address it wants."""

    exit_code: ClassVar[int] = 3


class ArchiveError(DevtraceError):
    """A saved trace file cannot be read or written at all."""

    exit_code: ClassVar[int] = 4
