"""The head of a comparison fits, and says the same at every width."""

import pytest

from devtrace.analysis.diff import TraceDiff
from devtrace.analysis.summary import summarise
from devtrace.analysis.tree import assemble
from devtrace.tui.text import width_of
from devtrace.tui.theme import DARK, ServiceHues, palette_of
from devtrace.tui.widgets.diff_summary import DiffSummary, _Shown
from tests.builders import a_trace
from tests.tui.shop_trace import Fault, shop_trace

PALETTE = palette_of(DARK.name)


def shown(fault: Fault) -> _Shown:
    """Return a checkout compared with a failed one."""
    before, after = a_trace(*shop_trace()), a_trace(*shop_trace(fault, name="b"))
    first, second = summarise(before), summarise(after)
    return _Shown(TraceDiff(assemble(before.spans), assemble(after.spans)), first, second)


@pytest.mark.parametrize("fault", ["slow_payment", "failed_charge"])
@pytest.mark.parametrize("width", [40, 60, 80, 120, 300])
def test_every_line_fits(fault: Fault, width: int) -> None:
    """The difference is the last to leave."""
    summary, what = DiffSummary(ServiceHues()), shown(fault)
    title = summary._title(what, PALETTE, width)
    assert what.diff is not None
    causes = [
        summary._cause(what.diff, each, PALETTE, width) for each in what.diff.contributions
    ]

    assert width_of(title) <= width
    assert title[-1][0].strip() in {"+1.37s", "-25ms"}
    assert max(map(width_of, causes)) <= width


def test_a_title_that_is_the_same_is_written_once() -> None:
    """Two are written beside their letters."""
    summary = DiffSummary(ServiceHues())
    same = "".join(text for text, _ in summary._title(shown("slow_payment"), PALETTE, 120))
    other = "".join(text for text, _ in summary._title(shown("failed_charge"), PALETTE, 120))

    assert same.startswith(" POST /checkout → 200  A 243ms  B 1.61s")
    assert other.startswith(" A POST /checkout → 200 243ms  B POST /checkout → 402 218ms")
