"""What an action is: something a user can do, with its keys, names and place."""

from dataclasses import dataclass
from enum import StrEnum

from devtrace.tui.key_names import shown_key


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
    CONTRAST = "Two sets of traces compared"
    FLAME = "A trace as a flame"
    TABLE = "A trace as a table"
    RAW = "A trace as it was sent"
    LOGS = "Logs"
    RECORD = "The detail of a log record"
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
    """Comma-separated, as Textual names them; the first is the one that is shown.  May be empty."""
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
        return " ".join(shown_key(key) for key in self.keys.split(",") if key)

    @property
    def name(self) -> str:
        """What it is called in a user's file: its id, or its label if that has an argument."""
        return self.label.replace(" ", "_") if "(" in self.id else self.id
