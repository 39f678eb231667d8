"""Sends one small trace with its logs and metrics from real SDKs of four languages.

Each program sends the same four spans, four log records and five metrics with its SDK's
default settings and the variables that `devtrace env` prints, over each protocol that it
has, plain and gzipped, to a `devtrace serve` of our own.  What serve wrote to its file is
compared with what `expected_*.py` list; a warning or error that the SDK prints counts as a
difference too.

Run it as `python -m tests.interop.run [LANGUAGE...]` with devtrace's own Python.  A
language whose tools are missing is skipped.  The first run downloads the SDKs.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import NamedTuple

from devtrace.cli.env import sdk_variables
from tests.interop.expected_logs import log_differences
from tests.interop.expected_metrics import metric_differences
from tests.interop.expected_spans import span_differences
from tests.interop.received import Received, read

HERE = Path(__file__).parent
SECONDS_TO_BUILD = 600
SECONDS_TO_SEND = 60


class Program(NamedTuple):
    """How one language's program is built and run."""

    language: str
    directory: str
    tool: str
    """What must be on the PATH."""
    build: tuple[str, ...]
    """May be empty."""
    command: tuple[str, ...]
    protocols: tuple[str, ...]


PROGRAMS = (
    Program(
        language="python",
        directory="python",
        tool=sys.executable,
        build=(),
        command=(sys.executable, "send.py"),
        protocols=("grpc", "http/protobuf"),
    ),
    Program(
        language="nodejs",
        directory="node",
        tool="npm",
        build=("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"),
        command=("node", "send.js"),
        protocols=("grpc", "http/protobuf", "http/json"),
    ),
    Program(
        language="go",
        directory="go",
        tool="go",
        build=("go", "build", "-mod=mod", "-o", "build/send", "."),
        command=("build/send",),
        protocols=("grpc", "http/protobuf"),
    ),
    Program(
        language="java",
        directory="java",
        tool="mvn",
        build=(
            *("mvn", "--quiet", "--batch-mode", "compile", "dependency:copy-dependencies"),
            "-DoutputDirectory=target/lib",
        ),
        command=("java", "-cp", "target/classes:target/lib/*", "Send"),
        protocols=("grpc", "http/protobuf"),
    ),
)


class Ran(NamedTuple):
    """How a command went."""

    problem: str
    """Empty when it ended with 0."""
    lines: list[str]
    """What it printed."""


def main(languages: Collection[str]) -> int:
    """Run the programs of *languages*, of all if none is named; return the exit code."""
    known = [program.language for program in PROGRAMS]
    if unknown := sorted(set(languages) - set(known)):
        say(f"there is no program for {', '.join(unknown)}, only for {', '.join(known)}")
        return 2
    is_clean = True
    for program in PROGRAMS:
        if languages and program.language not in languages:
            continue
        if shutil.which(program.tool) is None:
            say(f"{program.language:<8}skipped: there is no {program.tool} here")
            continue
        built = run(program.build, program, SECONDS_TO_BUILD) if program.build else Ran("", [])
        if built.problem:
            say(f"{program.language:<8}cannot be built: {built.problem}", *built.lines)
            is_clean = False
            continue
        for protocol, compression in product(program.protocols, ("plain", "gzip")):
            found = send(program, protocol, compression)
            is_clean = is_clean and not found
            variant = f"{program.language:<8}{protocol:<15}{compression:<7}"
            say(variant + ("\n" + " " * len(variant)).join(found or ["ok"]))
    return 0 if is_clean else 1


def send(program: Program, protocol: str, compression: str) -> list[str]:
    """Run *program* once and return what differs from what it should have sent."""
    with tempfile.TemporaryDirectory(prefix="devtrace-interop-") as directory:
        output = Path(directory) / "received.jsonl"
        with receiving(output) as ports:
            variables = sdk_variables(
                "localhost",
                protocol=protocol,
                port=ports["grpc" if protocol == "grpc" else "http"],
                current={},
            )
            if compression != "plain":
                variables["OTEL_EXPORTER_OTLP_COMPRESSION"] = compression
            ran = run(program.command, program, SECONDS_TO_SEND, variables)
        received = read(output)
    return [
        *([ran.problem] if ran.problem else []),
        *(f"it printed: {line}" for line in ran.lines[:5]),
        *differences(received, program.language),
    ]


def differences(received: Received, sdk_language: str) -> list[str]:
    """Return how *received* differs from what a program sends, one sentence each."""
    spans, logs, metrics = received
    return [
        *span_differences(spans, sdk_language),
        *log_differences(logs, spans, sdk_language),
        *metric_differences(metrics, spans, sdk_language),
    ]


@contextmanager
def receiving(output: Path) -> Iterator[dict[str, int]]:
    """Run `devtrace serve` on free ports, which are yielded as `grpc` and `http`."""
    flags = ("--json", "--output", output, "--grpc-port", "0", "--http-port", "0")
    with subprocess.Popen(
        [sys.executable, "-m", "devtrace", "serve", *flags], stdout=subprocess.PIPE, text=True
    ) as serve:
        try:
            listening = json.loads(serve.stdout.readline() if serve.stdout else "")
            yield {name: int(listening[name].rpartition(":")[2]) for name in ("grpc", "http")}
        finally:
            serve.terminate()


def run(
    command: tuple[str, ...],
    program: Program,
    seconds: int,
    variables: Mapping[str, str] | None = None,
) -> Ran:
    """Run *command* beside the program's sources, for so many *seconds* at most."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    try:
        done = subprocess.run(
            command,
            cwd=HERE / program.directory,
            env=own | dict(variables or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Ran(f"it did not end within {seconds} s", [])
    problem = f"it ended with exit code {done.returncode}" if done.returncode else ""
    return Ran(problem, done.stdout.splitlines())


def say(*lines: str) -> None:
    """Print *lines* at once."""
    print(*lines, sep="\n", flush=True)  # noqa: T201  # this is a program


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
