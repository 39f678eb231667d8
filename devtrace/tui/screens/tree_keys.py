"""What keys do to the tree of a trace: folds, jumps, the time that is shown."""

from textual import on

from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.widgets.minimap import Minimap
from devtrace.tui.widgets.span_tree import SpanTree


class TreeKeys(LiveScreen):
    """A screen with a trace's tree."""

    _tree: SpanTree

    def action_fold_or_parent(self) -> None:
        """Fold, or go to the parent."""
        self._tree.fold_or_parent()

    def action_unfold_or_child(self) -> None:
        """Unfold, or go to the first child."""
        self._tree.unfold_or_child()

    def action_fold_level(self) -> None:
        """Fold the deepest open level."""
        self._tree.fold_level(-1)

    def action_unfold_level(self) -> None:
        """Open one level more."""
        self._tree.fold_level(1)

    def action_fold_all(self) -> None:
        """Fold everything."""
        self._tree.fold_all(is_folded=True)

    def action_unfold_all(self) -> None:
        """Unfold everything."""
        self._tree.fold_all(is_folded=False)

    def action_next_error(self) -> None:
        """Go to the next span in error."""
        self._select_error(1)

    def action_previous_error(self) -> None:
        """Go to the previous span in error."""
        self._select_error(-1)

    def _select_error(self, step: int) -> None:
        if not self._tree.select_error(step):
            self.app.notify("no span of this trace has an error")

    def action_go_to_parent(self) -> None:
        """Go to the span that the selected one hangs under."""
        if not self._tree.select_parent():
            self.app.notify("this span hangs under no other", timeout=2)

    def action_toggle_root(self) -> None:
        """Show only what is under the selected span, or the whole trace again."""
        self._tree.toggle_root()
        self.tick()

    def action_toggle_peers(self) -> None:
        """Show peers that sent no spans on lines of their own, or beside their callers."""
        has_lines = self._tree.toggle_peers()
        where = "on lines of their own" if has_lines else "beside the spans that called them"
        self.app.notify(f"peers without spans stand {where}", timeout=2)

    def action_zoom_in(self) -> None:
        """Draw the bars on half of the time."""
        self._zoom(1)

    def action_zoom_out(self) -> None:
        """Draw the bars on twice as much time."""
        self._zoom(-1)

    def action_zoom_reset(self) -> None:
        """Draw the bars on all of the time."""
        self._zoom(0)

    def _zoom(self, step: int) -> None:
        self._tree.zoom(step)
        self.tick()

    def action_toggle_critical_path(self) -> None:
        """Show which spans decided how long the trace took, or stop showing it."""
        self._tree.toggle_critical_path()
        self.tick()

    @on(Minimap.Brushed)
    @on(SpanTree.TimeChosen)
    def _time_chosen(self, event: Minimap.Brushed | SpanTree.TimeChosen) -> None:
        self._tree.show_time(event.piece)
        self.tick()
