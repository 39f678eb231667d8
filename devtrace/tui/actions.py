"""Every key, once: this registry feeds bindings, footer, help, palette and docs/keys.md.

An action is `verb_noun`; its id is stable, so a user's key map keeps working.  The
screen named by its scope has a method `action_<id>`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType


class Scope(StrEnum):
    """Where an action works."""

    APP = "Everywhere"
    TRACES = "Traces"
    TRACE = "A trace"
    SERVICES = "Services"
    OPERATIONS = "Operations"
    FOUND = "Traces of a figure"
    COMPARE = "Two traces compared"
    LOGS = "Logs"
    METRICS = "Metrics"
    SERIES = "A metric"
    SCENARIOS = "Scenarios"
    DIAGNOSTICS = "Diagnostics"
    MOVE = "Moving, in every list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something a user can do."""

    id: str
    keys: str
    """Comma-separated, as Textual names them; the first is the one that is shown."""
    label: str
    """One or two words, for the footer."""
    help: str
    """One sentence without a full stop, for help and palette."""
    scope: Scope
    footer: bool = False
    palette: bool = True
    when_empty: bool = False
    """Whether it stands in the footer of a screen that has nothing to show."""

    @property
    def shown_keys(self) -> str:
        """The keys as a person writes them."""
        return " ".join(_KEY_NAMES.get(key, key) for key in self.keys.split(","))


_KEY_NAMES = {
    "enter": "⏎",
    "space": "Space",
    "escape": "Esc",
    "backspace": "Backspace",
    "question_mark": "?",
    "plus": "+",
    "exclamation_mark": "!",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "equals_sign": "=",
    "ctrl+p": "Ctrl+P",
    "ctrl+c": "Ctrl+C",
    "ctrl+q": "Ctrl+Q",
    "ctrl+z": "Ctrl+Z",
    "tab": "Tab",
    "shift+tab": "⇧Tab",
}

A = Action
ACTIONS: tuple[Action, ...] = (
    # -- traces ------------------------------------------------------------------
    A(id="open_trace", keys="enter", label="open", scope=Scope.TRACES, footer=True,
      help="Open the selected trace"),
    A(id="toggle_pause", keys="space", label="pause", scope=Scope.TRACES, footer=True,
      help="Hold the list still; receiving goes on and +N counts what is new"),
    A(id="follow_newest", keys="f", label="follow", scope=Scope.TRACES, footer=True,
      help="Keep the newest trace selected until you move; going to its end does the same"),
    A(id="reverse_order", keys="o", label="order", scope=Scope.TRACES,
      help="Put the newest trace at the other end of the list"),
    A(id="toggle_pin", keys="p", label="pin", scope=Scope.TRACES,
      help="Keep the selected trace from being evicted, or let it go"),
    A(id="next_failed", keys="e", label="next error", scope=Scope.TRACES,
      help="Select the next trace with an error"),
    A(id="previous_failed", keys="E", label="previous error", scope=Scope.TRACES,
      help="Select the previous trace with an error"),
    A(id="copy", keys="y", label="copy", scope=Scope.TRACES, footer=True,
      help="Copy the trace as id, JSON, Markdown, text or diagram"),
    A(id="mark_trace", keys="m", label="mark", scope=Scope.TRACES,
      help="Mark the selected trace as A, to compare others with it, or let it go"),
    A(id="compare_traces", keys="equals_sign", label="compare", scope=Scope.TRACES,
      help="Compare the selected trace with the marked one"),
    A(id="replay_trace", keys="R", label="replay", scope=Scope.TRACES,
      help="Replay the selected trace: its spans once more, with new ids, as if it ended now"),
    A(id="make_scenario", keys="M", label="make scenario", scope=Scope.TRACES,
      help="Make a scenario of the selected trace, to be played by devtrace play"),
    A(id="clear_traces", keys="X", label="clear", scope=Scope.TRACES,
      help="Forget every trace that is not pinned"),
    # -- one trace ---------------------------------------------------------------
    A(id="toggle_fold", keys="enter", label="fold", scope=Scope.TRACE, footer=True,
      help="Fold or unfold the spans under this one"),
    A(id="fold_or_parent", keys="left,h", label="fold or parent", scope=Scope.TRACE,
      help="Fold this span, or go to its parent"),
    A(id="unfold_or_child", keys="right,l", label="unfold or child", scope=Scope.TRACE,
      help="Unfold this span, or go to its first child"),
    A(id="fold_level", keys="left_square_bracket", label="fold level", scope=Scope.TRACE,
      help="Fold the deepest level that is open"),
    A(id="unfold_level", keys="right_square_bracket", label="unfold level", scope=Scope.TRACE,
      help="Unfold one level more"),
    A(id="fold_all", keys="left_curly_bracket", label="fold all", scope=Scope.TRACE,
      help="Fold everything"),
    A(id="unfold_all", keys="right_curly_bracket", label="unfold all", scope=Scope.TRACE,
      help="Unfold everything"),
    A(id="next_error", keys="e", label="next error", scope=Scope.TRACE, footer=True,
      help="Go to the next span with an error"),
    A(id="previous_error", keys="E", label="previous error", scope=Scope.TRACE,
      help="Go to the previous span with an error"),
    A(id="toggle_critical_path", keys="c", label="critical path", scope=Scope.TRACE,
      footer=True, help="Show which spans decided how long the trace took"),
    A(id="toggle_clocks", keys="T", label="set clocks", scope=Scope.TRACE,
      help="Draw spans where they were if the clocks of their hosts agreed, or as received"),
    A(id="switch_pane", keys="tab", label="detail", scope=Scope.TRACE, footer=True,
      help="Move between the tree and the span's detail"),
    A(id="toggle_logs", keys="L", label="logs", scope=Scope.TRACE, footer=True,
      help="Show what the trace said, events and log records in order of time, or the span"),
    A(id="toggle_pin", keys="p", label="pin", scope=Scope.TRACE,
      help="Keep this trace from being evicted, or let it go"),
    A(id="copy", keys="y", label="copy", scope=Scope.TRACE, footer=True,
      help="Copy ids, an attribute, span or subtree as JSON or Markdown, a request as curl, a diagram"),
    A(id="mark_trace", keys="m", label="mark", scope=Scope.TRACE,
      help="Mark this trace as A, to compare others with it, or let it go"),
    A(id="compare_traces", keys="equals_sign", label="compare", scope=Scope.TRACE,
      help="Compare this trace with the marked one"),
    A(id="replay_trace", keys="R", label="replay", scope=Scope.TRACE,
      help="Replay this trace: its spans once more, with new ids, as if it ended now"),
    A(id="make_scenario", keys="M", label="make scenario", scope=Scope.TRACE,
      help="Make a scenario of this trace, to be played by devtrace play"),
    A(id="go_back", keys="escape,backspace", label="back", scope=Scope.TRACE, footer=True,
      help="Go back to the list"),
    # -- services ----------------------------------------------------------------
    A(id="open_calls", keys="enter", label="its traces", scope=Scope.SERVICES, footer=True,
      help="List the traces with calls of the chosen service or line, those that failed first"),
    A(id="node_left", keys="left,h", label="left", scope=Scope.SERVICES,
      help="Go to the box at the left; on a line, to the line before"),
    A(id="node_right", keys="right,l", label="right", scope=Scope.SERVICES,
      help="Go to the box at the right; on a line, to the next line"),
    A(id="next_call", keys="tab", label="next call", scope=Scope.SERVICES, footer=True,
      help="Choose the next line at this box: calls it makes, then calls it takes"),
    A(id="previous_call", keys="shift+tab", label="previous call", scope=Scope.SERVICES,
      help="Choose the line before"),
    A(id="toggle_map", keys="v", label="map or list", scope=Scope.SERVICES, footer=True,
      help="Show who calls whom as a map or as a list"),
    A(id="toggle_pause", keys="space", label="pause", scope=Scope.SERVICES, footer=True,
      help="Hold the figures still; receiving goes on"),
    # -- operations, traces of a figure -------------------------------------------
    A(id="open_operation", keys="enter", label="its traces", scope=Scope.OPERATIONS, footer=True,
      help="List the traces that have the selected operation, those that failed first"),
    A(id="sort_rows", keys="o", label="order", scope=Scope.OPERATIONS, footer=True,
      help="Order by slowest p95, most errors, most calls or name; Home lets it follow again"),
    A(id="toggle_pause", keys="space", label="pause", scope=Scope.OPERATIONS, footer=True,
      help="Hold the figures still; receiving goes on"),
    A(id="open_found", keys="enter", label="open", scope=Scope.FOUND, footer=True,
      help="Open the selected trace at the call that failed or took longest"),
    A(id="go_back", keys="escape,backspace", label="back", scope=Scope.FOUND, footer=True,
      help="Go back to the figures"),
    # -- two traces compared -----------------------------------------------------
    A(id="open_side", keys="enter", label="open", scope=Scope.COMPARE, footer=True,
      help="Open this span in the chosen trace, or in the one that has it"),
    A(id="switch_side", keys="tab", label="A or B", scope=Scope.COMPARE, footer=True,
      help="Choose which of the two traces Enter opens"),
    A(id="next_change", keys="e", label="next difference", scope=Scope.COMPARE, footer=True,
      help="Go to the next span that is different"),
    A(id="previous_change", keys="E", label="previous difference", scope=Scope.COMPARE,
      help="Go to the previous span that is different"),
    A(id="go_to_cause", keys="c", label="cause", scope=Scope.COMPARE, footer=True,
      help="Go to the span that adds most to the difference of the durations"),
    A(id="toggle_same", keys="u", label="only differences", scope=Scope.COMPARE, footer=True,
      help="List only spans with a difference at or under them, or every span"),
    A(id="swap_sides", keys="w", label="swap", scope=Scope.COMPARE,
      help="Make A of B and B of A"),
    A(id="switch_pane", keys="v", label="detail", scope=Scope.COMPARE,
      help="Move between the tree and what is different about the span"),
    A(id="go_back", keys="escape,backspace", label="back", scope=Scope.COMPARE, footer=True,
      help="Go back to where the traces were compared"),
    # -- logs --------------------------------------------------------------------
    A(id="open_span", keys="enter", label="its span", scope=Scope.LOGS, footer=True,
      help="Open the trace of the selected record at its span"),
    A(id="toggle_pause", keys="space", label="pause", scope=Scope.LOGS, footer=True,
      help="Hold the list still; receiving goes on and +N counts what is new"),
    A(id="follow_newest", keys="f", label="follow", scope=Scope.LOGS, footer=True,
      help="Keep the newest record selected until you move; going to its end does the same"),
    A(id="next_error", keys="e", label="next error", scope=Scope.LOGS, footer=True,
      help="Select the next record of error severity"),
    A(id="previous_error", keys="E", label="previous error", scope=Scope.LOGS,
      help="Select the previous record of error severity"),
    A(id="switch_pane", keys="tab", label="detail", scope=Scope.LOGS,
      help="Move between the list and the record's detail"),
    A(id="copy", keys="y", label="copy", scope=Scope.LOGS, footer=True,
      help="Copy the body, the record as JSON, its trace id or span id"),
    A(id="clear_logs", keys="X", label="clear", scope=Scope.LOGS,
      help="Forget every log record"),
    # -- metrics -----------------------------------------------------------------
    A(id="open_series", keys="enter", label="open", scope=Scope.METRICS, footer=True,
      help="Open the selected series as a chart; fold or open a name"),
    A(id="toggle_pause", keys="space", label="pause", scope=Scope.METRICS, footer=True,
      help="Hold the list still; receiving goes on and +N counts the new points"),
    A(id="fold_name", keys="f", label="fold", scope=Scope.METRICS, footer=True,
      help="Fold all series of this name into one row, or list them"),
    A(id="switch_pane", keys="tab", label="detail", scope=Scope.METRICS, footer=True,
      help="Move between the list and the series' detail"),
    A(id="copy", keys="y", label="copy", scope=Scope.METRICS, footer=True,
      help="Copy the name, the newest value or the series as JSON"),
    A(id="clear_metrics", keys="X", label="clear", scope=Scope.METRICS,
      help="Forget every series"),
    # -- one metric --------------------------------------------------------------
    A(id="open_exemplar", keys="enter", label="its span", scope=Scope.SERIES, footer=True,
      help="Open the trace of the selected exemplar at its span"),
    A(id="next_view", keys="v", label="next view", scope=Scope.SERIES, footer=True,
      help="Look at it in the next way: value, rate, quantiles, buckets as bars"),
    A(id="previous_view", keys="V", label="previous view", scope=Scope.SERIES,
      help="Look at it in the way before"),
    A(id="toggle_pause", keys="space", label="pause", scope=Scope.SERIES, footer=True,
      help="Hold the chart still; receiving goes on and +N counts the new points"),
    A(id="switch_pane", keys="tab", label="detail", scope=Scope.SERIES, footer=True,
      help="Move between the exemplars and the detail"),
    A(id="copy", keys="y", label="copy", scope=Scope.SERIES,
      help="Copy the name, the newest value, the series as JSON, or an exemplar's trace or span id"),
    A(id="go_back", keys="escape,backspace", label="back", scope=Scope.SERIES, footer=True,
      help="Go back to the list"),
    # -- scenarios ---------------------------------------------------------------
    A(id="play", keys="enter", label="play", scope=Scope.SCENARIOS, footer=True,
      help="Play the selected scenario; on an expectation, open what it has found"),
    A(id="open_result", keys="o", label="open", scope=Scope.SCENARIOS, footer=True,
      help="Open what came of the selected scenario, at the span that matters"),
    A(id="play_next", keys="n", label="next", scope=Scope.SCENARIOS, footer=True,
      help="Go to the next scenario and play it"),
    A(id="play_many", keys="plus", label="many", scope=Scope.SCENARIOS, footer=True,
      help="Play the selected scenario many times, so many a second"),
    A(id="stop_play", keys="x", label="stop", scope=Scope.SCENARIOS, footer=True,
      help="End the play of the selected scenario"),
    A(id="toggle_remedy", keys="m", label="remedy", scope=Scope.SCENARIOS,
      help="Tell the remedy in Python or in Go"),
    A(id="restart_services", keys="R", label="restart services", scope=Scope.SCENARIOS,
      help="Start again every service of the shop that is gone"),
    A(id="switch_pane", keys="tab", label="detail", scope=Scope.SCENARIOS,
      help="Move between the list and the detail with its expectations"),
    # -- diagnostics -------------------------------------------------------------
    A(id="copy", keys="y", label="copy", scope=Scope.DIAGNOSTICS, footer=True,
      help="Copy the selected diagnostic with its remedy"),
    A(id="switch_pane", keys="tab", label="remedy", scope=Scope.DIAGNOSTICS, footer=True,
      help="Move between the list and the remedy"),
    A(id="go_back", keys="escape,backspace", label="back", scope=Scope.DIAGNOSTICS, footer=True,
      help="Go back to where you were"),
    # -- everywhere --------------------------------------------------------------
    A(id="start_shop", keys="d", label="start the shop", scope=Scope.APP, when_empty=True,
      help="Start the shop of seven services, or show its scenarios"),
    A(id="play_again", keys="r", label="play again", scope=Scope.APP, footer=True,
      help="Play the last scenario again"),
    A(id="show_traces", keys="1", label="traces", scope=Scope.APP, help="Show the traces"),
    A(id="show_services", keys="2", label="services", scope=Scope.APP,
      help="Show the map of services"),
    A(id="show_operations", keys="3", label="operations", scope=Scope.APP,
      help="Show the operations"),
    A(id="show_logs", keys="4", label="all logs", scope=Scope.APP, help="Show the logs"),
    A(id="show_metrics", keys="5", label="metrics", scope=Scope.APP,
      help="Show the metrics"),
    A(id="show_scenarios", keys="6", label="scenarios", scope=Scope.APP,
      help="Show the scenarios"),
    A(id="open_file", keys="O", label="open file", scope=Scope.APP, when_empty=True,
      help="Open a file of saved traces beside what is held"),
    A(id="save_trace", keys="s", label="save", scope=Scope.APP,
      help="Save the selected trace as a line of OTLP/JSON"),
    A(id="save_all", keys="S", label="save all", scope=Scope.APP,
      help="Save every trace that is held as lines of OTLP/JSON"),
    A(id="show_files", keys="F", label="files", scope=Scope.APP,
      help="Show which files were read, and what of them could not be"),
    A(id="show_diagnostics", keys="exclamation_mark", label="diagnostics", scope=Scope.APP,
      when_empty=True,
      help="Show what is wrong with senders and how to mend it, and everything that is counted"),
    A(id="toggle_theme", keys="t", label="theme", scope=Scope.APP, when_empty=True,
      help="Switch between the dark and the light theme"),
    A(id="command_palette", keys="ctrl+p", label="palette", scope=Scope.APP, palette=False,
      help="Find any command by name"),
    A(id="show_help", keys="question_mark", label="help", scope=Scope.APP, footer=True,
      when_empty=True, help="Show every key"),
    A(id="suspend_process", keys="ctrl+z", label="suspend", scope=Scope.APP,
      help="Give the terminal back to the shell until `fg`, where there is one"),
    A(id="quit", keys="q,ctrl+c,ctrl+q", label="quit", scope=Scope.APP,
      help="Leave devtrace"),
    # -- moving ------------------------------------------------------------------
    A(id="move(-1)", keys="up,k", label="up", scope=Scope.MOVE, palette=False,
      help="One line up"),
    A(id="move(1)", keys="down,j", label="down", scope=Scope.MOVE, palette=False,
      help="One line down"),
    A(id="move_page(-1)", keys="pageup", label="page up", scope=Scope.MOVE,
      palette=False, help="One page up"),
    A(id="move_page(1)", keys="pagedown", label="page down", scope=Scope.MOVE,
      palette=False, help="One page down"),
    A(id="move_first", keys="home,g", label="first", scope=Scope.MOVE, palette=False,
      help="To the first line"),
    A(id="move_last", keys="end,G", label="last", scope=Scope.MOVE, palette=False,
      help="To the last line"),
)  # fmt: skip


_KEYS_HEAD = (
    "# Keys\n\nWritten from `devtrace/tui/actions.py`; "
    "`?` shows the same in the program, `Ctrl+P` finds a command by name.\n"
)


def actions_in(*scopes: Scope) -> Iterable[Action]:
    """Yield the actions of *scopes*, in the order of the registry."""
    return (action for action in ACTIONS if action.scope in scopes)


def bindings_in(scope: Scope) -> list[BindingType]:
    """Return Textual's bindings for the actions of *scope*.

    Keys with Ctrl work also while something lies over the screen, where letters are for it.
    """
    bindings: list[BindingType] = []
    for action in actions_in(scope):
        keys = action.keys.split(",")
        over_all = [key for key in keys if key.startswith("ctrl+")]
        plain = [key for key in keys if key not in over_all]
        for some, has_priority in ((plain, False), (over_all, True)):
            if some:
                bindings.append(
                    Binding(
                        ",".join(some),
                        action.id,
                        action.label,
                        id=f"{scope.name.lower()}.{action.id}{'.ctrl' * has_priority}",
                        tooltip=action.help,
                        show=False,
                        priority=has_priority,
                    )
                )
    return bindings


def keys_page() -> str:
    """Return docs/keys.md, which a test compares with this registry."""
    parts = [_KEYS_HEAD]
    for scope in Scope:
        rows = [
            f"| {' '.join(f'`{key}`' for key in action.shown_keys.split())} | {action.help} |"
            for action in actions_in(scope)
        ]
        parts.append(f"\n## {scope.value}\n\n| key | what it does |\n|---|---|\n")
        parts.append("\n".join(rows) + "\n")
    return "".join(parts)
