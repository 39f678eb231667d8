"""Each mode finds its first screen by its name."""

import pytest

from devtrace.tui.modes import MODES, home_of


@pytest.mark.parametrize("mode", MODES)
def test_a_mode_has_a_first_screen(mode: str) -> None:
    """Its key opens a screen that says that it belongs to the mode."""
    assert home_of(mode).mode.lower() == mode
