"""One language to ask for spans and traces with; docs/query.md is its reference.

A query is read once (`parse`), and then put to whole traces (`Query.spans`,
`Query.matches`), to the bytes that the store holds (`Filter`), or to single spans
(`Query.span_predicate`).
"""

from devtrace.query.error import QueryError
from devtrace.query.filter import Filter, Verdicts
from devtrace.query.query import Query, parse

__all__ = ["Filter", "Query", "QueryError", "Verdicts", "parse"]
