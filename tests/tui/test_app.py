"""Modes, themes, palette and the keys that work everywhere."""

import asyncio
import re
from pathlib import Path

import pytest
from textual.command import CommandPalette

from devtrace.errors import DevtraceError
from devtrace.scenarios.programme import Programme
from devtrace.scenarios.shop import Status
from devtrace.tui.actions import ACTIONS, Scope
from devtrace.tui.kept_state import KeptState
from devtrace.tui.screens.help import HelpScreen
from devtrace.tui.screens.scenarios import ScenariosScreen
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.screens.traces import TracesScreen
from devtrace.tui.theme import DARK, LIGHT, TERMINAL
from devtrace.tui.widgets.span_tree import SpanTree
from tests.tui.rig import OpenShop, Rig, opened, press
from tests.tui.screens.test_scenarios import SlowShop
from tests.tui.screens.test_traces import a_store


class BrokenShop(OpenShop):
    """A shop that cannot be started."""

    async def start(self) -> None:
        """Fail."""
        self.starts += 1
        self.status, self.failure = Status.FAILED, "no free port"
        raise DevtraceError("cannot start the shop: no free port", hint="close something")


# -- modes ---------------------------------------------------------------------------


async def test_digits_switch_between_modes_and_each_keeps_its_place() -> None:
    """The same digit again goes to the mode's first screen."""
    async with opened(a_store()) as rig:
        await rig.press("enter", "6")
        assert isinstance(rig.screen, ScenariosScreen)

        await rig.press("1")
        assert isinstance(rig.screen, TraceScreen)
        await rig.press("1")
        assert isinstance(rig.screen, TracesScreen)
        await rig.press("1", "6", "6")
        assert isinstance(rig.screen, ScenariosScreen)


@pytest.mark.parametrize("keys", [[], ["enter"], ["6"]])
@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
async def test_every_screen_can_be_left(keys: list[str], key: str) -> None:
    """By letter and by the keys that people try first."""
    async with opened(a_store()) as rig:
        await press(rig.pilot, *keys, key)

        assert rig.app._exit
        assert rig.app.return_code == 0


@pytest.mark.parametrize("keys", [["question_mark"], ["y"], ["ctrl+p"]])
async def test_ctrl_q_leaves_also_from_what_lies_over_a_screen(keys: list[str]) -> None:
    """There, letters only close what is on top."""
    async with opened(a_store()) as rig:
        await press(rig.pilot, *keys, "ctrl+q")

        assert rig.app._exit


# -- themes --------------------------------------------------------------------------


@pytest.mark.parametrize("keys", [[], ["enter"], ["6"]])
async def test_t_switches_the_theme_and_every_line_is_drawn_anew(keys: list[str]) -> None:
    """The words stay, no colour of the other theme is left."""
    async with opened(a_store()) as rig:
        await rig.press(*keys)
        dark = rig.text
        await rig.press("t")
        assert rig.app.theme == LIGHT.name
        assert rig.text == dark
        strips = rig.screen._compositor.render_strips()
        grounds = {
            segment.style.bgcolor.name
            for strip in strips
            for segment in strip
            if segment.style is not None and segment.style.bgcolor is not None
        }
        assert grounds <= {LIGHT.background, LIGHT.surface, LIGHT.variables["selection"]}

        await rig.press("t", "t")
        assert rig.app.theme == DARK.name
        assert rig.text == dark


SET_COLOURS = re.compile(r"\x1b\[([\d;]*)m")
"""What tells a terminal how to draw."""


def colours_drawn(rig: Rig) -> set[str]:
    """Return the codes of all colours that the terminal is told, attributes left out."""
    codes = {
        code for each in SET_COLOURS.findall(rig.drawn) for code in each.split(";") if code
    }
    return codes - {"0", "1", "2", "3", "4", "7", "9"}


@pytest.mark.parametrize(
    "keys",
    [
        [], ["enter"], ["enter", "v"], ["enter", "v", "v"], ["2"], ["3"], ["6"],
        ["exclamation_mark"], ["question_mark"], ["y"], ["slash"], ["ctrl+p"],
    ],
    ids="-".join,
)  # fmt: skip
async def test_the_terminals_own_theme_draws_with_its_16_colours(keys: list[str]) -> None:
    """No other colour reaches the terminal, from any screen, and the ground is its own."""
    async with opened(a_store()) as rig:
        await rig.press("t", "t", *keys)
        await rig.settle()
        assert rig.app.theme == TERMINAL.name
        own = {str(code) for tens in (30, 40, 90, 100) for code in range(tens, tens + 8)}

        assert colours_drawn(rig) <= own | {"39", "49"}


async def test_without_colours_everything_is_told_by_signs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """NO_COLOR leaves every word and mark, and the selected row the other way round."""
    async with opened(a_store()) as rig:
        await rig.press("enter")
        words = rig.text
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened(a_store()) as rig:
        await rig.press("enter", "t")

        assert rig.text == words
        assert colours_drawn(rig) <= {"39", "49"}
        assert "\x1b[7" in rig.drawn
        assert rig.toasts == ["no colours are drawn while NO_COLOR is set"]


@pytest.mark.parametrize("name", [LIGHT.name, TERMINAL.name])
async def test_the_theme_is_kept(tmp_path: Path, name: str) -> None:
    """The next run begins with it; a name that nobody knows is the dark one."""
    path = tmp_path / "state.json"
    async with opened(a_store(), state=KeptState(path)) as rig:
        while rig.app.theme != name:
            await rig.press("t")
    async with opened(a_store(), state=KeptState(path)) as rig:
        assert rig.app.theme == name
    path.write_text('{"theme": "neon"}', encoding="utf-8")
    async with opened(a_store(), state=KeptState(path)) as rig:
        assert rig.app.theme == DARK.name


# -- palette and help ------------------------------------------------------------------


async def test_the_palette_finds_an_action_and_does_it() -> None:
    """On the screen from which it was asked."""
    async with opened(a_store()) as rig:
        await rig.pilot.press("ctrl+p")
        assert isinstance(rig.screen, CommandPalette)

        await rig.pilot.press(*"pause")
        await rig.until(lambda: "Hold the list still" in rig.text)
        assert "Logs: pause" in rig.text
        await rig.pilot.press("enter")
        await rig.until(lambda: "‖ paused" in rig.text)

        await rig.pilot.press("space", "enter", "ctrl+p", *"theme")
        await rig.until(lambda: "own 16 colours" in rig.text)
        await rig.pilot.press("enter")
        await rig.until(lambda: rig.app.theme == LIGHT.name)
        assert isinstance(rig.screen, TraceScreen)


@pytest.mark.parametrize(
    ("keys", "scope"), [([], Scope.TRACES), (["enter"], Scope.TRACE), (["6"], Scope.SCENARIOS)]
)
async def test_the_palette_offers_everything(keys: list[str], scope: Scope) -> None:
    """Each action of the registry with its key, those of this screen first."""
    async with opened(a_store()) as rig:
        await rig.press(*keys)

        commands = list(rig.app.get_system_commands(rig.screen))

        offered = [command.help for command in commands]
        own = [each.help for each in ACTIONS if each.palette and each.scope is scope]
        assert offered[: len(own)] == own
        assert sorted(offered) == sorted(each.help for each in ACTIONS if each.palette)
        assert len({command.title for command in commands}) == len(commands)
        assert all(command.title.split()[-1] for command in commands)


async def test_the_palette_lists_what_works_here_before_anything_is_typed() -> None:
    """In the order of the registry, not by name: this screen, everywhere, then the others."""
    async with opened(a_store()) as rig:
        own = [each for each in ACTIONS if each.palette and each.scope is Scope.TRACES]
        await rig.pilot.press("ctrl+p")
        await rig.until(lambda: own[1].help.split(";")[0] in rig.text)
        assert "Open the selected trace" in rig.text
        assert "A metric: back" not in rig.text


async def test_the_palette_over_help_begins_with_what_works_everywhere() -> None:
    """There is no screen of ours on top."""
    async with opened(a_store()) as rig:
        commands = list(rig.app.get_system_commands(HelpScreen(())))

        everywhere = [e.help for e in ACTIONS if e.palette and e.scope is Scope.APP]
        assert [command.help for command in commands][: len(everywhere)] == everywhere


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("A trace as a flame: by name", "by name"),
        ("Operations: order  o", "operation"),
        ("Services: map or list", "calls"),
        ("Traces of a figure: open", "Timeline"),
        ("Diagnostics: remedy", "Data points"),
    ],
)
async def test_a_command_of_another_screen_goes_there_and_does_it(
    title: str, shown: str
) -> None:
    """As if the keys that lead there had been pressed."""
    async with opened(a_store()) as rig:
        await rig.press("6")
        commands = list(rig.app.get_system_commands(rig.screen))
        await next(each for each in commands if each.title.startswith(title)).callback()

        await rig.until(lambda: shown in rig.text)
        assert rig.toasts == []


async def test_a_command_that_leads_nowhere_says_so() -> None:
    """Nothing has arrived, so no trace can be opened."""
    async with opened() as rig:
        commands = list(rig.app.get_system_commands(rig.screen))
        await next(
            each for each in commands if each.title.startswith("A trace: find")
        ).callback()

        told = ["there is nothing to show as “A trace”: select something first"]
        await rig.until(lambda: rig.toasts == told)


async def test_every_command_of_the_palette_runs() -> None:
    """None of them names a method that is not there."""
    async with opened(a_store()) as rig:
        await rig.press("enter")
        for command in rig.app.get_system_commands(rig.screen):
            if command.help == "Leave devtrace":
                continue
            await rig.settle()
            if not isinstance(rig.screen, TraceScreen):
                rig.app.screen.dismiss() if rig.screen.is_modal else await rig.press("1")
                await rig.settle()
            if not isinstance(rig.screen, TraceScreen):
                await rig.press("enter")
            await command.callback()
        assert rig.app.is_running


# -- the shop ------------------------------------------------------------------------


async def test_d_opens_the_shop_and_shows_what_it_can_play() -> None:
    """Once: a second press finds it open."""
    shop = OpenShop()
    async with opened(shop=shop) as rig:
        await rig.press("d")
        await rig.until(lambda: shop.status is Status.READY)
        await rig.settle()
        assert isinstance(rig.screen, ScenariosScreen)
        assert "shop ready" in rig.lines[0]

        await rig.press("1", "d")
        assert isinstance(rig.screen, ScenariosScreen)
        assert shop.starts == 1
        assert rig.stage.showings == {}


async def test_a_shop_that_cannot_open_says_why_and_what_to_do() -> None:
    """The UI goes on."""
    async with opened(shop=BrokenShop()) as rig:
        await rig.press("d")
        await rig.until(lambda: rig.toasts)

        assert rig.toasts == ["cannot start the shop: no free port\nclose something"]
        assert rig.app.is_running


async def test_what_was_asked_for_is_played_once_the_shop_is_open() -> None:
    """In order, and only once, also when the user presses d meanwhile."""
    shop = SlowShop()
    async with opened(
        shop=shop, programme=Programme(autoplay=("checkout", "slow_payment"))
    ) as rig:
        plays: list[str] = []
        rig.stage.on_change = lambda: plays.extend(
            name
            for name, each in rig.stage.showings.items()
            if each.is_playing and each.done == 0 and name not in plays[-1:]
        )
        await rig.press("d", "d")
        shop.may_open.set()
        await rig.until(lambda: "slow_payment" in rig.stage.showings)
        await rig.until(lambda: not any(e.is_playing for e in rig.stage.showings.values()))
        await asyncio.sleep(0)

        assert plays == ["checkout", "slow_payment"]


async def test_the_shop_opens_by_itself_when_asked_to() -> None:
    """`devtrace demo` without a scenario."""
    shop = OpenShop()
    async with opened(shop=shop, programme=Programme(opens_shop=True)) as rig:
        await rig.until(lambda: shop.status is Status.READY)

        assert isinstance(rig.screen, TracesScreen)


async def test_r_plays_the_last_scenario_again() -> None:
    """From any screen; without one it says what to do."""
    async with opened(a_store()) as rig:
        await rig.press("r")
        assert rig.toasts == ["nothing was played yet: press d for the shop's scenarios"]

        await rig.press("6", "down", "enter", "1", "enter")
        await rig.until(lambda: rig.stage.showings["slow_payment"].failure)
        first = rig.stage.showings["slow_payment"]
        await rig.press("r")
        assert rig.toasts[-1] == "playing slow_payment"
        await rig.until(lambda: rig.stage.showings["slow_payment"].failure)
        await rig.until(lambda: rig.stage.showings["slow_payment"] is not first)
        assert isinstance(rig.screen, TraceScreen)
        assert rig.one(SpanTree).row_count() == 1
