"""What an action is: something a user can do, with its keys, names and place."""

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """Where an action works."""

    APP = "Everywhere"
    TRACES = "Traces"
    STRIP = "Traces in time, over the list"
    TRACE = "A trace"
    SERVICES = "Services"
    OPERATIONS = "Operations"
    FOUND = "Traces of a figure"
    COMPARE = "Two traces compared"
    FLAME = "A trace as a flame"
    TABLE = "A trace as a table"
    RAW = "A trace as it was sent"
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
    "slash": "/",
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
    "ctrl+o": "Ctrl+O",
    "ctrl+p": "Ctrl+P",
    "ctrl+c": "Ctrl+C",
    "ctrl+q": "Ctrl+Q",
    "ctrl+z": "Ctrl+Z",
    "tab": "Tab",
    "shift+tab": "⇧Tab",
    "minus": "-",
    "greater_than_sign": ">",
    "less_than_sign": "<",
}
