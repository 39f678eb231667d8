"""Documents that hold telemetry, read into the same road that received spans take."""

from devtrace.formats.counts import BrokenLine, FileCounts
from devtrace.formats.document import check_readable, follow_document, read_documents

__all__ = ["BrokenLine", "FileCounts", "check_readable", "follow_document", "read_documents"]
