"""What every screen works on: the session, the views of its stores, the stage.

A screen gets a `Desk` when it is made and asks nobody else for anything.
"""

import time
from collections import deque
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from devtrace.receivers.diagnoses import Diagnoses
from devtrace.session import Session
from devtrace.tui.kept_state import KeptState
from devtrace.tui.keymap import Keymap
from devtrace.tui.log_view import LogView
from devtrace.tui.long_work import LongWork
from devtrace.tui.matches import Matches
from devtrace.tui.opened_files import FileReader, OpenedFiles
from devtrace.tui.stage import Stage
from devtrace.tui.theme import ServiceHues
from devtrace.tui.trace_logs import TraceLogs
from devtrace.tui.trace_search import TraceSearch
from devtrace.tui.view import TraceView
from devtrace.tui.widgets.chrome import Held

if TYPE_CHECKING:
    from devtrace.tui.log_search import LogSearch
    from devtrace.tui.metric_view import MetricView

_RATE_SECONDS = 2.0


class _Rate:
    """How fast a counter grew over the last two seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._samples: deque[tuple[float, int]] = deque()

    def per_second(self, count: int) -> float:
        """Take in the counter as it is now and return its growth per second."""
        now = self._clock()
        self._samples.append((now, count))
        while now - self._samples[0][0] > _RATE_SECONDS:
            self._samples.popleft()
        began, before = self._samples[0]
        return (count - before) / (now - began) if now > began else 0.0


class Desk:
    """Everything the screens share.

    Args:
        session: The running session.
        stage: The shop and its scenarios.
        clock: Seconds that only grow.
        state: What is kept between runs; None is nothing.
        keymap: Which keys do what; None is as usual.
    """

    def __init__(
        self,
        session: Session,
        stage: Stage,
        *,
        clock: Callable[[], float] = time.monotonic,
        state: KeptState | None = None,
        keymap: Keymap | None = None,
    ) -> None:
        self.session = session
        self.stage = stage
        self.state = state or KeptState()
        self.keymap = keymap or Keymap()
        self.view = TraceView(session.store)
        self.search = TraceSearch(self.view, self.state)
        self.log_view = LogView(session.logs)
        self.trace_logs = TraceLogs(session.logs)
        self.files = FileReader(session.store, session.logs, session.metrics)
        self.saving: list[LongWork] = []
        """What is being saved."""
        self.hues = ServiceHues()
        self._rate = _Rate(clock)
        self.wall_clock = time.time_ns
        """Unix nanoseconds now."""
        self._seen_diagnoses = 0

    @cached_property
    def log_search(self) -> "LogSearch":
        """What the list of logs is narrowed to, made when it is first looked at."""
        from devtrace.tui.log_search import LogSearch

        return LogSearch(self.log_view, self.state)

    @cached_property
    def metric_view(self) -> "MetricView":
        """The list of metrics, made when it is first looked at."""
        from devtrace.tui.metric_view import MetricView

        return MetricView(self.session.metrics)

    def held(self) -> Held:
        """Return the figures of the status line."""
        store, received = self.session.store, self.session.counters
        endpoints = self.session.endpoints if self.session.is_receiving else None
        return Held(
            grpc=endpoints.grpc if endpoints else "",
            http=endpoints.http if endpoints else "",
            spans_per_second=self._rate.per_second(store.counters.received_spans),
            traces=len(store),
            spans=store.span_count,
            byte_count=store.byte_count,
            max_bytes=store.limits.max_bytes,
            evicted=store.counters.evicted_traces,
            refused=received.refused_spans.total
            + sum(each.counts.refused.total() for each in self.files.opened),
            malformed=(
                received.malformed_requests
                + received.refused_requests
                + received.internal_errors
            ),
            duplicates=store.counters.duplicate_spans,
            truncated=store.counters.truncated_spans,
            diagnostics=len(self.diagnoses),
            muted=len(self.state.mutes),
        )

    def ids_in_query(self) -> Matches | None:
        """Return the traces that views over many are about: those in the list.

        Returns:
            None for every trace held: there is no query, and nothing is muted.
        """
        return self.view.matches

    @property
    def work(self) -> str:
        """What is being saved or read from files, and how far it is; empty when nothing is."""
        unfinished = self._unfinished
        return unfinished[-1].state if unfinished else ""

    def cancel_work(self) -> int:
        """End what is being saved or read from files; return how much that was."""
        unwanted = self._unfinished
        for each in unwanted:
            each.cancel()
        return len(unwanted)

    @property
    def _unfinished(self) -> list[LongWork | OpenedFiles]:
        return [*self.saving, *self.files.unfinished]

    @property
    def diagnoses(self) -> Diagnoses:
        """What is wrong with whom."""
        return self.session.counters.diagnoses

    @property
    def unseen_diagnoses(self) -> int:
        """How many of them nobody has looked at yet."""
        return len(self.diagnoses) - self._seen_diagnoses

    def see_diagnoses(self) -> None:
        """Take all of them for looked at."""
        self._seen_diagnoses = len(self.diagnoses)

    def toggle_pin(self, trace_id: str | None, *, tell: Callable[[str], object]) -> None:
        """Pin a trace or let it go; *tell* is called when that is not possible."""
        store = self.session.store
        trace = store.trace(trace_id) if trace_id is not None else None
        if trace is None:
            tell("this trace was evicted")
        elif trace.is_pinned:
            store.unpin(trace.trace_id)
        elif not store.pin(trace.trace_id):
            tell("pinned traces already fill half of the ring")
