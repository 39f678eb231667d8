"""Many traces ruled out at once, because most traces are small and match nothing.

What is looked for is looked for in the bytes of some traces together.  When it may be
there, each of them is asked about alone, and those that remain are looked at one by one.
How many go together follows from how often something was found lately: where many traces
match, bundles would only be in the way.
"""

from collections.abc import Container, Iterable
from itertools import islice
from typing import Protocol

from devtrace.query.query import Payloads
from devtrace.query.subject import BLOCK_BYTES, WHOLE_SPANS, Block, Probe

MAX_BUNDLE_TRACES = 512
_FEWEST = 4
_HITS_PER_BUNDLE = 0.5
_LEAST_HIT_SHARE = _HITS_PER_BUNDLE / MAX_BUNDLE_TRACES
"""What is found more seldom makes no larger bundles, and is soon forgotten when more is found."""
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
        self._suspects: dict[str, Block] = {}
        """Of the last bundle, the traces in which something was found."""

    def note(self, *, is_match: bool) -> None:
        """Take in what became of a trace that was looked at alone."""
        share = self._hit_share + _MEMORY * (is_match - self._hit_share)
        self._hit_share = max(share, _LEAST_HIT_SHARE)

    def suspect(self, trace_id: str) -> Block | None:
        """Return the spans among which something was found in a bundle; asked once."""
        return self._suspects.pop(trace_id, None)

    def ruled_out(self, waiting: Iterable[str], apart: Container[str]) -> list[str]:
        """Return which of the first of *waiting* certainly do not match.

        Args:
            waiting: Ids in the order in which they are to be looked at.
            apart: Ids of which that is not asked: known to match.

        Returns:
            Some that were looked at together, with those that are not held; empty if it is
            better to look at the next one alone.
        """
        count = int(_HITS_PER_BUNDLE / self._hit_share)
        if count < _FEWEST or next(iter(waiting), None) in self._suspects:
            return []
        bundle = self._bundle(islice(waiting, count), apart)
        held = {each: spans for each, spans in bundle.items() if spans}
        self._suspects = {}
        if not held:
            return list(bundle)
        self.probed += 1
        payloads = [payload for spans in held.values() for payload in spans]
        scopes = {scope for spans in held.values() for scope in spans.values()}
        block = Block(payloads, scopes)
        if self._may_match(block):
            for trace_id, spans in held.items():
                alone = Block(tuple(spans), set(spans.values()), within=block)
                if self._may_match(alone):
                    self._suspects[trace_id] = alone
        for _ in self._suspects:
            self.note(is_match=True)
        certain = [trace_id for trace_id in bundle if trace_id not in self._suspects]
        share = self._hit_share * (1 - _MEMORY) ** len(certain)
        self._hit_share = max(share, _LEAST_HIT_SHARE)
        return certain

    def _bundle(
        self, waiting: Iterable[str], apart: Container[str]
    ) -> dict[str, Payloads | None]:
        """Return the traces of a bundle, each with its spans or None if it is not held."""
        bundle: dict[str, Payloads | None] = {}
        span_count = byte_count = 0
        for trace_id in waiting:
            held = self._source.payloads(trace_id)
            if held is not None:
                span_count += len(held)
                byte_count += sum(map(len, held)) if len(held) <= WHOLE_SPANS else BLOCK_BYTES
                is_full = span_count > WHOLE_SPANS or byte_count > BLOCK_BYTES
                if is_full or trace_id in apart:
                    break
            bundle[trace_id] = held
        return bundle
