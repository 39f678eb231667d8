"""Encoded export requests, made faster than any receiver takes them.

A *round* is a number of traces, cut into batches of the size asked for.  It is encoded
once, with marks where ids and times belong; to send it again, new ids are drawn, the
times are moved to now, and the bytes between the marks are joined with these.  So every
trace id and span id is sent once, at a cost of less than a microsecond a span.

Marks are found in the encoded bytes and not computed from lengths, so that one way
serves protobuf and JSON.
"""

import random
import re
import struct
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from math import lcm
from operator import itemgetter
from typing import Any, NamedTuple

import orjson

from devtrace.load.shape import MadeSpan, Shape, enlarge, made_trace, resource_attributes
from devtrace.model import semconv
from devtrace.otlp.json import translate_traces_object

_SPANS_PREPARED = 4096
"""About how many different spans there are before shapes repeat with other ids."""
_SPANS_PER_SERVICE = 8
"""So many are prepared at least, of which every third is a call that may meet a new service."""
_MAX_SPANS_PREPARED = 131_072
_MAX_LARGE_BYTES = 64 * 1024 * 1024
"""About how many bytes of large attributes are prepared."""
_MAX_SPANS_PER_ROUND = 8192
_TRACES_OF_WHICH_ONE_FAILS = 20
"""Of so many prepared traces at least one fails if any should: the share is in steps."""
_TRACE_ID_BYTES, _SPAN_ID_BYTES, _TIME_BYTES = 16, 8, 8
_STATUS_ERROR = 2

# No UTF-8 text holds these bytes, and no length is written with them.
_TRACE_MARK, _SPAN_MARK, _TIME_MARK = (
    b"\xff\xfe\xfd\xfc",
    b"\xff\xfe\xfd\xfb",
    b"\xff\xfe\xfd\xfa",
)
_BINARY_MARKS = re.compile(rb"(\xff\xfe\xfd(?:\xfc.{12}|[\xfa\xfb].{4}))", re.DOTALL)
_TEXT_MARKS = re.compile(rb'(?<=")(fffefdfc[0-9a-f]{24}|fffefdfb[0-9a-f]{8}|\d{19,20})(?=")')


class ExportRequest(NamedTuple):
    """One request, ready to be sent."""

    body: bytes
    span_count: int


class _Batch(NamedTuple):
    """One request of a round, without its ids and times."""

    pieces: list[bytes]
    """Bytes as they are at even places; at odd ones what is filled in."""
    drawn: Callable[[Sequence[bytes]], tuple[bytes, ...]]
    """Takes from the values of a round those for the odd places."""
    span_count: int


class _Numbered(NamedTuple):
    """A span with its number, and that of its trace, within a round."""

    number: int
    trace: int
    span: MadeSpan


def _service_of(numbered: _Numbered) -> int:
    return numbered.span.service


class _Round(NamedTuple):
    """Some traces, cut into batches."""

    batches: list[_Batch]
    trace_count: int
    span_count: int
    times: list[int]
    """Nanoseconds since the start of their traces: all there are in the round."""
    duration_nano: int
    """Until the last of them."""


class RequestSource:
    """Makes requests without end.

    Args:
        shape: What traces look like.
        batch: Spans of a request; a round may end with a smaller one.
        seed: What chance begins with; the same seed makes the same ids.
        is_json: Whether to encode as OTLP/JSON.
        clock: Tells Unix nanoseconds, when the newest span of a request ends.
    """

    def __init__(
        self,
        shape: Shape,
        *,
        batch: int,
        seed: int,
        is_json: bool = False,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._is_json = is_json
        self._clock = clock
        self._seed = seed
        self._trace_id = random.Random(f"{seed} trace").randbytes(_TRACE_ID_BYTES)  # noqa: S311
        self._is_one_trace = shape.is_one_trace
        self._rounds = _rounds(shape, batch, random.Random(seed), is_json=is_json)  # noqa: S311  # no secret

    def requests(self, stream: int = 0) -> Iterator[ExportRequest]:
        """Yield requests without end.

        Args:
            stream: Streams of one source share no id; each is for one thread.
        """
        chance = random.Random(f"{self._seed} {stream}")  # noqa: S311  # no secret
        number = stream
        while True:
            made = self._rounds[number % len(self._rounds)]
            number += 1
            values = self._values(made, chance)
            for batch in made.batches:
                pieces = batch.pieces.copy()
                pieces[1::2] = batch.drawn(values)
                yield ExportRequest(b"".join(pieces), batch.span_count)

    def _values(self, made: _Round, chance: random.Random) -> list[bytes]:
        """Draw what a round is filled with: trace ids, span ids, times."""
        begin = self._clock() - made.duration_nano
        ids = chance.randbytes(
            _TRACE_ID_BYTES * made.trace_count + _SPAN_ID_BYTES * made.span_count
        )
        end_of_traces = _TRACE_ID_BYTES * made.trace_count
        values = _cut(ids[:end_of_traces], _TRACE_ID_BYTES)
        if self._is_one_trace:
            values = [self._trace_id] * made.trace_count
        values += _cut(ids[end_of_traces:], _SPAN_ID_BYTES)
        if self._is_json:
            values = [value.hex().encode() for value in values]
            return values + [b"%d" % (begin + offset) for offset in made.times]
        moments = [begin + offset for offset in made.times]
        return values + _cut(struct.pack(f"<{len(moments)}Q", *moments), _TIME_BYTES)


def _cut(joined: bytes, length: int) -> list[bytes]:
    return [joined[at : at + length] for at in range(0, len(joined), length)]


def _rounds(shape: Shape, batch: int, chance: random.Random, *, is_json: bool) -> list[_Round]:
    """Prepare rounds whose traces fail as often as asked for."""
    whole = lcm(shape.spans_per_trace, batch)
    prepared = _prepared_spans(shape)
    most = (
        min(_MAX_SPANS_PER_ROUND, prepared) if shape.attribute_bytes else _MAX_SPANS_PER_ROUND
    )
    spans = whole if whole <= most else max(batch, shape.spans_per_trace)
    traces_per_round = -(-spans // shape.spans_per_trace)
    round_count = max(1, round(prepared / (traces_per_round * shape.spans_per_trace)))
    trace_count = round_count * traces_per_round
    failing = round(trace_count * shape.error_share)
    if shape.error_share and not failing and trace_count >= _TRACES_OF_WHICH_ONE_FAILS:
        failing = 1
    fails = [True] * failing + [False] * (trace_count - failing)
    chance.shuffle(fails)
    traces = [made_trace(shape, chance, fails=each) for each in fails]
    enlarge(traces, shape)
    return [
        _round(
            traces[at : at + traces_per_round],
            batch,
            is_json=is_json,
            is_reversed=shape.is_reversed,
        )
        for at in range(0, trace_count, traces_per_round)
    ]


def _prepared_spans(shape: Shape) -> int:
    """Return how many different spans there should be."""
    needed = max(_SPANS_PREPARED, _SPANS_PER_SERVICE * shape.services, shape.names)
    prepared = min(needed, _MAX_SPANS_PREPARED)
    if shape.attribute_bytes:
        prepared = min(prepared, max(1, _MAX_LARGE_BYTES // shape.attribute_bytes))
    return prepared


def _round(
    traces: Sequence[Sequence[MadeSpan]], batch: int, *, is_json: bool, is_reversed: bool
) -> _Round:
    marked = _MarkedRound(traces)
    numbered = enumerate((trace, span) for trace, spans in enumerate(traces) for span in spans)
    spans = [_Numbered(number, *traced) for number, traced in numbered]
    if is_reversed:
        spans.reverse()
    batches = []
    for at in range(0, len(spans), batch):
        some = spans[at : at + batch]
        document = marked.document(some if is_reversed else sorted(some, key=_service_of))
        if is_json:
            pieces = _TEXT_MARKS.split(orjson.dumps(document))
        else:
            pieces = _BINARY_MARKS.split(translate_traces_object(document).payload)
        places = [marked.place_by_mark[mark] for mark in pieces[1::2]]
        batches.append(_Batch(pieces, itemgetter(*places), min(batch, len(spans) - at)))
    return _Round(batches, len(traces), len(spans), marked.times, max(marked.times, default=0))


class _MarkedRound:
    """Writes spans as OTLP/JSON with a mark for every id and time.

    Args:
        traces: All of the round.
    """

    def __init__(self, traces: Sequence[Sequence[MadeSpan]]) -> None:
        self._first_span = [0]
        for trace in traces:
            self._first_span.append(self._first_span[-1] + len(trace))
        self._trace_count = len(traces)
        self._time_places = len(traces) + self._first_span[-1]
        self._number_by_time: dict[int, int] = {}
        self.place_by_mark: dict[bytes, int] = {}
        """Where in the values of a round that stands which replaces a mark."""

    @property
    def times(self) -> list[int]:
        """Every time that was marked, in the order of the values."""
        return list(self._number_by_time)

    def document(self, spans: Iterable[_Numbered]) -> dict[str, Any]:
        """Return *spans* in their order as one request; those of a service are best together."""
        return {
            "resourceSpans": [
                {
                    "resource": {"attributes": _attributes(resource_attributes(service))},
                    "scopeSpans": [
                        {
                            "scope": {"name": "devtrace.load"},
                            "spans": [self._span(*each) for each in together],
                        }
                    ],
                }
                for service, together in groupby(spans, _service_of)
            ]
        }

    def _span(self, number: int, trace: int, span: MadeSpan) -> dict[str, Any]:
        written: dict[str, Any] = {
            "traceId": self._trace_mark(trace),
            "spanId": self._span_mark(number),
            "name": span.name,
            "kind": int(span.kind),
            "startTimeUnixNano": self._time_mark(span.start_nano),
            "endTimeUnixNano": self._time_mark(span.end_nano),
            "attributes": _attributes(span.attributes),
        }
        if span.parent is not None:
            written["parentSpanId"] = self._span_mark(self._first_span[trace] + span.parent)
        if span.has_error:
            written["status"] = {"code": _STATUS_ERROR}
        if span.exception is not None:
            kind, message = span.exception
            written["status"]["message"] = message
            exception = {
                semconv.EXCEPTION_TYPE[0]: kind,
                semconv.EXCEPTION_MESSAGE[0]: message,
                semconv.EXCEPTION_STACKTRACE[0]: _stacktrace(span, kind, message),
            }
            written["events"] = [
                {
                    "timeUnixNano": self._time_mark(span.end_nano),
                    "name": semconv.EXCEPTION_EVENT,
                    "attributes": _attributes(exception),
                }
            ]
        return written

    def _trace_mark(self, trace: int) -> str:
        return self._marked(_TRACE_MARK + trace.to_bytes(12), trace)

    def _span_mark(self, number: int) -> str:
        return self._marked(_SPAN_MARK + number.to_bytes(4), self._trace_count + number)

    def _marked(self, mark: bytes, place: int) -> str:
        text = mark.hex()
        self.place_by_mark[mark] = self.place_by_mark[text.encode()] = place
        return text

    def _time_mark(self, offset: int) -> str:
        number = self._number_by_time.setdefault(offset, len(self._number_by_time))
        # With the highest bit set, every mark has as many digits as no other number here.
        mark = _TIME_MARK + (number | 1 << 31).to_bytes(4, "little")
        text = str(int.from_bytes(mark, "little"))
        place = self._time_places + number
        self.place_by_mark[mark] = self.place_by_mark[text.encode()] = place
        return text


def _attributes(attributes: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # a mapping of text and counts
    return [
        {
            "key": key,
            "value": {"intValue": str(value)}
            if isinstance(value, int)
            else {"stringValue": value},
        }
        for key, value in attributes.items()
    ]


def _stacktrace(span: MadeSpan, kind: str, message: str) -> str:
    return (
        "Traceback (most recent call last):\n"
        f'  File "/app/{span.role.name.lower()}.py", line 42, in {span.name.split()[0].lower()}\n'
        f"    raise {kind}(reason)\n{kind}: {message}\n"
    )
