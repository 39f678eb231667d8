"""`devtrace open`: the terminal UI over saved traces."""

from pathlib import Path

import click

from devtrace.cli.archives import FileLimits, files_argument, limit_options
from devtrace.cli.context import Context


@click.command(short_help="look at saved files in the UI")
@files_argument
@click.option("--follow", "follows", is_flag=True, help="Read on as the one FILE grows.")
@limit_options
@click.pass_obj
def open(  # noqa: A001  # a command bears the name of its module
    context: Context, files: tuple[Path, ...], *, follows: bool, limits: FileLimits
) -> int:
    """Look at the traces, log records and metrics in FILEs; nothing is received.

    Reads what `devtrace stats` reads, while the UI is already there.  A dash is standard
    input; keys then come from the terminal itself.

    With --follow a line or record shows as soon as it is written, as the Collector's
    file exporter does; a FILE that is not there yet is waited for, and rotation is
    followed; Ctrl-C or q ends it.

    Exit status: 0 closed; 2 there is no terminal; 4 a file cannot be read at all.
    """
    from devtrace.cli.live import show_files

    return show_files(context, files, limits, follows=follows)
