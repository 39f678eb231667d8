"""Log records as lines of text, below the tree of their trace."""

from collections.abc import Iterator, Sequence

from devtrace.model.log import LogRecord, Severity
from devtrace.model.text import cell_count, printable, shortened
from devtrace.model.time import duration_text

MAX_LINE_CELLS = 160
"""What one line may take when the caller sets no width: a body may be a megabyte."""
_MAX_CHARACTERS = 4 * MAX_LINE_CELLS
_MAX_NAME_CELLS = 24


def log_lines(
    records: Sequence[LogRecord], *, origin: int, width: int | None = None
) -> Iterator[str]:
    """Yield a line for each log record: when, how severe, who, what.

    Args:
        records: In the order in which to write them.
        origin: Unix nanoseconds from which times are counted.
        width: Cells that a line may take.
    """
    cells = [
        (
            _offset(record.at_unix_nano - origin),
            _brief(record.severity_text or _severity_name(record)),
            _brief(record.service_name),
        )
        for record in records
    ]
    columns = [max(map(cell_count, column)) for column in zip(*cells, strict=True)]
    for record, (offset, severity, service) in zip(records, cells, strict=True):
        text = "  ".join(
            (
                " " * (columns[0] - cell_count(offset)) + offset,
                severity + " " * (columns[1] - cell_count(severity)),
                service + " " * (columns[2] - cell_count(service)),
                printable(record.summary[:_MAX_CHARACTERS]),
            )
        )
        yield shortened(text.rstrip(), MAX_LINE_CELLS if width is None else width)


def _offset(nanoseconds: int) -> str:
    return f"{'-' if nanoseconds < 0 else '+'}{duration_text(abs(nanoseconds))}"


def _severity_name(record: LogRecord) -> str:
    severity = Severity(record.severity_number)
    return severity.name if severity else ""


def _brief(text: str) -> str:
    return shortened(printable(text[:_MAX_CHARACTERS]), _MAX_NAME_CELLS)
