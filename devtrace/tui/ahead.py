"""What the first frame does not need, imported after it and before anybody asks for it.

A screen is imported where it is first opened, so that the list of traces is shown without
waiting for the others.  `import_rest` does it ahead of the first key, in a thread.
"""

from importlib import import_module
from pkgutil import iter_modules

from devtrace.otlp import schema
from devtrace.tui import screens

FIRST = ("trace", "help", "copy", "logs")
"""Screens that are likely to be opened first."""


def import_rest() -> None:
    """Build what reads a request, then import every screen with what it shows and reads."""
    schema.build()
    others = sorted(module.name for module in iter_modules(screens.__path__))
    for name in (*FIRST, *others):
        import_module(f"{screens.__name__}.{name}")
    for name in ("palette", "conductor", "filing", "again"):
        import_module(f"devtrace.tui.{name}")
