"""Documents that hold telemetry, read into the same road that received spans take."""

from devtrace.formats.document import (
    BrokenLine,
    FileCounts,
    check_readable,
    follow_document,
    read_documents,
)

__all__ = ["BrokenLine", "FileCounts", "check_readable", "follow_document", "read_documents"]
