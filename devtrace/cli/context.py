"""What a command may write to: stdout is data, stderr is diagnostics.

Nothing else in devtrace writes to either, so a test hands a command its own streams.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TextIO

INTERRUPTED = 130
"""Exit code after Ctrl-C."""

BUG = 70
"""Exit code after a defect of devtrace itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The streams of one command."""

    stdin: TextIO = field(default_factory=lambda: sys.stdin)
    stdout: TextIO = field(default_factory=lambda: sys.stdout)
    stderr: TextIO = field(default_factory=lambda: sys.stderr)

    @property
    def has_terminal(self) -> bool:
        """Whether somebody sits at both ends of this command."""
        return self.stdin.isatty() and self.stdout.isatty()

    def write(self, line: str) -> None:
        """Write one line of data, and see to it that it leaves at once."""
        self.stdout.write(line + "\n")
        self.stdout.flush()

    def write_bytes(self, pieces: Iterable[bytes]) -> None:
        """Write data that need not be text."""
        self.stdout.flush()
        self.stdout.buffer.writelines(pieces)
        self.stdout.buffer.flush()

    def progress(self, line: str) -> None:
        """Write one line about how it goes."""
        self.stderr.write(line + "\n")
        self.stderr.flush()

    def warn(self, line: str) -> None:
        """Write one line about something the user should know."""
        self.progress(f"devtrace: warning: {line}")

    def complain(self, message: str, *, hint: str = "") -> None:
        """Write what went wrong, and below it what to do about that."""
        self.progress(f"devtrace: error: {message}")
        if hint:
            self.progress(f"  try: {hint}")
