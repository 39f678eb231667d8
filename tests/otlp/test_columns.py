"""One field of many spans is read as it would be from each."""

from hypothesis import given
from hypothesis import strategies as st

from devtrace.model.span import Span
from devtrace.otlp.columns import (
    attributes_in,
    durations_of,
    extent_of,
    kinds_in,
    names_in,
    statuses_in,
)
from tests.builders import a_span, a_trace, an_event

_SCOPE = a_trace(a_span()).spans[0].scope
_TIMES = st.sampled_from([0, 1, 5, 2**63])
_SPANS = st.lists(
    st.builds(
        lambda name, kind, start, end: a_span(
            name=name, kind=kind, start_time_unix_nano=start, end_time_unix_nano=end
        ).SerializeToString(),
        st.sampled_from(["", "a", "GET /x", "注文"]),
        st.sampled_from([0, 2, 7, -1]),
        _TIMES,
        _TIMES,
    ),
    min_size=1,
    max_size=6,
)


@given(payloads=_SPANS)
def test_a_column_has_what_the_spans_have(payloads: list[bytes]) -> None:
    """Except the values of fields that are absent, and the durations with these."""
    spans = [Span(payload, _SCOPE) for payload in payloads]
    joined = b"".join(payloads)
    durations = [span.duration_nano for span in spans]

    assert set(names_in(joined)) == {span.name.encode() for span in spans} - {b""}
    assert set(kinds_in(joined)) == {int(span.kind) for span in spans} - {0}
    assert durations_of(payloads) == (min(durations), max(durations))


@given(payloads=_SPANS)
def test_the_extent_is_from_the_first_start_to_the_last_moment(payloads: list[bytes]) -> None:
    """Of spans with a start; those without one could be anywhere."""
    begun = [
        span for span in (Span(each, _SCOPE) for each in payloads) if span.start_time_unix_nano
    ]
    moments = [(span.start_time_unix_nano, span.end_time_unix_nano) for span in begun]

    first = min((start for start, _ in moments), default=0)
    assert extent_of(payloads) == max((max(each) for each in moments), default=0) - first


def test_a_repeated_field_yields_all_its_values() -> None:
    """The last one counts, and to miss it would hide a span."""
    first = a_span(name="first", status=2).SerializeToString()
    twice = first + b"\x2a\x04last\x30\x03\x7a\x02\x18\x01"

    assert set(names_in(twice)) == {b"first", b"last"}
    assert 3 in kinds_in(twice)
    assert set(statuses_in(twice)) == {b"\x18\x02", b"\x18\x01"}
    assert Span(twice, _SCOPE).name == "last"


def test_the_attributes_are_those_of_all_spans_each_once() -> None:
    """As they were written, and none of an event."""
    key = b"\x0a\x01k\x12\x03\x18\xf4\x03"
    same = [a_span(attributes={"k": 500}), a_span("b", attributes={"k": 500, "n": 1})]
    with_event = a_span("c", events=[an_event("e", attributes={"of": "event"})])
    joined = b"".join(span.SerializeToString() for span in (*same, with_event))

    assert set(attributes_in(joined)) == {key, b"\x0a\x01n\x12\x02\x18\x01"}
