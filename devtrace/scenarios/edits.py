"""What a saved file of the shop means: a scenario to read again, or a service to restart.

Whoever edits sees the effect at once.  What a service imports is read from the sources,
so that saving a module restarts exactly the services that are made of it.
"""

import ast
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watchfiles import Change

_DEBOUNCE_MILLIS = 200
"""An editor may write a file in several steps."""
_STEP_MILLIS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """What was saved since the last look."""

    scenarios: tuple[str, ...]
    """Names of the scenario files, such as `checkout.toml`."""
    sources: tuple[Path, ...]
    """The shop's Python files."""


async def edits(shop_folder: Path) -> AsyncIterator[Edits]:
    """Yield what is saved in the shop's folder, as it happens; never ends by itself.

    Args:
        shop_folder: Where its sources are, with the scenarios in a folder below.
    """
    from watchfiles import awatch

    def is_source(_change: "Change", path: str) -> bool:
        return Path(path).suffix in {".py", ".toml"}

    async for changes in awatch(
        shop_folder, watch_filter=is_source, debounce=_DEBOUNCE_MILLIS, step=_STEP_MILLIS
    ):
        paths = sorted({Path(path) for _, path in changes})
        yield Edits(
            scenarios=tuple(each.name for each in paths if each.suffix == ".toml"),
            sources=tuple(each for each in paths if each.suffix == ".py" and each.exists()),
        )


def syntax_problem(source: Path) -> str | None:
    """Return `payments.py:12: invalid syntax` if *source* is no Python, else None."""
    try:
        compile(source.read_bytes(), source.name, "exec", dont_inherit=True)
    except SyntaxError as error:
        return f"{source.name}:{error.lineno or 1}: {error.msg}"
    except (OSError, ValueError) as error:  # it vanished, or holds null bytes
        return f"{source.name}:1: {error}"
    return None


def services_of(
    sources: Iterable[Path], shop_folder: Path, services: Iterable[str]
) -> list[str]:
    """Return which of *services* are made of any of *sources*, in their order.

    A service is made of the module of its name and of all that this one imports.

    Args:
        sources: Files that were saved.
        shop_folder: Where the shop's sources are.
        services: Their names.
    """
    changed = {source.stem for source in sources if source.parent == shop_folder}
    imported_by = {
        file.stem: _imports(file, shop_folder.name) for file in shop_folder.glob("*.py")
    }
    return [name for name in services if changed & _reached(name, imported_by)]


def _reached(module: str, imported_by: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = {module}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= imported_by.get(name, set()) - reached
    return reached


def _imports(file: Path, package: str) -> set[str]:
    """Return the modules of *package* that *file* imports, anywhere in it."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return set()
    names: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=aliases) if module == package:
                names |= {alias.name for alias in aliases}
            case ast.ImportFrom(module=str(module)):
                names.add(_below(module, package))
            case ast.Import(names=aliases):
                names |= {_below(alias.name, package) for alias in aliases}
    return names - {""}


def _below(module: str, package: str) -> str:
    """Return `faults` for `demo_services.faults`, and nothing for what is not in *package*."""
    top, _, rest = module.partition(".")
    return rest.partition(".")[0] if top == package else ""
