"""Marking a trace and comparing another with it, from whatever screen has one selected."""

from devtrace.tui.screens.live import LiveScreen


def mark(screen: LiveScreen) -> None:
    """Mark the trace that is selected on *screen* as A; a second time lets it go."""
    view, trace_id = screen.desk.view, screen.chosen
    if trace_id is None:
        return
    if view.marked == trace_id:
        view.marked = None
        screen.app.notify("no trace is marked")
    else:
        view.marked = trace_id
        key = screen.key("compare_traces")
        screen.app.notify(f"marked as A: press {key} on another trace to compare it")


def compare(screen: LiveScreen) -> None:
    """Compare the trace selected on *screen* with the marked one; say what is missing."""
    view, trace_id = screen.desk.view, screen.chosen
    if trace_id is None:
        return
    key, marking = screen.key("compare_traces"), screen.key("mark_trace")
    if view.marked is None:
        screen.app.notify(f"mark a trace with {marking} first, then press {key} on another")
    elif view.marked == trace_id:
        screen.app.notify(f"this is the marked trace: press {key} on another")
    elif (before := view.waterfall(view.marked)) is None:
        screen.app.notify(f"the marked trace was evicted: mark another with {marking}")
    elif (after := view.waterfall(trace_id)) is None:
        screen.app.notify("this trace was evicted")
    else:
        from devtrace.tui.screens.compare import CompareScreen  # it opens traces itself

        screen.app.clear_notifications()
        screen.app.push_screen(CompareScreen(screen.desk, before, after, mode=screen.mode))
