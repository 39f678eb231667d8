"""One registry of keys: no key means two things, and every place that shows keys agrees."""

from collections import Counter
from itertools import chain
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.screen import Screen

from devtrace.tui.actions import ACTIONS, Action, Scope, actions_in, bindings_in, keys_page
from devtrace.tui.app import DevtraceApp
from devtrace.tui.screens.compare import CompareScreen
from devtrace.tui.screens.contrast import ContrastScreen
from devtrace.tui.screens.diagnostics import DiagnosticsScreen
from devtrace.tui.screens.found import FoundScreen
from devtrace.tui.screens.logs import LogsScreen
from devtrace.tui.screens.metrics import MetricsScreen
from devtrace.tui.screens.operations import OperationsScreen
from devtrace.tui.screens.scenarios import ScenariosScreen
from devtrace.tui.screens.series import SeriesScreen
from devtrace.tui.screens.services import ServicesScreen
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.screens.traces import TracesScreen
from devtrace.tui.widgets.flame import Flame
from devtrace.tui.widgets.group_table import GroupTable
from devtrace.tui.widgets.lines import Lines
from devtrace.tui.widgets.log_detail import LogDetail
from devtrace.tui.widgets.raw_pane import RawPane
from devtrace.tui.widgets.time_strip import TimeStrip

KEYS_PAGE = Path(__file__).parents[2] / "docs" / "keys.md"
PLACES = {
    Scope.APP: DevtraceApp,
    Scope.TRACES: TracesScreen,
    Scope.STRIP: TimeStrip,
    Scope.TRACE: TraceScreen,
    Scope.SERVICES: ServicesScreen,
    Scope.OPERATIONS: OperationsScreen,
    Scope.FOUND: FoundScreen,
    Scope.LOGS: LogsScreen,
    Scope.RECORD: LogDetail,
    Scope.METRICS: MetricsScreen,
    Scope.SERIES: SeriesScreen,
    Scope.COMPARE: CompareScreen,
    Scope.CONTRAST: ContrastScreen,
    Scope.SCENARIOS: ScenariosScreen,
    Scope.DIAGNOSTICS: DiagnosticsScreen,
    Scope.MOVE: Lines,
    Scope.FLAME: Flame,
    Scope.TABLE: GroupTable,
    Scope.RAW: RawPane,
}
SCREENS = (
    Scope.TRACES, Scope.TRACE, Scope.COMPARE, Scope.CONTRAST, Scope.LOGS, Scope.METRICS, Scope.SERIES,
    Scope.SCENARIOS, Scope.DIAGNOSTICS,
)  # fmt: skip


@pytest.mark.parametrize("screen", SCREENS)
def test_no_key_means_two_things_on_one_screen(screen: Scope) -> None:
    """A screen's own keys, those of its lists and those of the app do not overlap."""
    keys = chain.from_iterable(
        action.keys.split(",") for action in actions_in(screen, Scope.MOVE, Scope.APP)
    )

    assert [key for key, times in Counter(keys).items() if times > 1] == []


@pytest.mark.parametrize("scope", Scope)
def test_ids_are_unique_where_they_work(scope: Scope) -> None:
    """A user's key map names each binding by an id that no other has."""
    bindings = [each for each in bindings_in(scope) if isinstance(each, Binding)]
    ids = [binding.id for binding in bindings]

    assert len(set(ids)) == len(ids)
    assert [binding.action for binding in bindings if not binding.priority] == [
        action.id for action in actions_in(scope)
    ]


def test_keys_with_ctrl_work_over_everything() -> None:
    """A letter may be typed into something that lies over the screen, these may not."""
    bindings = [each for each in bindings_in(Scope.APP) if isinstance(each, Binding)]

    assert {binding.key for binding in bindings if binding.priority} == {
        "ctrl+o", "ctrl+p", "ctrl+z", "ctrl+c,ctrl+q"
    }  # fmt: skip


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: f"{action.scope}-{action.id}")
def test_every_action_can_be_done_where_it_is_offered(action: Action) -> None:
    """The place that a scope stands for has the method, and every help is one sentence."""
    name = action.id.partition("(")[0]

    assert callable(getattr(PLACES[action.scope], f"action_{name}"))
    assert action.help[0].isupper()
    assert not action.help.endswith(".")


@pytest.mark.parametrize("screen", SCREENS)
def test_the_footer_ends_with_help(screen: Scope) -> None:
    """Whatever is not in the footer is found behind its last key."""
    footer = [action.id for action in actions_in(screen, Scope.APP) if action.footer]

    assert footer[-1] == "show_help"


def test_keys_are_shown_as_a_person_writes_them() -> None:
    """No name that only Textual knows reaches the screen."""
    shown = {key for action in ACTIONS for key in action.shown_keys.split()}

    assert {"⏎", "Space", "Esc", "?", "[", "}", "↑", "PgDn", "Ctrl+P", "Tab", "E"} <= shown
    assert not any(key.islower() and len(key) > 1 for key in shown)
    assert not any("_" in key or "+" in key.removeprefix("Ctrl+") for key in shown - {"+"})


def test_only_screens_of_ours_take_keys() -> None:
    """Each scope of the registry is bound by exactly the class that does its actions."""
    for scope, place in PLACES.items():
        bound = {binding.id for binding in vars(place)["BINDINGS"]}
        assert bound == {binding.id for binding in bindings_in(scope)}  # type: ignore[union-attr]
    assert all(issubclass(PLACES[scope], Screen) for scope in SCREENS)


def test_the_page_of_keys_is_the_registry() -> None:
    """docs/keys.md is written from the registry; this says when to write it anew.

    `python -c "from devtrace.tui.actions import keys_page; print(keys_page(), end='')"`.
    """
    assert KEYS_PAGE.read_text(encoding="utf-8") == keys_page()


@pytest.mark.parametrize("scope", [scope for scope in Scope if scope is not Scope.APP])
def test_no_two_commands_of_the_palette_have_one_name(scope: Scope) -> None:
    """Who searches by name finds one thing."""
    labels = [each.label for each in actions_in(scope, Scope.APP) if each.palette]

    assert len(set(labels)) == len(labels)
