"""A row's facts follow from its trace, whatever the order of arrival, at the price of few spans."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.analysis.error import SpanError
from devtrace.analysis.summary import TraceSummary, summarise
from devtrace.analysis.tree import assemble
from devtrace.model import span as span_module
from devtrace.model.span import SpanKind, StatusCode
from devtrace.model.trace import Trace
from devtrace.otlp.replay_mark import REPLAYED_FROM
from devtrace.otlp.values import SpanDetail, decode_span_detail
from tests.builders import MILLISECOND, T0, a_span, a_trace, an_event, trace_id_of

SERVER, CLIENT = SpanKind.SERVER, SpanKind.CLIENT


def a_failed_checkout() -> Trace:
    """Return a request that fails three services down."""
    declined = an_event(
        "exception",
        attributes={
            "exception.type": "CardDeclined",
            "exception.message": "insufficient funds",
        },
    )
    return a_trace(
        (
            "payments",
            a_span(
                "charge",
                parent="order",
                start_ms=50,
                status=2,
                duration_ms=40,
                events=[declined],
            ),
        ),
        (
            "orders",
            a_span(
                "order", parent="checkout", start_ms=20, kind=SERVER, status=2, duration_ms=100
            ),
        ),
        ("orders", a_span("insert", parent="order", start_ms=30, kind=CLIENT)),
        (
            "gateway",
            a_span(
                "checkout",
                kind=SERVER,
                duration_ms=171,
                status=2,
                attributes={
                    "http.request.method": "POST",
                    "http.route": "/checkout",
                    "http.response.status_code": 402,
                },
            ),
        ),
        ("mail", a_span("stray", parent="lost", start_ms=160, duration_ms=31)),
    )


def test_a_row_says_what_happened_where_and_for_how_long() -> None:
    """All facts of one failed request."""
    assert summarise(a_failed_checkout()) == TraceSummary(
        trace_id=trace_id_of("trace"),
        service_name="gateway",
        title="POST /checkout → 402",
        start_time_unix_nano=T0,
        duration_nano=191 * MILLISECOND,
        span_count=5,
        error_count=3,
        orphan_count=1,
        services=(("gateway", 1), ("orders", 2), ("payments", 1), ("mail", 1)),
        kinds={"SERVER": 2, "CLIENT": 1, "INTERNAL": 2},
        has_root=True,
        root_status=StatusCode.ERROR,
        root_error=SpanError(is_certain=True, text="HTTP 402"),
        exception="CardDeclined: insufficient funds",
        is_partial=False,
        is_truncated=False,
        is_pinned=False,
    )


def test_without_a_root_the_earliest_orphan_gives_the_title() -> None:
    """R101: and the row says that the root is missing."""
    summary = summarise(
        a_trace(
            ("late", a_span("o2", parent="lost", start_ms=9)),
            ("early", a_span("o1", parent="gone", start_ms=3)),
        )
    )

    assert (summary.title, summary.service_name) == ("o1", "early")
    assert not summary.has_root
    assert summary.orphan_count == 2


def test_marks_of_the_store_are_handed_on() -> None:
    """What the ring did to a trace stands in its row."""
    spans = a_trace(a_span()).spans
    summary = summarise(
        Trace(trace_id="t", spans=spans, is_partial=True, is_truncated=True, is_pinned=True)
    )

    assert summary.is_partial
    assert summary.is_truncated
    assert summary.is_pinned


@pytest.mark.parametrize(
    ("root_status", "child_status", "attributes", "has_error"),
    [
        (0, 0, {}, False),
        (0, 2, {}, True),
        (0, 0, {"http.response.status_code": 500}, True),
        (1, 0, {"http.response.status_code": 500}, False),
    ],
)
def test_a_trace_has_an_error_when_a_span_or_the_root_says_so(
    root_status: int, child_status: int, attributes: dict[str, int], *, has_error: bool
) -> None:
    """Probable errors count for the root alone: its attributes are read in any case."""
    summary = summarise(
        a_trace(
            a_span("r", status=root_status, attributes=attributes),
            a_span("c", parent="r", status=child_status),
        )
    )

    assert summary.has_error is has_error


def test_services_are_in_order_of_first_start_and_unknown_starts_last() -> None:
    """The order in which a request met them, not that of arrival or of the alphabet."""
    summary = summarise(
        a_trace(
            ("c", a_span("1", start_ms=5)),
            ("a", a_span("2", start_ms=9)),
            ("a", a_span("3", start_ms=4)),
            ("b", a_span("4", start_time_unix_nano=0)),
        )
    )

    assert summary.services == (("a", 2), ("c", 1), ("b", 1))


def test_a_trace_without_times_is_listed() -> None:
    """R111: without a duration, at no place in time."""
    summary = summarise(a_trace(a_span(start_time_unix_nano=0, end_time_unix_nano=0)))

    assert (summary.start_time_unix_nano, summary.duration_nano) == (0, 0)


def test_a_trace_without_spans_has_no_row() -> None:
    """The store never holds one; a caller that makes one has a bug."""
    with pytest.raises(ValueError, match="it has no spans"):
        summarise(Trace(trace_id="t", spans=()))


@pytest.fixture
def decoded_payloads(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """Collect the payloads that are decoded beyond their hot fields."""
    payloads: list[bytes] = []

    def count(payload: bytes) -> SpanDetail:
        payloads.append(payload)
        return decode_span_detail(payload)

    monkeypatch.setattr(span_module, "decode_span_detail", count)
    return payloads


def test_a_row_decodes_one_span(decoded_payloads: list[bytes]) -> None:
    """Rows are made ten times a second: only the title's span is read in full."""
    trace = a_trace(
        a_span("r"), *(a_span(str(n), parent="r", attributes={"k": n}) for n in range(50))
    )

    summarise(trace)

    assert decoded_payloads == [trace.spans[0].payload]


def test_a_failed_row_decodes_one_more(decoded_payloads: list[bytes]) -> None:
    """Of fifty failed spans only the one whose exception is quoted is read in full."""
    raised = an_event("exception", attributes={"exception.type": "E"})
    trace = a_trace(
        a_span("r", status=2),
        *(a_span(str(n), parent="r", status=2, attributes={"k": n}) for n in range(50)),
        a_span("deep", parent="7", status=2, events=[raised]),
    )

    assert summarise(trace).exception == "E"
    assert len(decoded_payloads) == 2


@given(data=st.data())
def test_arrival_order_never_shows(data: st.DataObject) -> None:
    """R99: and rows that the caller has already give the same facts."""
    trace = a_failed_checkout()
    shuffled = tuple(data.draw(st.permutations(trace.spans)))

    summary = summarise(Trace(trace_id=trace.trace_id, spans=shuffled))

    assert summary == summarise(trace)
    assert summary == summarise(trace, assemble(shuffled))


def test_a_replay_is_told_by_an_attribute_of_its_main_root() -> None:
    """A span that only mentions the attribute, or has it elsewhere, is no replay."""
    marked = a_span(attributes={REPLAYED_FROM: "x"})
    mentioned = a_span(attributes={"note": REPLAYED_FROM})
    below = a_span("child", parent="root", attributes={REPLAYED_FROM: "x"})

    assert summarise(a_trace(marked)).is_replayed
    assert not summarise(a_trace(mentioned)).is_replayed
    assert not summarise(a_trace(a_span(), below)).is_replayed


def test_the_length_of_its_texts_is_that_of_all_that_senders_chose() -> None:
    """Title, services, and what went wrong."""
    summary = summarise(a_failed_checkout())

    assert summary.text_length == sum(
        map(
            len,
            (
                summary.title,
                summary.service_name,
                "CardDeclined: insufficient funds",
                "" if summary.root_error is None else summary.root_error.text,
                *(name for name, _ in summary.services),
            ),
        )
    )
