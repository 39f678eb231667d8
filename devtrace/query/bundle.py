"""Many traces ruled out at once, because most traces are small and match nothing.

What is looked for is looked for in the bytes of some traces together.  When it may be
there each of them is looked at alone.  How many go together follows from how often
something was found lately: where many traces match, bundles would only be in the way.
"""

from collections.abc import Container, Iterable
from itertools import islice
from typing import Protocol

from devtrace.model.resource import InstrumentationScope
from devtrace.query.query import Payloads
from devtrace.query.subject import BLOCK_BYTES, WHOLE_SPANS, Block, Probe

MAX_BUNDLE_TRACES = 512
_FEWEST = 4
_HITS_PER_BUNDLE = 0.25
_MEMORY = 1 / 64
"""How much one look counts in what was found lately."""


class PayloadSource(Protocol):
    """Where the traces are: a `TraceStore`."""

    def payloads(self, trace_id: str) -> Payloads | None:
        """Return the spans of a held trace as bytes, each with its scope, or None."""


class Bundles:
    """Decides which traces are looked at together.

    Args:
        may_match: Tells of whole traces whether one of them may match.
        source: Where the traces are.
    """

    def __init__(self, may_match: Probe, source: PayloadSource) -> None:
        self.probed = 0
        """How many bundles were looked at."""
        self._may_match = may_match
        self._source = source
        self._hit_share = 1 / 32
        """Of the traces that were looked at lately, those in which something was found."""
        self._alone = 0
        """How many traces are looked at alone before the next bundle."""

    def note(self, *, is_match: bool) -> None:
        """Take in what became of a trace that was looked at alone."""
        self._hit_share += _MEMORY * (is_match - self._hit_share)

    def ruled_out(self, waiting: Iterable[str], apart: Container[str]) -> list[str]:
        """Return the first of *waiting* if it is certain that none of them matches.

        Args:
            waiting: Ids in the order in which they are to be looked at.
            apart: Ids of which that is not asked: known to match.

        Returns:
            As many as go into a bundle, with those that are not held; empty if one may
            match, or if it is better to look at the next one alone.
        """
        count = min(int(_HITS_PER_BUNDLE / self._hit_share), MAX_BUNDLE_TRACES)
        if self._alone or count < _FEWEST:
            self._alone = max(0, self._alone - 1)
            return []
        trace_ids, block = self._bundle(islice(waiting, count), apart)
        if block is None:
            return trace_ids
        self.probed += 1
        if not self._may_match(block):
            self._hit_share *= (1 - _MEMORY) ** len(trace_ids)
            return trace_ids
        self._alone = len(trace_ids) - 1
        self.note(is_match=True)
        return []

    def _bundle(
        self, waiting: Iterable[str], apart: Container[str]
    ) -> tuple[list[str], Block | None]:
        """Return the ids of a bundle and its block; None if it has no spans."""
        trace_ids: list[str] = []
        payloads: list[bytes] = []
        scopes: set[InstrumentationScope] = set()
        byte_count = 0
        for trace_id in waiting:
            held = self._source.payloads(trace_id)
            if held is not None:
                byte_count += sum(map(len, held)) if len(held) <= WHOLE_SPANS else BLOCK_BYTES
                is_full = len(payloads) + len(held) > WHOLE_SPANS or byte_count > BLOCK_BYTES
                if is_full or trace_id in apart:
                    break
                payloads += held
                scopes.update(held.values())
            trace_ids.append(trace_id)
        return trace_ids, Block(payloads, scopes) if payloads else None
