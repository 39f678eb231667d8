"""What the list of logs is narrowed to.

Pure of Textual.  The query language takes a while to import, so nothing here does that
before something is asked for; `warm_up` does it ahead of time.
"""

from typing import TYPE_CHECKING

from devtrace.tui.condition_text import Pair, condition_on
from devtrace.tui.kept_state import KeptState
from devtrace.tui.log_view import LogView
from devtrace.tui.seen_attributes import SeenAttributes

if TYPE_CHECKING:
    from devtrace.query import QueryError

_LEARNT_RECORDS = 240


def warm_up() -> None:
    """Import the query language and have its grammar read."""
    from devtrace.query.records import parse_records

    parse_records("severity=error")


class LogSearch:
    """Keeps a view of log records narrowed to what was asked for.

    Args:
        view: What is narrowed.
        state: Where queries are kept.
    """

    def __init__(self, view: LogView, state: KeptState) -> None:
        self.text = ""
        """The query as it was last typed, right or wrong."""
        self.error: QueryError | None = None
        """What is wrong with it; the one before then still holds."""
        self.state = state
        self.seen = SeenAttributes()
        """Which attributes there are to ask for."""
        self._view = view

    def ask(self, text: str) -> None:
        """Narrow the view to what *text* asks for; one that is no query changes nothing."""
        text = text.strip()
        if text == self.text:
            return
        self.text, self.error = text, None
        if not text:
            self._view.narrow(None)
            return
        from devtrace.query import QueryError
        from devtrace.query.record_filter import RecordFilter
        from devtrace.query.records import parse_records

        try:
            query = parse_records(text)
        except QueryError as error:
            self.error = error
        else:
            self._view.narrow(RecordFilter(query, self._view.store))

    def keep(self) -> None:
        """Remember the query, if it is one."""
        if self.text and self.error is None:
            self.state.add_to_log_history(self.text)

    def require(self, pair: Pair, *, is_excluded: bool = False) -> None:
        """Add to the query that a record has a value, or that it does not have it."""
        asked = condition_on(pair.key, pair.value, prefix=pair.prefix)
        condition = f"!({asked})" if is_excluded else asked
        held = self.text if self.error is None else ""
        if held and "||" not in held and " or " not in held.lower():
            self.ask(f"{held} && {condition}")
        else:
            self.ask(f"({held}) && {condition}" if held else condition)
        if self.error is not None:  # too long, or too deep
            self.ask(condition)
        self.keep()

    def learn(self) -> None:
        """Look at the newest records for what there is to ask for."""
        store = self._view.store
        for record in store.records(store.numbers[-_LEARNT_RECORDS:]):
            self.seen.learn_record(record)
