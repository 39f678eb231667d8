"""`devtrace.toml`: where it is looked for, and what is wrong with it.

It holds values and nothing that runs.  Two files may be read, the user's own and then
the one of the directory they work in, which wins line by line.
"""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from devtrace.errors import ArchiveError, UsageError

if TYPE_CHECKING:
    from devtrace.tui.keymap import Keymap

NAME = "devtrace.toml"
MAX_FILE_BYTES = 256 * 1024
_TABLES = ("keys",)
_HEADER = re.compile(r"\s*\[([^\[\]]+)\]")


def config_option(command: Any) -> Any:  # noqa: ANN401  # click's decorators are untyped
    """Give *command* the option that names the file; it gets it as `config_file`."""
    return click.option(
        "--config",
        "config_file",
        type=click.Path(dir_okay=False, path_type=Path),
        envvar="DEVTRACE_CONFIG",
        show_envvar=True,
        help=f"Read keys from this file alone, not from the {NAME} here and in ~/.config.",
    )(command)


def config_files(chosen: Path | None, here: Path) -> list[Path]:
    """Return the files to read, the one that wins last.

    Args:
        chosen: What the user named; it is then the only one.
        here: The directory they work in; the nearest file above it counts, too.

    Source:
        XDG Base Directory Specification, `XDG_CONFIG_HOME`.
    """
    if chosen is not None:
        return [chosen]
    home = os.environ.get("XDG_CONFIG_HOME", "")
    base = Path(home) if home.startswith("/") else Path.home() / ".config"
    own = base / "devtrace" / NAME
    above = (each / NAME for each in (here, *here.parents))
    found = [own, next((each for each in above if each.is_file()), own)]
    return [each for each in dict.fromkeys(found) if each.is_file()]


def chosen_keymap() -> "Keymap | None":
    """Return the keys as the files want them that count for this command; None is as usual.

    Raises:
        DevtraceError: As `keymap_of` does.
    """
    context = click.get_current_context(silent=True)
    chosen = context.find_root().params.get("config_file") if context else None
    files = config_files(chosen, Path.cwd())
    return keymap_of(files) if files else None


def keymap_of(files: list[Path]) -> "Keymap":
    """Return the keys as the files want them.

    Raises:
        ArchiveError: If a file cannot be read at all.
        UsageError: If one is no TOML, or says what cannot be.
    """
    from devtrace.tui.keymap import Keymap, KeymapError, read_keymap

    keymap = Keymap()
    for path in files:
        text = _text_of(path)
        document = _parsed(path, text)
        try:
            keymap = read_keymap(document.get("keys", {}), keymap)
        except KeymapError as error:
            line = _line_of(text, error.place) if error.place else 0
            where = f", line {line}" if line else ""
            raise UsageError(f"cannot read {path}{where}: {error}", hint=error.hint) from None
    return keymap


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ArchiveError(
            f"cannot read {path}: {error.strerror or error}",
            hint="name a file that is there and may be read, or leave --config out",
        ) from None
    if len(content) > MAX_FILE_BYTES:
        raise UsageError(
            f"cannot read {path}: it is larger than {MAX_FILE_BYTES // 1024} KiB",
            hint=f"keep only what {NAME} may hold: docs/configuration.md",
        )
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise UsageError(
            f"cannot read {path}: byte {error.start} is no UTF-8", hint="save it as UTF-8"
        ) from None


def _parsed(path: Path, text: str) -> dict[str, object]:
    import tomllib

    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        cause = str(error)[:1].lower() + str(error)[1:]
        raise UsageError(
            f"cannot read {path}: {cause}", hint='write [keys.trace] and find = "ctrl+f"'
        ) from None
    for name in document:
        if name not in _TABLES:
            line = _line_of(text, (name, ""))
            where = f", line {line}" if line else ""
            raise UsageError(
                f"cannot read {path}{where}: there is no table {name!r}",
                hint=f"write [{_TABLES[0]}.…]: docs/configuration.md lists what there is",
            )
    return document


def _line_of(text: str, place: tuple[str, str]) -> int:
    """Return the number of the line that says *place*, from 1; 0 where it is not found."""
    section, name = place
    wanted = re.compile(rf"""\s*["']?{re.escape(name)}["']?\s*=""")
    here = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            here = header[1].strip().removeprefix("keys.")
            if here == section and not name:
                return number
        elif here == section and name and wanted.match(line):
            return number
    return 0
