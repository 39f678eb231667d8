"""Each bound of the logs has its counter on screen."""

from devtrace.store.limits import LogLimits
from devtrace.store.logs import LogStore
from devtrace.tui.text import width_of
from devtrace.tui.theme import DARK, palette_of
from devtrace.tui.widgets.logs_held import LogsHeld
from tests.builders import a_log, a_log_batch

PALETTE = palette_of(DARK.name)


def shown(store: LogStore, width: int = 70) -> str:
    """Return the line for *store*."""
    line = LogsHeld()
    line._store = store
    pieces = line.pieces(PALETTE, width)
    assert width_of(pieces) <= width
    return "".join(text for text, _ in pieces)


def test_it_tells_what_is_held_and_what_had_to_leave() -> None:
    """Records, bytes against their bound, and each way to be dropped."""
    store = LogStore(LogLimits(max_records=2, max_bytes=4_000))
    store.consume_logs(a_log_batch(a_log("a")))
    assert shown(store).startswith(" 1 log record  2.5 KiB of 3.9 KiB ")
    assert shown(store).endswith(" evicted 0 ")

    store.consume_logs(a_log_batch(a_log("b"), a_log("c"), a_log("x" * 4_000)))

    assert shown(store).startswith(" 2 log records")
    assert shown(store).endswith("evicted 1  ⚠ too large 1 ")


def test_before_the_first_look_it_is_blank() -> None:
    """Nothing is claimed."""
    assert LogsHeld().pieces(PALETTE, 60) == []
