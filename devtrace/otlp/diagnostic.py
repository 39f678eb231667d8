"""What can be wrong with a sender: a stable id, a sentence and a remedy each.

Whoever finds something wrong says it in a sentence of its own, with the particulars,
and names the diagnostic that it is a case of: a `Note` is both.  So the same ids come
out of a receiver, a file and a screen.

`otlp.mistakes` has all of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One kind of mistake."""

    id: str
    """Never changes: scripts compare it."""
    sentence: str
    """What is wrong, of any sender."""
    remedy: str
    """What to change, in the imperative; `{grpc_port}` and `{http_port}` stand for ours."""
    in_code: tuple[tuple[str, str], ...] = ()
    """Where languages differ: each with what to set in it."""

    def note(self, sentence: str) -> "Note":
        """Return *sentence* as a case of this diagnostic."""
        return Note(sentence, self)

    def remedies(self, *, grpc_port: int, http_port: int) -> tuple[str, ...]:
        """Return what to change, and then how in each language where that differs.

        Args:
            grpc_port: Where OTLP/gRPC is received.
            http_port: Where OTLP/HTTP is received.
        """
        ports = {"{grpc_port}": str(grpc_port), "{http_port}": str(http_port)}
        lines = [self.remedy, *(f"{name}: {how}" for name, how in self.in_code)]
        for placeholder, port in ports.items():
            lines = [line.replace(placeholder, port) for line in lines]
        return tuple(lines)


class Note(str):
    """A sentence about something a sender wrote, which knows its diagnostic.

    It is equal to its text, so that what counts sentences counts these.

    Args:
        sentence: With the particulars; may quote the sender.
        diagnostic: What it is a case of.
    """

    __slots__ = ("diagnostic",)
    diagnostic: Diagnostic

    def __new__(cls, sentence: str, diagnostic: Diagnostic) -> Self:
        """Return *sentence* with its diagnostic beside it."""
        note = super().__new__(cls, sentence)
        note.diagnostic = diagnostic
        return note


UNNAMED = Diagnostic(
    id="other",
    sentence="Something else is not as OTLP has it",
    remedy="Read the example: it says what and where",
)


def diagnostic_of(sentence: str, *, otherwise: Diagnostic = UNNAMED) -> Diagnostic:
    """Return what *sentence* is a case of; *otherwise* for one that does not say."""
    return sentence.diagnostic if isinstance(sentence, Note) else otherwise


def counts_by_id(notes: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Add up sentences and how often each was said, by the id of their diagnostic."""
    counts: dict[str, int] = {}
    for sentence, count in notes:
        key = diagnostic_of(sentence).id
        counts[key] = counts.get(key, 0) + count
    return counts
