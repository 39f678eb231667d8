"""The same terminal, clock zone and colours on every machine."""

import time
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every test of the UI run in a terminal that can do everything, in UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        patch.setenv("TERM", "xterm-256color")
        patch.setenv("COLORTERM", "truecolor")
        for name in ("NO_COLOR", "TERM_PROGRAM", "UNICODE_VERSION", "COLUMNS", "LINES"):
            patch.delenv(name, raising=False)
        time.tzset()
        yield
    time.tzset()
