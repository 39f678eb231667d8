"""One trace as a query looks at it: bytes first, spans only where they are needed.

Reading a span costs a microsecond and its attributes ten, searching its bytes a third
of one.  So a subject begins as the payloads that the store holds, in blocks that are
searched as one, and makes a span only when its block may hold a match.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple, Self

from devtrace.model.resource import InstrumentationScope
from devtrace.model.span import Span, StatusCode
from devtrace.model.steps import Steps
from devtrace.model.trace import Trace

BLOCK_SPANS = 128
BLOCK_BYTES = 256 * 1024
"""A block ends after either."""
WHOLE_SPANS = 512
"""A block of whole traces has at most so many spans, and no more bytes than another."""


class Block:
    """Some payloads, searched as one.

    Args:
        payloads: The bytes of the spans.
        scopes: What they were sent with; each once.
    """

    __slots__ = ("_raw", "payloads", "scopes")

    def __init__(
        self, payloads: Sequence[bytes], scopes: Collection[InstrumentationScope]
    ) -> None:
        self.scopes = scopes
        self.payloads = payloads
        self._raw: bytes | None = None

    @property
    def raw(self) -> bytes:
        """The payloads, one after the other."""
        if self._raw is None:
            payloads = self.payloads
            self._raw = b"".join(payloads) if len(payloads) > 1 else payloads[0]
        return self._raw


Probe = Callable[[Block], bool]
"""Tells whether a span of a block may fulfil a predicate; False is certain."""


class Facts(NamedTuple):
    """What is told of a whole trace."""

    duration_nano: int
    root: Span
    span_count: int
    error_count: int


class Subject:
    """A trace at one moment.

    Args:
        payloads: Its distinct spans in order of arrival, each with its scope; at least one.
    """

    def __init__(self, payloads: Mapping[bytes, InstrumentationScope]) -> None:
        self.payloads: Sequence[bytes] = tuple(payloads)
        self.scopes: Sequence[InstrumentationScope] = tuple(payloads.values())
        self._spans: list[Span | None] = [None] * len(self.payloads)
        self.facts: Facts | None = None
        """Known once `read_facts` is done."""

    @classmethod
    def of(cls, trace: Trace) -> Self:
        """Return the subject that *trace* is; its spans need not be read again."""
        subject = cls({})
        subject.payloads = tuple(span.payload for span in trace.spans)
        subject.scopes = tuple(span.scope for span in trace.spans)
        subject._spans = list(trace.spans)
        return subject

    def __len__(self) -> int:
        return len(self.payloads)

    def span(self, index: int) -> Span:
        """Return the span at *index*, read when it is first asked for."""
        span = self._spans[index]
        if span is None:
            span = self._spans[index] = Span(self.payloads[index], self.scopes[index])
        return span

    def whole(self) -> Block | None:
        """Return all payloads as one block; None when they are too many for that."""
        payloads = self.payloads
        if len(payloads) > WHOLE_SPANS or sum(map(len, payloads)) > BLOCK_BYTES:
            return None
        return Block(payloads, set(self.scopes))

    def blocks(self) -> Iterator[tuple[range, Block]]:
        """Yield the payloads in blocks, each with the indexes of its spans."""
        for indexes in self._block_indexes():
            part = slice(indexes.start, indexes.stop)
            yield indexes, Block(self.payloads[part], set(self.scopes[part]))

    def _block_indexes(self) -> Iterator[range]:
        start, count = 0, len(self.payloads)
        if count > BLOCK_SPANS or sum(map(len, self.payloads)) > BLOCK_BYTES:
            byte_count = 0
            for index, payload in enumerate(self.payloads):
                if index - start >= BLOCK_SPANS or byte_count > BLOCK_BYTES:
                    yield range(start, index)
                    start, byte_count = index, 0
                byte_count += len(payload)
        yield range(start, count)

    def read(self) -> Steps[list[Span]]:
        """Read every span."""
        spans = []
        for index in range(len(self.payloads)):
            if index % BLOCK_SPANS == BLOCK_SPANS - 1:
                yield
            spans.append(self.span(index))
        return spans

    def read_facts(self) -> Steps[Facts]:
        """Read what is told of the whole trace."""
        if self.facts is None:
            spans = yield from self.read()
            starts = [span.start_time_unix_nano for span in spans if span.start_time_unix_nano]
            ends = [span.end_time_unix_nano for span in spans if span.start_time_unix_nano]
            latest = max(starts + ends, default=0)
            span_ids = {span.span_id for span in spans}
            yield
            self.facts = Facts(
                latest - min(starts, default=0),
                min(spans, key=lambda span: _rank(span, span_ids)),
                len(spans),
                sum(span.status_code == StatusCode.ERROR for span in spans),
            )
        return self.facts


def _rank(span: Span, span_ids: set[str]) -> tuple[int, bool, int]:
    """Return how little *span* speaks for its trace; the least does."""
    is_orphan = span.parent_span_id not in span_ids
    place = 0 if span.is_root else 1 if is_orphan else 2
    return place, not span.start_time_unix_nano, span.start_time_unix_nano
