"""One trace as a query looks at it: bytes first, spans only where they are needed.

Reading a span costs a microsecond and its attributes ten, searching its bytes a third
of one.  So a subject begins as the payloads that the store holds, in blocks that are
searched as one, and makes a span only when its block may hold a match.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Self

from devtrace.model.resource import InstrumentationScope
from devtrace.model.span import Span, StatusCode
from devtrace.model.steps import Steps
from devtrace.model.trace import Trace
from devtrace.otlp.columns import durations_of
from devtrace.query.remembered import Remembered

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
        within: A block that has all of these payloads and was looked at before.
        is_likely: Whether what is looked for is probably there.
    """

    __slots__ = ("_durations", "_findings", "_raw", "is_likely", "payloads", "scopes", "within")

    def __init__(
        self,
        payloads: Sequence[bytes],
        scopes: Collection[InstrumentationScope],
        *,
        within: "Block | None" = None,
        is_likely: bool = False,
    ) -> None:
        self.scopes = scopes
        self.payloads = payloads
        self.within = within
        self.is_likely = is_likely
        self._raw: bytes | None = None
        self._durations: tuple[int, int] | None = None
        self._findings: dict[str, Collection[bytes]] = {}

    @property
    def raw(self) -> bytes:
        """The payloads, one after the other."""
        if self._raw is None:
            payloads = self.payloads
            self._raw = b"".join(payloads) if len(payloads) > 1 else payloads[0]
        return self._raw

    @property
    def durations(self) -> tuple[int, int]:
        """The shortest and the longest duration of the spans, in nanoseconds."""
        if self._durations is None:
            self._durations = durations_of(self.payloads)
        return self._durations

    def passing(
        self, asked: str, test: Remembered, values_in: Callable[[bytes], Iterable[bytes]]
    ) -> Collection[bytes]:
        """Return which of the values in these payloads pass a test.

        Args:
            asked: A name for the test; whoever uses the same one asks the same.
            test: What they are put to.
            values_in: Reads them.  It is not asked again about a part of a block of which
                the answer is known: what passes there, and is among the bytes of the part,
                may be one of its values.
        """
        found = self._findings.get(asked)
        if found is None:
            known = self.known(asked)
            if known is None:
                found = test.passing(values_in(self.raw))
            else:
                found = [value for value in known if value in self.raw]
            self._findings[asked] = found
        return found

    def known(self, asked: str) -> Collection[bytes] | None:
        """Return what `passing` said of this block, or of the one it is part of, or None."""
        found = self._findings.get(asked)
        if found is None and self.within is not None:
            return self.within.known(asked)
        return found


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
        looked_at: A block of the trace, as it is or as it was before.
    """

    def __init__(
        self,
        payloads: Mapping[bytes, InstrumentationScope],
        looked_at: Block | None = None,
    ) -> None:
        self.payloads: Sequence[bytes] = tuple(payloads)
        is_same = looked_at is not None and looked_at.payloads == self.payloads
        self._looked_at = looked_at if is_same else None
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
        return self._looked_at or Block(payloads, set(self.scopes))

    def blocks(self) -> Iterator[tuple[range, Block]]:
        """Yield the payloads in blocks, each with the indexes of its spans."""
        for indexes in self._block_indexes():
            if self._looked_at and len(indexes) == len(self):
                yield indexes, self._looked_at
                continue
            part = slice(indexes.start, indexes.stop)
            scopes = set(self.scopes[part])
            yield (
                indexes,
                Block(self.payloads[part], scopes, within=self._looked_at, is_likely=True),
            )

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
