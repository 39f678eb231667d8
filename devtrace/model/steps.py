"""Work that stops now and then, so that whoever asked for it can do something else meanwhile."""

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")
Steps = Generator[None, None, T]
"""Yields whenever it may be left for a while, and returns what it worked out."""


def finish(steps: Steps[T]) -> T:
    """Do all of *steps* at once."""
    try:
        while True:
            next(steps)
    except StopIteration as stop:
        result: T = stop.value
        return result
