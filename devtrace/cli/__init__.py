"""The `devtrace` command: what a user types, what they are told, and the exit code.

Each command is a module of its own, imported when it is called, so that asking for
help or for a version costs what it needs and no more.
"""

import errno
import importlib
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

import click

from devtrace import __version__
from devtrace.cli.config_file import config_option
from devtrace.cli.context import BUG, INTERRUPTED, Context
from devtrace.cli.options import receiver_options
from devtrace.errors import ArchiveError, DevtraceError
from devtrace.session import SessionConfig

COMMANDS = (
    "demo",
    "serve",
    "open",
    "ls",
    "show",
    "diff",
    "query",
    "stats",
    "export",
    "record",
    "replay",
    "play",
    "load",
    "env",
)
"""Every command, in the order of the help: the module that bears its name defines it."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""What the system says when what stdout leads to takes no more."""

_EXIT_CODES = """\
\b
Exit codes:
  0    done
  1    a check failed, or nothing matched
  2    the command line asks for something that does not exist
  3    an address to receive on is taken
  4    a file cannot be read or written
  70   a bug in devtrace
  130  interrupted
"""


class _Commands(click.Group):
    """A group that imports a command when it is asked for it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's own
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"devtrace.cli.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that *args* begin with; a slip of the finger gets its nearest."""
        if args[0] in COMMANDS or args[0].startswith("-"):
            return super().resolve_command(ctx, args)
        from difflib import get_close_matches

        near = get_close_matches(args[0], COMMANDS, n=1)
        suggestion = f"; did you mean {near[0]!r}?" if near else ""
        raise click.UsageError(f"no such command {args[0]!r}{suggestion}", ctx)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a reader that has seen enough of its output ends it quietly."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except OSError as error:
            if error.errno not in _FULL:
                raise
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise ArchiveError(
                f"cannot write the output: {error.strerror}",
                hint="make room, or write elsewhere",
            ) from None


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    epilog=_EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
)
@receiver_options
@config_option
@click.version_option(__version__, prog_name="devtrace", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context, *, config: SessionConfig, config_file: Path | None) -> None:  # noqa: ARG001  # read where keys are needed
    """See OpenTelemetry traces live as trees in your terminal.

    Without a COMMAND: receive OTLP over gRPC and HTTP and show what arrives.
    """
    if context.invoked_subcommand is None:
        from devtrace.cli.live import show

        show(context.obj, config)


def main() -> NoReturn:
    """Run the command line of this process."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a mark it cannot write is no reason to end
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line.

    Args:
        arguments: What stands after the name of the program.

    Returns:
        The exit code.
    """
    context = Context()
    try:
        code = cli.main(arguments, prog_name="devtrace", standalone_mode=False, obj=context)
    except DevtraceError as error:
        context.complain(str(error), hint=error.hint)
        return error.exit_code
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "devtrace"
        context.complain(
            f"cannot read the command line: {_sentence(error)}", hint=f"{command} --help"
        )
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    except Exception:  # noqa: BLE001  # the last place where a bug can be told from an error
        import traceback

        traceback.print_exc(file=context.stderr)
        context.complain("this is a bug in devtrace", hint="report it with the lines above")
        return BUG
    return code if isinstance(code, int) else 0


def _sentence(error: click.UsageError) -> str:
    """Return what click says, as our messages are written: lower case, no full stop."""
    said = " ".join(error.format_message().split()).rstrip(".").replace(". Did", "; did")
    return said[:1].lower() + said[1:]
