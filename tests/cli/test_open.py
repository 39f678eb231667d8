"""`devtrace open` refuses what it cannot show before it takes the terminal over."""

import gzip
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from devtrace.cli.context import Context
from devtrace.cli.open import open as open_command
from devtrace.errors import ArchiveError, UsageError


class Terminal(StringIO):
    """A stream at which somebody sits."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def run(*arguments: str | Path) -> None:
    """Run `devtrace open` with a terminal at both ends."""
    context = Context(stdin=Terminal(), stdout=Terminal(), stderr=StringIO())
    open_command.main([str(each) for each in arguments], standalone_mode=False, obj=context)


def test_a_file_that_cannot_be_read_is_an_error_on_the_line(tmp_path: Path) -> None:
    """The terminal is not taken over for a slip of the finger."""
    with pytest.raises(ArchiveError, match="no such file or directory") as failure:
        run(tmp_path / "missing")

    assert failure.value.exit_code == 4


def test_what_cannot_be_followed_is_an_error_on_the_line(tmp_path: Path) -> None:
    """So is more than one file, and a pipe, which is followed anyway."""
    packed = tmp_path / "packed.gz"
    packed.write_bytes(gzip.compress(b"{}\n"))

    with pytest.raises(ArchiveError, match="which cannot be followed"):
        run("--follow", packed)
    with pytest.raises(UsageError, match="cannot follow several files"):
        run("--follow", packed, packed)
    with pytest.raises(UsageError, match="cannot follow standard input"):
        run("--follow", "-")


def test_a_terminal_is_needed(tmp_path: Path) -> None:
    """In a pipe there is another command for it."""
    path = tmp_path / "traces.jsonl"
    path.write_text("{}\n")

    finished = subprocess.run(
        [sys.executable, "-m", "devtrace", "open", str(path)],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )

    assert finished.returncode == 2
    assert "cannot show the terminal UI: standard output is no terminal" in finished.stderr
    assert "try: devtrace ls" in finished.stderr
