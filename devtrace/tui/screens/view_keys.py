"""Which keys of a trace's screen work in which of its views."""

from devtrace.tui.actions import Action, Scope
from devtrace.tui.screens.live import LiveScreen

VIEW_SCOPES = {"Flame": Scope.FLAME, "Table": Scope.TABLE, "Raw": Scope.RAW}
"""Views that have keys of their own."""

_OF_TREE = {
    "toggle_fold", "fold_or_parent", "unfold_or_child", "fold_level", "unfold_level",
    "fold_all", "unfold_all", "toggle_root", "zoom_in", "zoom_out", "zoom_reset",
    "toggle_critical_path", "toggle_peers",
}  # fmt: skip
"""Actions on what only the tree shows."""


class ViewKeys(LiveScreen):
    """A screen of several views, of which some have keys of their own."""

    _view: str
    """The view that is shown."""

    def _offered(self) -> tuple[Action, ...]:
        """Return what the footer lists: of a view with keys of its own, those and the way on."""
        scope = VIEW_SCOPES.get(self._view)
        if scope is None:
            return super()._offered()
        way_on = {"next_view"} if scope is Scope.RAW else {"next_view", "copy"}
        actions = self.desk.keymap.actions_in
        own, trace, app = (
            [action for action in actions(each) if action.footer]
            for each in (scope, Scope.TRACE, Scope.APP)
        )
        return (*own, *(action for action in trace if action.id in way_on), *app)

    def scopes_here(self) -> tuple[Scope, ...]:
        """Return whose keys work now: those of the view before those of the screen."""
        scope = VIEW_SCOPES.get(self._view)
        return super().scopes_here() if scope is None else (scope, *super().scopes_here())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action works in this view: without the tree, there is none to fold."""
        if action in _OF_TREE and self._view in VIEW_SCOPES:
            return False
        return super().check_action(action, parameters)
