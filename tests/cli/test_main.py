"""What a user types is understood or told to be wrong, always in the same form."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from devtrace import __version__
from devtrace.cli import COMMANDS, cli, run
from devtrace.cli.context import BUG, Context
from tests.builders import a_request, a_span
from tests.processes import Process

TIMEOUT_SECONDS = 30
DEVTRACE = [sys.executable, "-m", "devtrace"]

Captured = pytest.CaptureFixture[str]


def test_help_names_every_command_option_and_exit_code(capsys: Captured) -> None:
    """One screen says what there is and what a script may rely on."""
    assert run(["--help"]) == 0

    out = capsys.readouterr().out
    for word in (*COMMANDS, "--host", "--grpc-port", "--http-port", "--max-bytes"):
        assert f"  {word} " in out
    for code in (0, 1, 2, 3, 4, 70, 130):
        assert f"\n    {code} " in out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: Captured) -> None:
    """Nothing in the list is a promise."""
    assert run([command, "--help"]) == 0
    assert "Usage: devtrace" in capsys.readouterr().out


def test_version_is_the_packages(capsys: Captured) -> None:
    """A bug report can name it."""
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"devtrace {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "complaint", "hint"),
    [
        (["dmeo"], "no such command 'dmeo'; did you mean 'demo'?", "devtrace --help"),
        (["--hots", "x"], "no such option '--hots'; did you mean '--host'?", "devtrace --help"),
        (["serve", "--what"], "no such option '--what'", "devtrace serve --help"),
        (
            ["serve", "--grpc-port", "70000"],
            "70000 is not in the range",
            "devtrace serve --help",
        ),
        (["--max-bytes", "3XB"], "'3XB' is no size such as 256MiB", "devtrace --help"),
        (["stats"], "missing argument 'FILE...'", "devtrace stats --help"),
        (["demo", "--json"], "--json goes with --list", "devtrace demo --help"),
    ],
)
def test_a_wrong_command_line_is_told_in_two_lines(
    arguments: list[str], complaint: str, hint: str, capsys: Captured
) -> None:
    """What is wrong, then what to do; on stderr, with exit code 2."""
    assert run(arguments) == 2

    out, err = capsys.readouterr()
    assert out == ""
    first, second = err.splitlines()
    assert first.startswith("devtrace: error: cannot read the command line: ")
    assert complaint in first
    assert second == f"  try: {hint}"


@pytest.mark.parametrize("arguments", [[], ["--grpc-port", "0"]])
def test_without_a_terminal_the_ui_names_what_works_without_one(
    arguments: list[str], capsys: Captured
) -> None:
    """A pipe gets one sentence and the command it wanted, not escape sequences."""
    assert run(arguments) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "devtrace: error: cannot show the terminal UI: standard output is no terminal",
        "  try: devtrace serve",
    ]


def test_a_bug_shows_a_traceback_and_has_an_exit_code_of_its_own(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody mistakes a defect of devtrace for something they did."""

    def explode(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("devtrace.cli.demo._list", explode)
    monkeypatch.setattr(Context, "write", explode)

    assert run(["demo", "--list"]) == BUG

    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "this is a bug in devtrace" in err


def test_a_reader_that_has_seen_enough_ends_it_quietly() -> None:
    """`devtrace … | head -1` prints a line, and no traceback."""
    with Process(
        [*DEVTRACE, "demo", "--list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(TIMEOUT_SECONDS) == 0


def test_the_module_is_the_command() -> None:
    """`python -m devtrace` works where the script is not on the path."""
    result = subprocess.run(
        [*DEVTRACE, "--version"], capture_output=True, check=True, timeout=TIMEOUT_SECONDS
    )

    assert result.stdout.decode() == f"devtrace {__version__}\n"


def test_a_shell_can_complete_commands(tmp_path: Path) -> None:
    """The completion script that click writes finds the commands."""
    script = Path(sys.executable).with_name("devtrace")
    result = subprocess.run(
        [script],
        env={
            **os.environ,
            "_DEVTRACE_COMPLETE": "bash_complete",
            "COMP_WORDS": "devtrace s",
            "COMP_CWORD": "1",
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
    )

    assert result.stdout.split() == ["plain,serve", "plain,show", "plain,stats"]


def test_an_output_that_knows_no_marks_gets_question_marks(tmp_path: Path) -> None:
    """Whatever encoding a terminal or a log has, the figures arrive."""
    file = tmp_path / "traces.pb"
    file.write_bytes(a_request(a_span(name="支付", status=2)).SerializeToString())
    result = subprocess.run(
        [*DEVTRACE, "ls", str(file)],
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
    )

    assert result.returncode == 0, result.stderr
    assert result.stdout.endswith("shop     ??\n")


def test_every_command_is_a_module_of_its_own() -> None:
    """Looking a command up imports that command only, under the name it has."""
    context = cli.make_context("devtrace", ["serve", "--help"], resilient_parsing=True)

    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        assert command.name == name


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_an_error_and_no_bug(tmp_path: Path) -> None:
    """What the user can mend is said in one sentence."""
    file = tmp_path / "traces.pb"
    file.write_bytes(a_request(a_span()).SerializeToString())
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [*DEVTRACE, "ls", str(file)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )

    assert result.returncode == 4
    assert result.stderr.startswith("devtrace: error: cannot write the output: No space left")
    assert "Traceback" not in result.stderr
