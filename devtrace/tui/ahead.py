"""What the first frame does not need, imported after it and before anybody asks for it.

A screen is imported where it is first opened, so that the list of traces is shown without
waiting for the others.  `import_rest` does it ahead of the first key, in a thread.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pkgutil import iter_modules

from devtrace.otlp import schema
from devtrace.tui import screens

FIRST = ("trace", "help", "copy", "logs")
"""Screens that are likely to be opened first."""
_SWITCH_SECONDS = 0.0005
"""How long a thread that imports may keep the others waiting."""


@contextmanager
def keys_come_first() -> Iterator[None]:
    """Let no thread hold the interpreter for long inside of the block.

    A key goes through the event loop nine times, and each time it would wait for what
    is imported beside it as long as Python's 5 ms.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def import_rest() -> None:
    """Build what reads a request, then import every screen with what it shows and reads."""
    schema.build()
    others = sorted(module.name for module in iter_modules(screens.__path__))
    for name in (*FIRST, *others):
        import_module(f"{screens.__name__}.{name}")
    for name in ("palette", "conductor", "filing", "again"):
        import_module(f"devtrace.tui.{name}")
