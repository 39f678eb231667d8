"""A view of a trace takes its own keys first, and none that only the tree can answer."""

from devtrace.tui.actions import ACTIONS, Scope
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.screens.view_keys import VIEW_SCOPES
from tests.tui.rig import opened
from tests.tui.screens.test_traces import a_store


async def test_only_the_tree_is_folded_and_zoomed() -> None:
    """In another view these keys do nothing, rather than something out of sight."""
    async with opened(a_store()) as rig:
        await rig.press("enter")
        screen = rig.screen
        assert isinstance(screen, TraceScreen)
        assert screen.check_action("fold_all", ())
        for view in VIEW_SCOPES:
            screen.show_view(view)
            assert not screen.check_action("fold_all", ())
            assert not screen.check_action("zoom_in", ())
            assert screen.check_action("next_error", ())


async def test_the_footer_of_a_view_begins_with_its_own_keys() -> None:
    """And leads on to the next view."""
    async with opened(a_store()) as rig:
        await rig.press("enter")
        screen = rig.screen
        assert isinstance(screen, TraceScreen)
        for view, scope in VIEW_SCOPES.items():
            screen.show_view(view)
            offered = [(action.scope, action.id) for action in screen._offered()]
            own = [(scope, each.id) for each in ACTIONS if each.scope is scope and each.footer]
            assert offered[: len(own)] == own
            assert (Scope.TRACE, "next_view") in offered
