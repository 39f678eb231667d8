"""What some files held and what of it could not be read."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from devtrace.otlp import mistakes

MAX_BROKEN_LINES = 1_000
"""Broken lines that are listed; further ones are counted in the diagnostics."""

NOT_LISTED = mistakes.UNLISTED_BROKEN_LINES.note("broken line that is not listed")


class BrokenLine(NamedTuple):
    """A part of a file that could not be read."""

    file: str
    line: int
    """Its line, counted from 1; in a file of records, the number of the record."""
    message: str


@dataclass(slots=True, kw_only=True)
class FileCounts:
    """What some files held, all together."""

    files: int = 0
    """Files that were read, if only until they turned out to be damaged."""
    traces: int = 0
    """Distinct trace ids of accepted spans."""
    spans: int = 0
    """Accepted spans, each counted once."""
    logs: int = 0
    """Log records."""
    metrics: int = 0
    """Accepted data points."""
    refused: Counter[str] = field(default_factory=Counter)
    """Spans and data points refused, by reason."""
    broken_lines: list[BrokenLine] = field(default_factory=list)
    diagnostics: Counter[str] = field(default_factory=Counter)
    """What was not as the formats demand but taken as meant, by sentence, each a `Note`."""
    duplicates: int = 0
    """Spans that were exact copies of earlier ones."""

    def add_broken_line(self, broken: BrokenLine) -> None:
        """List *broken*, or only count it when the list is long enough."""
        if len(self.broken_lines) < MAX_BROKEN_LINES:
            self.broken_lines.append(broken)
        else:
            self.diagnostics[NOT_LISTED] += 1
