"""A user's keys replace the usual ones everywhere, or are refused with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.tui.action_table import ACTIONS
from devtrace.tui.actions import Scope
from devtrace.tui.keymap import Keymap, KeymapError, read_keymap, section_of
from devtrace.tui.screens.help import HelpScreen
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.widgets.chrome import KeyLine
from devtrace.tui.widgets.query_bar import QueryBar
from tests.tui.rig import opened
from tests.tui.screens.test_traces import a_store


def test_without_changes_it_is_the_registry() -> None:
    """Nothing is bound anew."""
    assert read_keymap({}).actions == Keymap().actions == ACTIONS
    assert Keymap().bindings() == {}


def test_a_later_file_wins_line_by_line() -> None:
    """What it does not name stays as the earlier one has it."""
    own = read_keymap({"trace": {"find": "ctrl+f", "next_match": ["n", "f3"]}})
    both = read_keymap({"trace": {"find": "f6"}}, own)

    assert both.shown(Scope.TRACE, "find") == "F6"
    assert both.shown(Scope.TRACE, "next_match") == "n"
    assert both.bindings() == {"trace.find": "f6", "trace.next_match": "n,f3"}


def test_keys_may_be_taken_away_and_swapped() -> None:
    """An action without a key is still in the palette; two may change places."""
    keymap = read_keymap(
        {"traces": {"mute_shape": False, "mark_trace": "p", "toggle_pin": "m"}}
    )

    assert keymap.shown(Scope.TRACES, "mute_shape") == "“mute” in the palette"
    assert keymap.shown(Scope.TRACES, "mark_trace") == "p"


def test_actions_with_an_argument_go_by_their_label() -> None:
    """`move(1)` is `down`."""
    keymap = read_keymap({"move": {"down": ["down", "ctrl+n"], "page_up": "pgup"}})

    assert keymap.bindings() == {"move.move(1)": "down,ctrl+n", "move.move_page(-1)": "pageup"}


@pytest.mark.parametrize(
    ("table", "message", "hint"),
    [
        ([], "keys is no table", "write [keys.trace]"),
        ({"trce": {}}, "there is no screen 'trce'", "write trace"),
        ({"trace": 1}, "there is no screen 'trace'", "write trace"),
        ({"trace": {"fnd": "x"}}, "trace has no action 'fnd'", "write find"),
        ({"trace": {"qqq": "x"}}, "trace has no action 'qqq'", "docs/keys.md"),
        ({"trace": {"find": 3}}, "trace.find is no key", "false for none"),
        ({"trace": {"find": True}}, "trace.find is no key", "false for none"),
        ({"trace": {"find": ["f6", 1]}}, "trace.find is no key", "false for none"),
        ({"trace": {"find": ["f6"] * 9}}, "trace.find is no key", "false for none"),
        ({"trace": {"find": "hyper"}}, "trace.find cannot be 'hyper'", "write a character"),
        (
            {"trace": {"find": "f"}},
            "trace.find and trace.require_attribute would have the same key, f",
            "give trace.require_attribute another key",
        ),
        (
            {"app": {"show_files": "f"}},
            "app.show_files and traces.follow_newest would have the same key, f",
            "give traces.follow_newest another key",
        ),
        (
            {"trace": {"find": "b"}},
            "trace.find and flame.toggle_merged would have the same key, b",
            "give flame.toggle_merged another key",
        ),
        ({"app": {"quit": False}}, "no key would be left to quit with", "give it one"),
        ({"app": {"quit": []}}, "no key would be left to quit with", "give it one"),
    ],
)
def test_what_cannot_be_is_refused_with_a_way_out(
    table: object, message: str, hint: str
) -> None:
    """Before any terminal is taken."""
    with pytest.raises(KeymapError) as caught:
        read_keymap(table)

    assert message in str(caught.value)
    assert hint in caught.value.hint


@given(st.sampled_from(ACTIONS), st.sampled_from(["f11", "alt+x", "ctrl+y", "~"]))
def test_any_action_can_have_any_free_key(action: object, key: str) -> None:
    """No usual pair of actions stands in the way."""
    each = next(one for one in ACTIONS if one is action)
    keymap = read_keymap({section_of(each.scope): {each.name: key}})

    changed = [one for one in keymap.actions if one not in ACTIONS]
    assert [(one.scope, one.id) for one in changed] == [(each.scope, each.id)]


MINE = {
    "app": {
        "show_help": "f1",
        "show_files": "D",
        "save_all": "ctrl+s",
        "show_logs": ["4", "f4"],
        "quit": "ctrl+x",
    },
    "traces": {"mute_shape": "f2", "reverse_order": False, "open_trace": ["enter", "~"]},
    "trace": {"find": "ctrl+f", "follow_link": "U"},
}


async def test_the_keys_of_a_user_work_and_the_usual_ones_no_more() -> None:
    """On every screen, and what had Ctrl may have a letter."""
    async with opened(a_store(), keymap=read_keymap(MINE)) as rig:
        await rig.press("tilde")
        assert isinstance(rig.screen, TraceScreen)
        await rig.press("slash")
        assert not rig.one(QueryBar).is_open
        await rig.press("ctrl+f")
        assert rig.one(QueryBar).is_open
        await rig.press("D", "f")
        assert rig.one(QueryBar).text == "Df"

        await rig.press("escape", "question_mark")
        assert isinstance(rig.screen, TraceScreen)
        await rig.press("f1")
        assert isinstance(rig.screen, HelpScreen)
        await rig.press("f1")
        await rig.press("f4")
        assert "Logs" in type(rig.screen).__name__
        await rig.press("q", "ctrl+q")
        assert not rig.app._exit
        await rig.press("ctrl+x")
        assert rig.app._exit


async def test_every_place_shows_the_keys_of_a_user() -> None:
    """Footer, header, help, palette and what is said in passing."""
    async with opened(a_store(), keymap=read_keymap(MINE)) as rig:
        assert "F1 help" in rig.lines[-1]
        await rig.press("M")
        assert rig.toasts == [
            "nothing is muted: F2 hides traces that begin like the selected one"
        ]
        titles = [each.title for each in rig.app.get_system_commands(rig.screen)]
        assert {"Mute  F2", "Order", "Save all  Ctrl+S"} <= set(titles)
        await rig.press("f1")
        assert "F2 " in rig.text
        assert "other end of the list" not in rig.text
        await rig.press("f1", "enter")
        assert "Ctrl+F find" in str(rig.one(KeyLine).render_line(0).text)
