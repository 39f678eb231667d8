"""`devtrace open`: the terminal UI over saved traces."""

from pathlib import Path

import click

from devtrace.cli.archives import files_argument, limit_options
from devtrace.cli.context import Context
from devtrace.store.limits import Limits


@click.command(short_help="look at saved files in the UI")
@files_argument
@click.option("--follow", "follows", is_flag=True, help="Read on as the one FILE grows.")
@limit_options
@click.pass_obj
def open(  # noqa: A001  # a command bears the name of its module
    context: Context, files: tuple[Path, ...], *, follows: bool, max_bytes: int, max_spans: int
) -> int:
    """Look at the traces in FILEs; nothing is received.

    Reads what `devtrace stats` reads, while the UI is already there.  A dash is standard
    input; keys then come from the terminal itself.

    With --follow a line or record shows as soon as it is written, as the Collector's
    file exporter does, and rotation is followed; Ctrl-C or q ends it.

    Exit status: 0 closed; 2 there is no terminal; 4 a file cannot be read at all.
    """
    from devtrace.cli.live import show_files

    limits = Limits(max_bytes=max_bytes, max_spans=max_spans)
    return show_files(context, files, limits, follows=follows)
