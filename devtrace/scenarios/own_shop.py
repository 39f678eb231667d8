"""A copy of the shop and its scenarios that somebody edits."""

import shutil
from pathlib import Path

from devtrace.errors import DevtraceError, UsageError
from devtrace.scenarios.folder import shop_folder


def copy_shop(target: Path) -> Path:
    """Copy the installed shop and its scenarios below *target*.

    Args:
        target: A folder that is empty or does not exist.

    Returns:
        Where the sources are now.

    Raises:
        UsageError: If there is something at *target*.
        DevtraceError: If the shop is not installed, or cannot be written there.
    """
    source = shop_folder()
    if source is None:
        raise DevtraceError("cannot copy the shop: it is not installed")
    copied = target / source.name
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise UsageError(
                f"cannot copy the shop to '{target}': something is there already",
                hint="name a folder that is empty or does not exist",
            )
        shutil.copytree(source, copied, ignore=shutil.ignore_patterns("__pycache__"))
    except OSError as error:
        raise DevtraceError(
            f"cannot copy the shop to '{target}': {error.strerror or error}",
            hint="name another folder",
        ) from None
    return copied


def require_shop(home: Path) -> None:
    """Look whether *home* holds a copy of the shop.

    Raises:
        UsageError: If it does not.
    """
    folder = shop_folder(home)
    if folder is None or not (folder / "__main__.py").is_file():
        raise UsageError(
            f"cannot use the shop in '{home}': there is no demo_services in it",
            hint=f"devtrace demo --copy {home}",
        )
