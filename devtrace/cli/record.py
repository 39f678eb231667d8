"""`devtrace record`: receive for a while, and write the traces that matter to a file."""

from pathlib import Path

import click

from devtrace.cli.binding import bound_session
from devtrace.cli.context import Context
from devtrace.cli.numbers import FiniteRange
from devtrace.cli.options import receiver_options
from devtrace.cli.where import parsed, where_option
from devtrace.errors import ArchiveError
from devtrace.session import SessionConfig


@click.command(short_help="receive for a while, and save the traces that match")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--seconds", type=FiniteRange(min=0), default=0, help="End after so long; 0 is never."
)
@click.option(
    "--traces",
    "max_traces",
    type=click.IntRange(min=0),
    default=0,
    help="End when so many traces that match are whole; 0 is never.",
)
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@where_option
@receiver_options
@click.pass_obj
def record(
    context: Context,
    file: Path,
    *,
    seconds: float,
    max_traces: int,
    force: bool,
    where: str | None,
    config: SessionConfig,
) -> int:
    """Receive until Ctrl-C, and then write FILE, whole or not at all.

    It holds the traces that match with their log records, a line of OTLP/JSON each; without
    --where all other log records and the metrics too.  What is held is bounded, as everywhere;
    what had to leave is told.  To keep everything as it comes, for as long as
    there is room on disk, use devtrace serve --output.

    A trace is whole when nothing has come for it in 2 seconds.

    Exit status: 0 written; 1 something had to leave, or nothing has come that is wanted (no file then); 2
    EXPR does not parse; 3 an address is taken; 4 FILE exists or cannot be written.
    """
    if file.exists() and not force:
        raise ArchiveError(
            f"cannot record to '{file}': it exists",
            hint="name a new file, or give --force to replace it",
        )
    if not file.resolve().parent.is_dir():
        raise ArchiveError(
            f"cannot record to '{file}': there is no folder '{file.parent}'",
            hint="name a file in a folder that exists",
        )
    wanted = None if where is None else parsed(where)
    session = bound_session(context, config)
    import asyncio

    from devtrace.cli.recording import Recording

    recording = Recording(context, session, file, wanted=wanted)
    return asyncio.run(recording.run(seconds=seconds, max_traces=max_traces))
