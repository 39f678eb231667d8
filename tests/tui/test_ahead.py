"""What is imported after the first frame is all that any key can ask for."""

import subprocess
import sys

import pytest

from devtrace.tui.ahead import keys_come_first

PROGRAM = """
import builtins, sys
import devtrace.tui.app
from devtrace.tui import ahead, screens
from pkgutil import iter_modules

ahead.import_rest()
for module in iter_modules(screens.__path__):
    assert f"devtrace.tui.screens.{module.name}" in sys.modules, module.name
for module in ("conductor", "filing", "again"):
    assert f"devtrace.tui.{module}" in sys.modules, module
"""


def test_every_screen_is_imported_ahead() -> None:
    """No key waits for the modules of the screen that it opens."""
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, timeout=60
    )

    assert result.returncode == 0, result.stderr


def test_threads_take_short_turns_while_keys_come_first() -> None:
    """And as before after it, whatever goes wrong inside."""
    before = sys.getswitchinterval()
    with keys_come_first():
        assert sys.getswitchinterval() < before
    assert sys.getswitchinterval() == pytest.approx(before)

    @keys_come_first()
    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert sys.getswitchinterval() == pytest.approx(before)
