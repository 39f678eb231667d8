"""`devtrace play`: a scenario of one's own, played against one's own services and checked."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from devtrace.cli.archives import FileLimits, FilePath, HeldFiles
from devtrace.cli.context import Context
from devtrace.cli.numbers import FiniteRange
from devtrace.cli.options import ports_are_chosen, receiver_options
from devtrace.errors import ArchiveError, DevtraceError, UsageError
from devtrace.session import SessionConfig

if TYPE_CHECKING:
    from devtrace.scenarios.scenario import Scenario

_SETTLE_SECONDS = 5.0
"""As long as SDKs hold spans back unless they are told otherwise."""
_CONNECT_SECONDS = 5.0
_PORT_BY_SCHEME = {"http": 80, "https": 443}


@click.command(short_help="play a scenario file against your own services, and check it")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=FilePath(path_type=Path, allow_dash=True),
)
@click.option("--base-url", metavar="URL", help="Where your services take requests.")
@click.option(
    "--count",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="How often to play, each time checked by itself.",
)
@click.option(
    "--settle",
    type=FiniteRange(0, 60),
    default=_SETTLE_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="How long after the last answer spans may still come, at least.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a play and line.")
@click.option(
    "--from-trace",
    "trace_id",
    metavar="TRACE_ID",
    help="Play nothing: make a scenario of this trace of FILE, a file of saved traces.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT",
    help="With --from-trace: the new file to write; standard output if not given.",
)
@receiver_options
@click.pass_context
def play(
    click_context: click.Context,
    *,
    files: tuple[Path, ...],
    base_url: str | None,
    count: int,
    settle: float,
    as_json: bool,
    trace_id: str | None,
    output: Path | None,
    config: SessionConfig,
) -> int:
    """Play scenario FILEs against your own services, and check what they promise.

    It receives on the usual ports, or on any free ones where those are taken and none was
    asked for; your services must export there.  Then it sends each file's requests to
    URL, waits until no more spans come, and says for each expectation whether it holds,
    and what was seen instead.  docs/own-scenarios.md has the format.

    With --from-trace it makes such a file of a captured trace: its requests as steps, its
    tree as expectations.  The beginning of the id is enough.

    Exit status: 0 all is as promised, or the file is made; 1 something is not, or nobody
    answers at URL; 2 a FILE is no scenario, or there is no such trace; 3 a port asked for
    is taken; 4 a file of traces cannot be read, or OUT not be written.
    """
    context: Context = click_context.obj
    if trace_id is not None:
        limits = FileLimits(config.limits, config.log_limits, config.metric_limits)
        return _make(context, files, trace_id, output, limits)
    if output is not None:
        raise click.UsageError("--output goes with --from-trace", click_context)
    if base_url is None:
        raise UsageError(
            "cannot play: nobody said where", hint="give --base-url http://localhost:8080"
        )
    import asyncio

    from devtrace.cli.binding import bound_session
    from devtrace.scenarios.scenario import load_scenario

    scenarios = [_settling(load_scenario(file), settle) for file in files]
    _require_answer(base_url)
    session = bound_session(context, config, may_move=not ports_are_chosen(click_context))
    from devtrace.cli.playing import play_and_tell

    return asyncio.run(
        play_and_tell(context, session, scenarios * count, base_url=base_url, as_json=as_json)
    )


def _settling(scenario: "Scenario", seconds: float) -> "Scenario":
    return replace(scenario, settle_seconds=max(scenario.settle_seconds, seconds))


def _require_answer(base_url: str) -> None:
    """Look whether anybody listens at *base_url*.

    Raises:
        UsageError: If it is no URL of HTTP.
        DevtraceError: If nobody does.
    """
    import socket
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(base_url)
        address = (parts.hostname or "", parts.port or _PORT_BY_SCHEME[parts.scheme])
    except (ValueError, KeyError):
        address = ("", 0)
    if not address[0]:
        raise UsageError(
            f"cannot play against {base_url!r}: it is no URL of HTTP",
            hint="write it as http://localhost:8080",
        )
    try:
        socket.create_connection(address, timeout=_CONNECT_SECONDS).close()
    except OSError as error:
        cause = (error.strerror or str(error)).lower()
        raise DevtraceError(
            f"cannot play against {base_url}: {cause}",
            hint="start your services, or name another --base-url",
        ) from None


def _make(
    context: Context,
    files: tuple[Path, ...],
    trace_id: str,
    output: Path | None,
    limits: FileLimits,
) -> int:
    from devtrace.cli.selection import ids_beginning
    from devtrace.exporters.archive import write_whole
    from devtrace.scenarios.from_trace import scenario_text

    if output is not None and output.exists():
        raise ArchiveError(
            f"cannot write '{output}': it exists, and may have been edited",
            hint="name a new file",
        )
    held = HeldFiles(context, files, limits)
    if held.exit_code and held.is_empty:
        return held.exit_code
    (found,) = ids_beginning([trace_id.lower()], held.trace_ids())
    text = "".join(map(scenario_text, held.traces([found])))
    if output is None:
        context.write(text.rstrip("\n"))
    else:
        write_whole(output, [text.encode()])
        context.progress(
            f"devtrace: play it with: devtrace play {output} --base-url http://localhost:8080"
        )
    return held.exit_code
