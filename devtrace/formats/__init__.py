"""Documents that hold telemetry, read into the same road that received spans take."""

from devtrace.formats.document import BrokenLine, FileCounts, read_documents

__all__ = ["BrokenLine", "FileCounts", "read_documents"]
