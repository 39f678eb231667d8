"""Diagnostics stand under their senders, and the cursor passes over the names of these."""

from devtrace.tui.widgets.diagnosis_list import COUNTERS, DiagnosisList
from tests.tui.bad_senders import GO, NODE, NOW, bad_senders
from tests.tui.rig import opened


async def test_the_newest_sender_and_its_newest_mistake_come_first() -> None:
    """Under the row that leads to the counters."""
    async with opened(counters=bad_senders()) as rig:
        rig.app._desk.wall_clock = lambda: NOW
        await rig.press("exclamation_mark")
        rows = [line[:48].rstrip() for line in rig.lines[1:7]]

    assert rows[0] == f" {COUNTERS}"
    assert rows[1] == f" {GO}"
    assert rows[2].startswith("▌  ⚠ grpc-on-http-port")
    assert rows[3].startswith(f" checkout · {NODE}"[:30])
    assert rows[4].startswith("   ⚠ snake-case-keys")
    assert rows[4].endswith("×6144  48s ago")
    assert rows[5].startswith("   ⚠ invalid-ids")


async def test_the_cursor_passes_over_senders() -> None:
    """Up and down, to the first row and to the last."""
    async with opened(counters=bad_senders()) as rig:
        await rig.press("exclamation_mark")
        rows = rig.one(DiagnosisList)
        seen = []
        for key in ("down", "down", "down", "up", "up", "up", "up", "end", "home"):
            await rig.press(key)
            seen.append(rows.cursor)

    assert seen == [4, 5, 5, 4, 2, 0, 0, 5, 0]
