"""Where the shop and its scenarios are."""

import importlib.util
from pathlib import Path

_SHOP_PACKAGE = "demo_services"


def shop_folder(chosen: Path | None = None) -> Path | None:
    """Return where the shop's sources are, or None if it is not installed.

    The shop is found but not imported: the two meet on the wire and nowhere else.

    Args:
        chosen: The folder of somebody's own copy; None: the installed one.
    """
    if chosen is not None:
        return chosen / _SHOP_PACKAGE
    spec = importlib.util.find_spec(_SHOP_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def scenario_folder(chosen: Path | None = None) -> Path | None:
    """Return where the shop keeps its scenarios; see `shop_folder`."""
    folder = shop_folder(chosen)
    return folder and folder / "scenarios"
