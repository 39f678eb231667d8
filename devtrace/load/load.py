"""Sending made-up traces to a receiver for a while, at a rate or as fast as it takes them.

Each worker is a thread with one request in flight.  The rate is kept by schedule: a
worker that was held up sends the sooner, so that a slow answer lowers the rate only
when all workers wait.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from devtrace.exporters.otlp import OtlpClient, Patience
from devtrace.exporters.target import Protocol, Target
from devtrace.load.requests import RequestSource
from devtrace.load.shape import Shape
from devtrace.load.tally import Tally
from devtrace.otlp.signals import Signal

_CATCHING_UP_SECONDS = 1.0
"""A worker that was held up for longer lets the rest go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadConfig:
    """What a user may decide about a load."""

    target: Target
    shape: Shape = field(default_factory=Shape)
    batch: int = 512
    """Spans of a request."""
    rate: float = 0
    """Spans a second, by all workers together; 0 is as many as are taken."""
    seconds: float = 10
    """How long; 0 is until it is stopped."""
    max_spans: int = 0
    """After how many spans it ends; 0 sets no bound."""
    workers: int = 2
    """Requests in flight."""
    seed: int = 0
    compresses: bool = False
    patience: Patience = field(default_factory=Patience)


class Load:
    """One load; `with` starts it and stops it.

    Args:
        config: What to send where.
        clock: Tells seconds, for the schedule.
    """

    def __init__(
        self, config: LoadConfig, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.tally = Tally()
        self._config = config
        self._clock = clock
        self._stopping = threading.Event()
        self._source = RequestSource(
            config.shape,
            batch=config.batch,
            seed=config.seed,
            is_json=config.target.protocol is Protocol.HTTP_JSON,
        )
        self.client = OtlpClient(
            config.target,
            compresses=config.compresses,
            patience=config.patience,
            stopping=self._stopping,
        )
        self._budget = _Budget(config.max_spans)
        self._threads = [
            threading.Thread(target=self._work, args=(number,), daemon=True)
            for number in range(config.workers)
        ]
        self._begun = self._ended = 0.0
        self._defects: list[BaseException] = []

    def __enter__(self) -> Self:
        self._begun = self._clock()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for thread in self._threads:
            thread.join(self._config.patience.timeout_seconds + 1)
        self._ended = self._clock()
        self.client.close()

    @property
    def elapsed_seconds(self) -> float:
        """How long it has run, or ran."""
        return (self._ended or self._clock()) - self._begun

    @property
    def is_running(self) -> bool:
        """Whether a worker still sends."""
        return any(thread.is_alive() for thread in self._threads)

    def stop(self) -> None:
        """Let requests in flight finish and send no more; harmless when done twice."""
        self._stopping.set()

    def wait(self, seconds: float) -> bool:
        """Wait for its end, but not longer than *seconds*; return whether it has ended.

        Raises:
            Exception: A defect that ended a worker.
        """
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if self._defects:
            raise self._defects[0]
        return not self.is_running

    def _work(self, number: int) -> None:
        try:
            self._send(number)
        except BaseException as defect:  # noqa: BLE001  # raised again where somebody waits
            self._defects.append(defect)

    def _send(self, number: int) -> None:
        config = self._config
        rate = config.rate / config.workers
        # Workers take turns, so that a low rate is not one burst of all of them.
        due = self._begun + (number * config.batch / config.rate if rate else 0)
        for body, span_count in self._source.requests(number):
            if rate:
                self._wait_until(due)
                due = max(due + span_count / rate, self._clock() - _CATCHING_UP_SECONDS)
            if self._is_over() or not self._budget.take(span_count):
                return
            outcome = self.client.export(Signal.TRACES, body)
            self.tally.add(outcome, spans=span_count, size_bytes=len(body))

    def _wait_until(self, due: float) -> None:
        """Wait for a moment, or for the end if that is sooner."""
        if self._config.seconds:
            due = min(due, self._begun + self._config.seconds)
        wait = max(0.0, due - self._clock())
        self._stopping.wait(min(wait, threading.TIMEOUT_MAX))

    def _is_over(self) -> bool:
        seconds = self._config.seconds
        return self._stopping.is_set() or bool(
            seconds and self._clock() - self._begun >= seconds
        )


class _Budget:
    """How many spans may still be sent.

    Args:
        spans: 0 sets no bound.
    """

    def __init__(self, spans: int) -> None:
        self._rest = spans or None
        self._lock = threading.Lock()

    def take(self, spans: int) -> bool:
        """Take *spans* if anything is left; the last request may exceed the bound."""
        if self._rest is None:
            return True
        with self._lock:
            if self._rest <= 0:
                return False
            self._rest -= spans
            return True
