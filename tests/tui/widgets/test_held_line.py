"""Each bound of a signal has its counter on screen."""

import pytest

from devtrace.tui.text import width_of
from devtrace.tui.theme import DARK, palette_of
from devtrace.tui.widgets.held_line import HeldLine, SignalHeld

PALETTE = palette_of(DARK.name)


@pytest.mark.parametrize(
    ("held", "begin", "end"),
    [
        (SignalHeld(((1, "log records"),), 2_560, 4_000, 0, 0),
         " 1 log record  2.5 KiB of 3.9 KiB ", " evicted 0 "),
        (SignalHeld(((1_200, "log records"),), 0, 4_000, 1, 1),
         " 1 200 log records  0 B", "evicted 1  ⚠ too large 1 "),
        (SignalHeld(((1, "series"), (1, "points")), 0, 4_000, 7, 0),
         " 1 series  1 point  0 B", " evicted 7 "),
    ],
)  # fmt: skip
def test_it_tells_what_is_held_and_what_had_to_leave(
    held: SignalHeld, begin: str, end: str
) -> None:
    """How many, bytes against their bound, and each way to be dropped."""
    line = HeldLine()
    line._held = held
    pieces = line.pieces(PALETTE, 70)
    text = "".join(text for text, _ in pieces)

    assert width_of(pieces) <= 70
    assert text.startswith(begin)
    assert text.endswith(end)


def test_before_the_first_look_it_is_blank() -> None:
    """Nothing is claimed."""
    assert HeldLine().pieces(PALETTE, 60) == []
