"""The columns of the operations: they leave in a fixed order, and nothing overflows."""

import pytest

from devtrace.store.ring import TraceStore
from devtrace.tui.widgets.operation_list import OperationList
from tests.tui.rig import opened
from tests.tui.shop_trace import send, shop_trace


@pytest.mark.parametrize(
    ("width", "shown", "left"),
    [
        (300, {"calls", "per s", "errors", "p50", "p95", "p99", "max", "self", "kind"}, set()),
        (120, {"calls", "per s", "errors", "p50", "p95", "max", "self"}, {"p99", "kind"}),
        (60, {"calls", "errors", "p95"}, {"p50", "max"}),
        (40, {"operation"}, {"p50", "max", "per s"}),
    ],
)
async def test_columns_leave_in_a_fixed_order(
    width: int, shown: set[str], left: set[str]
) -> None:
    """What is asked most often stays longest."""
    store = TraceStore()
    send(store, shop_trace())
    async with opened(store, size=(width, 20)) as rig:
        await rig.press("3")
        await rig.until(lambda: "calls" in rig.text or width < 60)
        await rig.until(lambda: rig.one(OperationList).row_count() > 3)
        await rig.settle()
        head = next(line for line in rig.lines if "operation" in line)

        assert all(name in head for name in shown)
        assert not any(name in head.split() for name in left)


async def test_home_lets_the_order_follow_again() -> None:
    """Moving holds it still."""
    store = TraceStore()
    send(store, shop_trace())
    async with opened(store) as rig:
        await rig.press("3")
        await rig.until(lambda: "card.charge" in rig.text)
        await rig.press("down")
        assert "held" in rig.text
        await rig.press("home")
        assert "held" not in rig.text
        await rig.press("o")
        assert "most errors" in rig.text
