"""Which held traces are tied to an open one by links, followed both ways and a little at a time.

Pure of Textual.
"""

from collections import deque

from devtrace.analysis.joined import links_of
from devtrace.store.ring import TraceStore
from devtrace.tui.back_links import BackLinks
from devtrace.tui.joined_waterfall import JoinedWaterfall, Part
from devtrace.tui.patience import Patience
from devtrace.tui.waterfall import Waterfall

MAX_JOINED_TRACES = 50
MAX_JOINED_SPANS = 5_000
"""Of all traces together: the tree is made anew whenever one of them grows."""
_SPANS_AT_ONCE = 1_000


class Joining:
    """Finds the traces that are shown as one with an open trace.

    Upwards each trace hangs under what its first link leads to; downwards every trace that
    links to one of these hangs under what it links to.  A trace stands in one place.

    Args:
        store: What is read.
        trace_id: The trace that is open.
    """

    def __init__(self, store: TraceStore, trace_id: str) -> None:
        self.left_out = 0
        """Traces that are not shown because there are too many, or too many spans."""
        self._store = store
        self._trace_id = trace_id
        self._hosts: dict[str, tuple[str, str]] = {}  # trace and span that a trace hangs under
        self._read: dict[str, tuple[int, Waterfall]] = {}  # with the revision
        self._links_of: dict[str, tuple[Waterfall, list[tuple[str, str]]]] = {}
        self._patience = Patience()
        self._left = (
            0  # spans that may be read until the next tick, and those of one trace more
        )
        self._scans: deque[BackLinks] = deque()
        self._refused: set[str] = set()
        self._shown: tuple[tuple[list[Part], int], JoinedWaterfall] | None = None

    def with_others(self, own: Waterfall) -> Waterfall:
        """Return the open trace together with those found so far; itself while there is none."""
        self._left = _SPANS_AT_ONCE
        self._refused = {each for each in self._refused if each in self._store}
        self._climb(own)
        self._descend()
        self.left_out = len(self._refused)
        parts = self._parts(own)
        at = next((n for n, part in enumerate(parts) if part.waterfall is own), None)
        if at is None or len(parts) == 1:
            return own
        if self._shown is None or self._shown[0] != (parts, self.left_out):
            joined = JoinedWaterfall(parts, at, left_out=self.left_out)
            self._shown = ((parts, self.left_out), joined)
        return self._shown[1]

    def _top(self) -> str:
        """Return the trace that hangs under no other."""
        top = self._trace_id
        while top in self._hosts:
            top = self._hosts[top][0]
        return top

    def _climb(self, own: Waterfall) -> None:
        """Follow the first link of each trace up to one that links to no other that is held."""
        trace_id = self._top()
        waterfall = own if trace_id == self._trace_id else self._waterfall(trace_id)
        while waterfall is not None:
            held = (link for link in self._links(trace_id, waterfall) if link[0] in self._store)
            host = next(held, None)
            if host is None or self._is_above(trace_id, host[0]):
                return
            above = self._waterfall(host[0])
            if above is None or host[1] not in above.index_by_key:
                return
            self._hosts[trace_id] = host
            trace_id, waterfall = host[0], above

    def _links(self, trace_id: str, waterfall: Waterfall) -> list[tuple[str, str]]:
        """Return trace and span that the links of a trace lead to in others."""
        known = self._links_of.get(trace_id)
        if known is None or known[0] is not waterfall:
            targets = ((link.trace_id, link.span_id) for _, link in links_of(waterfall.trace))
            others = [target for target in targets if target[0] != trace_id]
            known = self._links_of[trace_id] = (waterfall, others)
        return known[1]

    def _is_above(self, trace_id: str, other: str) -> bool:
        """Return whether *other* hangs under *trace_id*, or is it."""
        while other != trace_id and other in self._hosts:
            other = self._hosts[other][0]
        return other == trace_id

    def _descend(self) -> None:
        """Look for links to one of the traces; each has its turn."""
        top = self._top()
        followed = {scan.trace_id for scan in self._scans}
        for trace_id in (top, *self._hosts):
            if trace_id not in followed:
                self._scans.appendleft(BackLinks(self._store, trace_id))
        self._scans.rotate(-1)
        scan = self._scans[-1]
        scan.work()
        for link in scan.all():
            if self._left <= 0:
                break  # it has its turn again
            below = link.span.trace_id
            if below not in self._hosts and not self._is_above(below, scan.trace_id):
                self._take(below, (scan.trace_id, link.to_span_id))

    def _take(self, trace_id: str, host: tuple[str, str]) -> None:
        is_full = len(self._hosts) + 1 >= MAX_JOINED_TRACES
        if is_full or self._waterfall(trace_id) is None:
            self._refused.add(trace_id)
        else:
            self._hosts[trace_id] = host

    def _waterfall(self, trace_id: str) -> Waterfall | None:
        """Return another trace as it is now; None if it is gone or there would be too much."""
        known = self._read.get(trace_id)
        shown = None if known is None else known[1]
        totals = self._store.totals(trace_id)
        if totals is None or (known is not None and known[0] == totals.revision):
            return shown
        others = sum(
            len(waterfall.nodes)
            for each, (_, waterfall) in self._read.items()
            if each != trace_id
        )
        is_too_soon = shown is not None and not self._patience.is_over
        if is_too_soon or others + totals.span_count > MAX_JOINED_SPANS:
            return shown
        with self._patience.measured():
            self._left -= totals.span_count
            trace = self._store.trace(trace_id)
            if trace is None:
                return shown
            waterfall = Waterfall(trace)
        self._read[trace_id] = (totals.revision, waterfall)
        return waterfall

    def _parts(self, own: Waterfall) -> list[Part]:
        """Return the traces from the topmost on, each after the one it hangs under."""
        below: dict[str, list[str]] = {}
        for trace_id, (above, _) in self._hosts.items():
            below.setdefault(above, []).append(trace_id)
        parts: list[Part] = []
        number_of: dict[str, int] = {}
        waiting = deque([self._top()])
        while waiting:
            trace_id = waiting.popleft()
            waterfall = own if trace_id == self._trace_id else self._waterfall(trace_id)
            host = self._hosts.get(trace_id)
            if waterfall is None:
                continue
            if host is not None:
                part = number_of[host[0]]
                if host[1] not in parts[part].waterfall.index_by_key:
                    continue
                parts.append(Part(waterfall, (part, host[1])))
            else:
                parts.append(Part(waterfall, None))
            number_of[trace_id] = len(parts) - 1
            waiting.extend(below.get(trace_id, ()))
        return parts
