"""Commands that read files say on stderr how it goes, and end with the right code."""

from io import StringIO
from pathlib import Path

import pytest

from devtrace.cli.archives import MIN_PROGRESS_BYTES, read_files
from devtrace.cli.context import Context
from devtrace.cli.stats import stats
from devtrace.errors import ArchiveError


class Terminal(StringIO):
    """A stream at which somebody looks."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def a_large_file(folder: Path) -> Path:
    """Return a file that takes long enough for somebody to wonder."""
    path = folder / "large.jsonl"
    path.write_bytes((b"{}" + b" " * 50_000 + b"\n") * (MIN_PROGRESS_BYTES // 50_000 + 1))
    return path


def test_a_large_file_shows_how_far_it_is_read(tmp_path: Path) -> None:
    """Somebody who waits at a terminal sees a bar, which ends with its line."""
    terminal = Terminal()

    read_files(Context(stdout=StringIO(), stderr=terminal), [a_large_file(tmp_path)])

    said = terminal.getvalue()
    assert "reading large.jsonl  [" in said
    assert "  0%" in said
    assert said.endswith("#]  100%\x1b[?25h\n")


def test_a_small_file_shows_nothing(tmp_path: Path) -> None:
    """What is read at once needs no announcement."""
    path = tmp_path / "small.jsonl"
    path.write_bytes(b"{}\n")
    terminal = Terminal()

    read_files(Context(stdout=StringIO(), stderr=terminal), [path])

    assert terminal.getvalue() == ""


def test_without_a_terminal_there_is_no_progress(tmp_path: Path) -> None:
    """A log of a job holds no progress lines."""
    stderr = StringIO()

    read_files(Context(stdout=StringIO(), stderr=stderr), [a_large_file(tmp_path)])

    assert stderr.getvalue() == ""


def test_a_complaint_does_not_stand_within_the_progress(tmp_path: Path) -> None:
    """The bar ends before another file is complained of."""
    terminal = Terminal()
    files = [a_large_file(tmp_path), tmp_path / "missing"]

    counts, exit_code = read_files(Context(stdout=StringIO(), stderr=terminal), files)

    assert (counts.files, exit_code) == (1, 4)
    bar, complaint, _ = terminal.getvalue().rstrip("\n").split("\n")
    assert "100%" in bar
    assert complaint.endswith("missing': no such file or directory")


def test_an_empty_name_is_no_file() -> None:
    """It is not taken for the working directory."""
    with pytest.raises(ArchiveError, match="cannot read '': a file has a name") as failure:
        stats.main([""], standalone_mode=False, obj=Context())

    assert "variable" in failure.value.hint
