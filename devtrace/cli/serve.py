"""`devtrace serve`: receive without a UI, and tell one line per finished trace."""

from dataclasses import replace
from pathlib import Path

import click

from devtrace.cli.binding import bound_session
from devtrace.cli.context import Context
from devtrace.cli.options import receiver_options
from devtrace.session import SessionConfig


@click.command(short_help="receive without a UI, one line per finished trace")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per event.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.jsonl",
    help="Append every accepted span, log record and metric to a file of OTLP/JSON lines.",
)
@receiver_options
@click.pass_obj
def serve(
    context: Context, *, as_json: bool, output: Path | None, config: SessionConfig
) -> int:
    """Receive until SIGINT or SIGTERM.

    A trace is told 2 seconds after its last span, and again if more spans come.  With
    --json the first line is {"event":"listening","grpc":"127.0.0.1:4317",...}, once
    both addresses accept; the last is {"event":"stopped",...}.  Without it, remarks
    other than traces go to standard error.

    What was acknowledged to a sender is in the output file, however this ends.

    Exit status: 0 stopped; 2 no such host; 3 an address is taken; 4 the output cannot
    be written.
    """
    session = bound_session(context, replace(config, output=output))
    import asyncio

    from devtrace.cli.telling import tell_until_stopped

    asyncio.run(tell_until_stopped(context, session, as_json=as_json))
    return 0
