"""The option `--where`: only the traces that match a query."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from devtrace.model.trace import Trace

where_option = click.option(
    "--where",
    metavar="EXPR",
    help="Only the traces that match, such as 'status=error'; docs/query.md has the language.",
)
"""Gives a command the option `where`, as it was typed."""


def parsed(where: str | None) -> "Callable[[Trace], bool]":
    """Return whether a trace is wanted; every one is without a query.

    Raises:
        QueryError: If *where* is no query.
    """
    if where is None:
        return lambda _: True
    from devtrace.query import parse

    return parse(where).matches
