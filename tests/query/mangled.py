"""Attributes as protobuf allows to write them, though hardly anyone does."""

from hypothesis import strategies as st

from devtrace.model.trace import Trace
from tests.builders import a_span, a_trace

KEY = b"http.status_code"


def field(tag: bytes, content: bytes) -> bytes:
    """Return a field that is preceded by its length."""
    return tag + bytes([len(content)]) + content


_KEYS = st.sampled_from([KEY, KEY, KEY, b"http.response.status_code", KEY[1:], KEY + b"s"])
_VALUES = st.sampled_from(
    [
        b"\x18\xf4\x03",  # 500
        b"\x18\xc8\x01",  # 200
        b"\x18\xf4\x83\x80\x00",  # 500, longer than needed
        b"\x98\x00\xf4\x03",  # 500 with a longer tag
        b"\x0a\x03500",
        b"\x21" + b"\x00\x00\x00\x00\x00\x40\x7f\x40",  # 500.0
        b"\x2a\x05\x0a\x03\x18\xf4\x03",  # [500]
        b"\x18\xc8\x01\x18\xf4\x03",  # 200, then 500
        field(
            b"\x0a", b"\x0a%c%s\x12\x03\x18\xf4\x03" % (len(KEY), KEY)
        ),  # a text, as it looks
        field(b"\x0a", b"J\x17"),
        b"",
    ]
)
_VALUE_FIELDS = _VALUES.map(lambda value: field(b"\x12", value))
_KEY_FIELDS = _KEYS.map(lambda key: field(b"\x0a", key)) | _KEYS.map(
    lambda key: b"\x0a%c\x00%s" % (len(key) | 0x80, key)
)
_PAIRS = st.one_of(
    st.tuples(_KEY_FIELDS, _VALUE_FIELDS),
    st.tuples(_VALUE_FIELDS, _KEY_FIELDS),
    st.tuples(_VALUE_FIELDS, _KEY_FIELDS, _VALUE_FIELDS),
    st.tuples(_KEY_FIELDS, _VALUE_FIELDS, _KEY_FIELDS, _VALUE_FIELDS),
    st.tuples(_KEY_FIELDS),
).map(b"".join)
_OTHERS = st.sampled_from([b"\x12\x08" + b"\x07" * 8, b"\x2a\x03GET", b""])
_ATTRIBUTES = _PAIRS.map(lambda pair: field(b"\x4a", pair))
_EVENTS = _PAIRS.map(lambda pair: field(b"\x5a", field(b"\x1a", pair)))
_TAILS = st.lists(st.tuples(_ATTRIBUTES | _ATTRIBUTES | _EVENTS, _OTHERS), max_size=3).map(
    lambda parts: b"".join(part for pair in parts for part in pair)
)


@st.composite
def mangled_traces(draw: st.DrawFn, *, max_spans: int = 3) -> Trace:
    """Return a trace whose spans have attributes that are written in odd ways."""
    trace = a_trace(*(a_span(str(n)) for n in range(draw(st.integers(1, max_spans)))))
    spans = tuple(type(span)(span.payload + draw(_TAILS), span.scope) for span in trace.spans)
    return Trace(trace_id=trace.trace_id, spans=spans)
