"""`devtrace open` as a person runs it: files, a pipe, and a file that is being written."""

import os
import shlex
import socket
import sys
from pathlib import Path

import psutil

from devtrace.exporters.archive import write_archive
from tests.builders import a_span, a_trace
from tests.e2e.terminal import Terminal

COMMAND = (sys.executable, "-m", "devtrace", "open")


def an_archive(path: Path, *names: str) -> Path:
    """Return a file with a trace of one span for each of *names*."""
    write_archive(path, [a_trace(a_span(trace=name, name=f"GET /{name}")) for name in names])
    return path


def test_a_file_is_shown_without_listening(tmp_path: Path) -> None:
    """The trace is there, no address is taken, and a broken line is named on demand."""
    path = an_archive(tmp_path / "saved.jsonl", "one")
    with path.open("a") as file:
        file.write("{oops\n")
    with Terminal([*COMMAND, str(path)]) as terminal:
        terminal.wait_for(lambda text: "GET /one" in text, what="the trace")
        text = terminal.wait_for(lambda text: "files │" in text, what="the status line")
        assert "saved.jsonl" in text.splitlines()[0]
        assert "grpc" not in text
        connections = psutil.Process(terminal.pid).net_connections()
        assert not [each for each in connections if each.family != socket.AF_UNIX]

        terminal.wait_for(lambda text: "1 broken line" in text, what="what was wrong")
        terminal.press("\x0f")  # Ctrl+O
        terminal.wait_for(lambda text: "saved.jsonl:2" in text, what="the broken line")
        terminal.press("q")
        terminal.wait_for(lambda text: "saved.jsonl:2" not in text, what="the list again")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


def test_standard_input_is_read_and_keys_still_work(tmp_path: Path) -> None:
    """The pipe need not end: what it gave is shown, more is shown as it comes, q leaves."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = f"exec {shlex.join([*COMMAND, '-'])} < {shlex.quote(str(pipe))}"
    writing = os.open(pipe, os.O_RDWR)
    with (
        os.fdopen(writing, "r+b", buffering=0) as writer,
        Terminal(["/bin/sh", "-c", command]) as terminal,
    ):
        writer.write(an_archive(tmp_path / "saved.jsonl", "piped").read_bytes())
        terminal.wait_for(lambda text: "GET /piped" in text, what="the trace")
        terminal.wait_for(lambda text: "reading standard input" in text, what="its source")
        writer.write(an_archive(tmp_path / "saved.jsonl", "later").read_bytes())
        terminal.wait_for(lambda text: "GET /later" in text, what="the later trace")

        terminal.press("\r")
        terminal.wait_for(lambda text: "trace id" in text, what="the open trace")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


def test_a_file_is_followed_while_it_is_written(tmp_path: Path) -> None:
    """Lines show as they are written, also after a rotation."""
    path = an_archive(tmp_path / "live.jsonl", "first")
    with Terminal([*COMMAND, "--follow", str(path)]) as terminal:
        terminal.wait_for(lambda text: "GET /first" in text, what="the first trace")
        terminal.wait_for(lambda text: "following live.jsonl" in text, what="its source")

        with path.open("ab") as file:
            file.write(an_archive(tmp_path / "more.jsonl", "second").read_bytes())
        terminal.wait_for(lambda text: "GET /second" in text, what="the second trace")

        path.rename(tmp_path / "live.jsonl.1")
        an_archive(path, "third")
        terminal.wait_for(lambda text: "GET /third" in text, what="the third trace")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


def test_a_file_that_comes_later_is_waited_for(tmp_path: Path) -> None:
    """The program that writes it may be started after the UI."""
    path = tmp_path / "later.jsonl"
    with Terminal([*COMMAND, "--follow", str(path)]) as terminal:
        terminal.wait_for(lambda text: "waiting for later.jsonl" in text, what="its source")

        an_archive(path, "first")

        terminal.wait_for(lambda text: "GET /first" in text, what="the first trace")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


def test_nothing_of_a_named_pipe_is_lost(tmp_path: Path) -> None:
    """As `devtrace open <(zcat FILE)`: what is looked at beforehand would be gone."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with os.fdopen(os.open(pipe, os.O_RDWR), "r+b", buffering=0) as writer:
        writer.write(an_archive(tmp_path / "saved.jsonl", "piped").read_bytes())
        with Terminal([*COMMAND, str(pipe)]) as terminal:
            terminal.wait_for(lambda text: "GET /piped" in text, what="the trace")
            terminal.press("q")
            assert terminal.wait_for_exit() == 0


def test_ctrl_z_gives_the_terminal_back_and_fg_the_whole_screen(tmp_path: Path) -> None:
    """As every program of the terminal does."""
    path = an_archive(tmp_path / "saved.jsonl", "one")
    command = f"set -m; {shlex.join([*COMMAND, str(path)])}; echo it is stopped; read line; fg"
    with Terminal(["/bin/sh", "-c", command]) as terminal:
        terminal.wait_for(lambda text: "GET /one" in text, what="the trace")
        terminal.press("\x1a")
        terminal.wait_for(lambda text: "it is stopped" in text, what="the shell")
        terminal.press("\r")
        terminal.wait_for(
            lambda text: (
                "it is stopped" not in text
                and "\n files │" in text
                and text.startswith(" devtrace   1 Traces")
                and "? help" in text
            ),
            what="the whole screen again",
        )
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
