"""The pictures of the README, drawn by the program itself, so that they cannot go stale.

`make goldens` draws them anew.
"""

import re

from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from tests.tui.rig import Rig, opened
from tests.tui.test_goldens import SCENES

_SIZE = (120, 34)
_FONT_FACE = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
_TERMINAL_ID = re.compile(r"terminal-\d+")


class _Picture(SingleFileSnapshotExtension):
    """A screen as an SVG."""

    _write_mode = WriteMode.TEXT
    file_extension = "svg"


async def _shown(scene: str, *keys: str) -> str:
    """Return a scene as an SVG that fetches nothing and is the same every time."""
    store, act = SCENES[scene]
    async with opened(store(), size=_SIZE) as rig:
        await act(rig)
        await rig.press(*keys)
        return _TERMINAL_ID.sub("terminal", _FONT_FACE.sub("", _screenshot(rig)))


def _screenshot(rig: Rig) -> str:
    return rig.app.export_screenshot(title="devtrace")


async def test_traces(snapshot: SnapshotAssertion) -> None:
    """The list with a declined checkout beside its tree."""
    assert await _shown("traces") == snapshot(extension_class=_Picture)


async def test_trace(snapshot: SnapshotAssertion) -> None:
    """The slow checkout with its critical path."""
    assert await _shown("trace") == snapshot(extension_class=_Picture)


async def test_failed(snapshot: SnapshotAssertion) -> None:
    """The declined checkout at its innermost error."""
    assert await _shown("failed") == snapshot(extension_class=_Picture)


async def test_scenarios(snapshot: SnapshotAssertion) -> None:
    """The catalogue."""
    assert await _shown("scenarios") == snapshot(extension_class=_Picture)


async def test_light(snapshot: SnapshotAssertion) -> None:
    """The list in the light theme."""
    assert await _shown("traces", "t") == snapshot(extension_class=_Picture)
