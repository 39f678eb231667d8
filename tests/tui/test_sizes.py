"""Every screen is whole at every size from 60 columns to 300, in every theme, however it got there."""

import pytest
from rich.cells import cell_len

from devtrace.tui.theme import THEMES
from tests.tui.bad_senders import bad_senders
from tests.tui.rig import Rig, opened
from tests.tui.shop_logs import shop_logs
from tests.tui.shop_metrics import shop_metrics
from tests.tui.test_goldens import shop_store

SIZES = ((60, 20), (80, 24), (120, 40), (200, 50), (300, 80))
PLACES: dict[str, list[str]] = {
    "traces": [],
    "query": ["slash", *"status=error"],
    "completion": ["slash", *"sta"],
    "wrong query": ["slash", *"statuss=error"],
    "help": ["question_mark"],
    "palette": ["ctrl+p"],
    "copy": ["y"],
    "trace": ["enter"],
    "detail": ["enter", "tab", "end"],
    "zoomed": ["enter", "down", "down", "z", "plus"],
    "finding": ["enter", "slash", *"order"],
    "attributes": ["enter", "f"],
    "critical list": ["enter", "C"],
    "flame": ["enter", "v"],
    "flame by name": ["enter", "v", "b"],
    "table": ["enter", "v", "v"],
    "ask": ["enter", "v", "v", "a"],
    "its logs": ["enter", "L"],
    "raw": ["enter", "V"],
    "compare": ["home", "m", "down", "equals_sign"],
    "services": ["2"],
    "service list": ["2", "v"],
    "operations": ["3"],
    "found": ["3", "enter"],
    "logs": ["4"],
    "metrics": ["5"],
    "series": ["5", "enter"],
    "scenarios": ["6"],
    "load": ["6", "plus"],
    "diagnostics": ["exclamation_mark"],
    "files": ["ctrl+o"],
    "path": ["s"],
    "saved query": ["slash", *"status=error", "enter", "w"],
}


def require_whole(rig: Rig) -> None:
    """Fail unless each line of the screen is as wide as the terminal, and none has a hole."""
    width, height = rig.app.size
    lines = rig.lines
    assert len(lines) == height
    assert {cell_len(line) for line in lines} == {width}
    regions = [
        (widget, widget.region)
        for widget in rig.screen.query("*")
        if widget.display and not widget.children and widget.styles.overlay == "none"
        and widget.region
        and widget.size
    ]  # fmt: skip
    shown = rig.screen.size.region
    for number, (one, region) in enumerate(regions):
        if rig.screen.is_modal:
            continue
        assert region in shown, (one, region)
        for other, beside in regions[number + 1 :]:
            assert not region.intersection(beside), (one, other)


@pytest.mark.parametrize("name", PLACES)
async def test_every_screen_is_whole_at_every_size(name: str) -> None:
    """It is opened small, grows and shrinks again with whatever lies over it."""
    async with opened(
        shop_store(),
        logs=shop_logs(),
        metrics=shop_metrics(),
        counters=bad_senders(),
        size=SIZES[0],
    ) as rig:
        await rig.press(*PLACES[name])
        for size in (*SIZES, *reversed(SIZES[:-1])):
            await rig.resize(*size)
            require_whole(rig)
            await rig.press("down")
        place = type(rig.screen).__name__
        for size in ((20, 5), (300, 12), (61, 80)):
            await rig.resize(*size)
        require_whole(rig)
        assert type(rig.screen).__name__ == place


@pytest.mark.parametrize("name", [name for name, keys in PLACES.items() if "slash" not in keys])
async def test_the_words_are_the_same_in_every_theme(name: str) -> None:
    """Only colours differ; what is drawn is as wide."""
    async with opened(shop_store(), logs=shop_logs(), metrics=shop_metrics()) as rig:
        await rig.press(*PLACES[name])
        await rig.settle()
        drawn = rig.text
        for theme in (*THEMES[1:], THEMES[0]):
            rig.app.theme = theme.name
            await rig.until(lambda: rig.text == drawn)
            require_whole(rig)
