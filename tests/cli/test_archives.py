"""Commands that read files say on stderr how it goes, and end with the right code."""

from io import StringIO
from pathlib import Path

from devtrace.cli.archives import MIN_PROGRESS_BYTES, read_files
from devtrace.cli.context import Context


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
    """Somebody who waits at a terminal sees a line that is gone in the end."""
    terminal = Terminal()

    read_files(Context(stdout=StringIO(), stderr=terminal), [a_large_file(tmp_path)])

    said = terminal.getvalue()
    assert "\rreading large.jsonl 100%\r" in said
    assert said.endswith("\r" + " " * len("reading large.jsonl 100%") + "\r")


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
    """The progress line is wiped before another file is complained of."""
    terminal = Terminal()
    files = [a_large_file(tmp_path), tmp_path / "missing"]

    counts, exit_code = read_files(Context(stdout=StringIO(), stderr=terminal), files)

    assert (counts.files, exit_code) == (1, 4)
    assert "100%\r\r" in terminal.getvalue()
    assert terminal.getvalue().endswith("missing': no such file or directory\n")
