"""Work that takes a while: how far it is, and that it is not wanted any more.

Pure of Textual.  Whoever does the work counts in `done` and looks at `is_cancelled`.
"""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class LongWork:
    """One thing that is being done.

    Args:
        what: What is done, in a few words: `saving traces.jsonl`.
        total: How much of it there is; 0 if that is not known.
    """

    what: str
    total: int
    done: int = 0
    is_cancelled: bool = False

    @property
    def state(self) -> str:
        """What is done and how far it is, in one line."""
        percent = f" {100 * min(self.done, self.total) // self.total}%" if self.total else ""
        return f"{self.what}{percent}"

    def cancel(self) -> None:
        """Want it no more."""
        self.is_cancelled = True
