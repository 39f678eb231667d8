"""Copying through the terminal's own clipboard sequence, or to a file where it has none."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from textual.app import App

from devtrace.model.time import bytes_text

MAX_CLIPBOARD_BYTES = 74_994
"""What terminals commonly take in one OSC 52 sequence; longer text goes to a file."""
_WITHOUT_CLIPBOARD = {"linux", "dumb", "vt100"}


def has_clipboard(environment: Mapping[str, str]) -> bool:
    """Return whether to ask the terminal: all but those known to lack OSC 52."""
    return (
        environment.get("TERM_PROGRAM") != "Apple_Terminal"
        and environment.get("TERM", "") not in _WITHOUT_CLIPBOARD
    )


def copy(app: App[None], text: str, *, what: str) -> None:
    """Copy *text* and say what was copied and how much.

    Args:
        app: Whose terminal is asked.
        text: What to copy.
        what: Its name in the message, such as `span as JSON`.
    """
    text = text.encode("utf-8", "replace").decode()
    size = len(text.encode())
    if size <= MAX_CLIPBOARD_BYTES and has_clipboard(os.environ):
        app.copy_to_clipboard(text)
        app.notify(f"copied {what}, {bytes_text(size)}", markup=False)
        return
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", prefix="devtrace-", suffix=".txt", delete=False
        ) as file:
            file.write(text)
    except OSError as error:
        problem = f"cannot copy {what}: {error.strerror or error}"
        app.notify(problem, severity="error", timeout=20, markup=False)
        return
    app.notify(f"wrote {what}, {bytes_text(size)}, to {Path(file.name)}", markup=False)
