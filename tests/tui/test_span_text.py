"""The detail has everything a span has, as a person reads it."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1 import trace_pb2

from devtrace.model.resource import ScopeInterner
from devtrace.model.span import Span
from devtrace.model.trace import Trace
from devtrace.otlp.decode import decode_spans
from devtrace.tui.attribute_text import MAX_STACK_LINES
from devtrace.tui.span_text import SpanText
from devtrace.tui.text import width_of
from devtrace.tui.theme import DARK, ServiceHues, palette_of
from devtrace.tui.waterfall import Waterfall
from tests.builders import (
    SECOND,
    T0,
    a_batch,
    a_log,
    a_request,
    a_span,
    a_trace,
    an_event,
    key_values,
    log_record,
    span_id_of,
    trace_id_of,
)
from tests.tui.shop_trace import shop_trace
from tests.tui.test_text import ANY_TEXT, HOSTILE, acts

PALETTE = palette_of(DARK.name)


def written(
    trace: Trace, span: str = "a", *, width: int = 90, is_settled: bool = True
) -> list[str]:
    """Return the detail of one span of *trace*, its lines without trailing blanks."""
    waterfall = Waterfall(trace)
    text = SpanText(
        waterfall, palette=PALETTE, hues=ServiceHues(), width=width, is_settled=is_settled
    )
    lines = text.lines(waterfall.index_by_key[span_id_of(span)])
    assert all(width_of(line) <= width for line in lines)
    return ["".join(piece for piece, _ in line).rstrip() for line in lines]


def detail(*spans: trace_pb2.Span, **choices: bool) -> str:
    """Return the detail of the span `a` as one text."""
    return "\n".join(written(a_trace(*spans), **choices))


def fact(text: str, key: str) -> str:
    """Return what stands beside *key*; fails when it is not there."""
    found = re.search(rf"^ +{re.escape(key)} {{2,}}(.*)$", text, re.MULTILINE)
    assert found, f"{key!r} is not in:\n{text}"
    return found[1]


def a_rich_trace() -> Trace:
    """Return a trace whose one span has something in every field of the protocol."""
    link = trace_pb2.Span.Link(
        trace_id=bytes.fromhex(trace_id_of("elsewhere")),
        span_id=bytes.fromhex(span_id_of("there")),
        trace_state="vendor=link",
        attributes=key_values({"link.reason": "retry"}),
        dropped_attributes_count=3,
        flags=0x301,
    )
    event = an_event("cache.miss", at_ms=5, attributes={"cache.key": "user:42"})
    event.dropped_attributes_count = 4
    span = a_span(
        "a",
        name="GET /users/{id}",
        parent="gone",
        kind=trace_pb2.Span.SPAN_KIND_CLIENT,
        status=1,
        message="all went well",
        start_ms=1.204118,
        duration_ms=15,
        attributes={
            "text": "plain",
            "text.that.looks.typed": "42",
            "text.empty": "",
            "int": 42,
            "float": 4.5,
            "float.nan": float("nan"),
            "bool": True,
            "bytes": b"\x00\xff",
            "array": ["a", 1, None],
            "map": {"a": {"b": [True]}},
            "nothing": None,
            "": "no key",
        },
        events=[event, trace_pb2.Span.Event(name="")],
        links=[link],
        trace_state="vendor=span",
        flags=0x303,
        dropped_attributes_count=11,
        dropped_events_count=12,
        dropped_links_count=13,
    )
    request = a_request(span, service="users", resource={"host.name": "db-1"})
    resource_spans = request.resource_spans[0]
    resource_spans.schema_url = "https://schema/resource"
    resource_spans.resource.dropped_attributes_count = 14
    scope_spans = resource_spans.scope_spans[0]
    scope_spans.schema_url = "https://schema/scope"
    scope_spans.scope.version = "9.9"
    scope_spans.scope.dropped_attributes_count = 15
    scope_spans.scope.attributes.extend(key_values({"scope.key": "scope value"}))
    decoded = decode_spans(request.SerializeToString(), scope_of=ScopeInterner())
    (part,) = decoded.slices
    spans = tuple(Span(payload, part.scope) for payload in part.payloads)
    return Trace(trace_id=trace_id_of("trace"), spans=spans)


def test_everything_a_span_has_is_there() -> None:
    """No field of the protocol needs another tool to be seen."""
    text = "\n".join(written(a_rich_trace()))

    for said in (
        "● users", "GET /users/{id}", "✔ OK", "status message: all went well",
        "Attributes  12  11 dropped by the SDK", "Events  2  12 dropped by the SDK",
        "Links  1  13 dropped by the SDK", "Resource  2  14 dropped by the SDK",
        "Scope  15 dropped by the SDK", "• +3.8ms   cache.miss", "• no time  <no name>",
        "4 attributes dropped", "3 attributes dropped", "a span in a trace that is not held",
    ):  # fmt: skip
        assert said in text
    for key, value in {
        "kind": "●→ client",
        "duration": "15ms",
        "self": "15ms",
        "in trace": "+0",
        "trace id": trace_id_of("trace"),
        "span id": span_id_of("a"),
        "parent": span_id_of("gone"),
        "flags": "0x303  sampled  random trace id  parent is remote",
        "trace state": "vendor=span",
        "text": "plain",
        "text.that.looks.typed": '"42"',
        "text.empty": '""',
        "int": "42",
        "float": "4.5",
        "float.nan": "NaN",
        "bool": "true",
        "bytes": "base64:AP8=",
        "array": '["a", 1, null]',
        "map": '{"a": {"b": [true]}}',
        "nothing": "∅",
        '""': "no key",
        "cache.key": "user:42",
        "link.reason": "retry",
        "service.name": "users",
        "host.name": "db-1",
        "name": "tests",
        "version": "9.9",
        "scope.key": "scope value",
    }.items():
        assert fact(text, key) == value
    for repeated in (
        f"    trace id  {trace_id_of('elsewhere')}", f"    span id   {span_id_of('there')}",
        "    trace state  vendor=link", "    flags  0x301  sampled  span is remote",
        "  schema url  https://schema/resource",
    ):  # fmt: skip
        assert repeated in text
    assert text.count("https://schema/scope") == 1


def test_times_are_told_to_the_microsecond() -> None:
    """Date and time of this machine; a nanosecond is what the file keeps."""
    text = detail(a_span("a", start_ms=1.204118, duration_ms=15.5))
    start = T0 + 1_204_118

    local = datetime.fromtimestamp(T0 // SECOND, tz=UTC).astimezone()
    assert fact(text, "start") == f"{local:%Y-%m-%d %H:%M:%S}.{start % SECOND // 1_000:06}"
    assert fact(text, "end").endswith(f".{(start + 15_500_000) % SECOND // 1_000:06}")


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (0x01, "0x1  sampled"),
        (0x100, "0x100  parent is local"),
        (0x300, "0x300  parent is remote"),
        (0xF000_0000, "0xf0000000"),
    ],
)
def test_flags_are_told_in_words(flags: int, said: str) -> None:
    """A clear sampled bit means nothing: some SDKs never set it."""
    assert fact(detail(a_span("a", flags=flags)), "flags") == said


def test_what_was_not_sent_is_not_shown() -> None:
    """No empty section, no flags of 0: the eye finds what is there."""
    text = detail(a_span("a"))

    for absent in ("flags", "trace state", "Attributes", "Events", "Links", "dropped", "⚠"):
        assert absent not in text
    assert fact(text, "parent") == "none, a root span"


def test_an_exception_is_laid_out_as_it_was_printed() -> None:
    """Type and message first, then the stack; its keys are not repeated as attributes."""
    lines = written(a_trace(*shop_trace("failed_charge")), "card.charge")

    at = lines.index("    CardDeclinedError: insufficient funds")
    assert lines[at - 1].split() == ["✘", "+148ms", "exception"]
    assert lines[at + 1 : at + 4] == [
        "    Traceback (most recent call last):",
        '      File "/srv/payments/app.py", line 88, in charge',
        "        await bank.charge(order)",
    ]
    text = "\n".join(lines)
    assert "exception.type" not in text
    assert "exception.stacktrace" not in text
    assert fact(text, "exception.escaped") == "True"
    assert "✘ ERROR  card declined: insufficient funds" in text


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"exception.type": "E"}, "    E"),
        ({"exception.message": "no funds"}, "    exception: no funds"),
        ({}, "    exception"),
        ({"exception.type": "E", "exception.message": 42}, "    E: 42"),
        ({"exception.type": ["E"], "exception.stacktrace": ["f", "g"]}, '    ["f", "g"]'),
    ],
)
def test_a_damaged_exception_shows_what_is_there(
    attributes: dict[str, object], said: str
) -> None:
    """Nothing of it is lost because something else is missing or of another type."""
    event = an_event("exception", attributes=attributes)

    assert said in written(a_trace(a_span("a", events=[event])))


def test_an_endless_stack_is_cut() -> None:
    """What is cut says so."""
    stack = "\n".join(f"  frame {number}" for number in range(5_000))
    event = an_event(
        "exception", attributes={"exception.type": "E", "exception.stacktrace": stack}
    )

    lines = written(a_trace(a_span("a", events=[event])))

    frames = [line for line in lines if "frame " in line]
    assert len(frames) == MAX_STACK_LINES
    assert frames[-1].endswith("…")


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (a_span("a", status=2, message="no funds"), "✘ ERROR  no funds"),
        (a_span("a", status=2), "✘ ERROR"),
        (a_span("a", status=1), "✔ OK"),
        (
            a_span("a", attributes={"http.response.status_code": 503, "http.request.method": "GET"},
                   kind=trace_pb2.Span.SPAN_KIND_CLIENT),
            "⚠ probably failed: HTTP 503",
        ),
        (a_span("a", message="a note"), "status message: a note"),
        (a_span("a", kind=0), "● unspecified"),
        (a_span("a", kind=trace_pb2.Span.SPAN_KIND_CONSUMER), "⇢● consumer"),
        (
            a_span("a", kind=trace_pb2.Span.SPAN_KIND_CLIENT, attributes={"db.system": "redis"}),
            "peer      ◇ redis\n            database, sent no spans of its own",
        ),
        (a_span("a", kind=99), "kind 99"),
        (a_span("a", name=""), "<no name>"),
        (a_span("a", duration_ms=-5), "⚠ ends before it starts by 5ms"),
        (a_span("a", start_time_unix_nano=0), "⚠ no start time"),
        (a_span("a", end_time_unix_nano=0), "⚠ no end time"),
        (a_span("a", start_time_unix_nano=5), "⚠ timestamp unit? looks like seconds"),
        (a_span("a", parent="a"), "⚠ is its own parent"),
        (a_span("a", attributes={"key": "one"}, trace_state="x" * 300), "x" * 74),
    ],
)  # fmt: skip
def test_the_outcome_and_what_is_odd_come_first(span: trace_pb2.Span, said: str) -> None:
    """One sentence each, with the mark it has in the tree."""
    assert said in detail(span)


def test_a_time_in_the_future_is_told() -> None:
    """Against the moment of arrival, which no sender's clock decides."""
    trace = a_trace(a_span("a", start_ms=3 * 86_400_000))
    received = Trace(trace_id=trace.trace_id, spans=trace.spans, last_received_unix_nano=T0)

    assert any("⚠ timestamp unit? lies" in line for line in written(received))
    assert not any("⚠" in line for line in written(trace))


def test_a_damaged_span_says_what_could_not_be_read() -> None:
    """It is shown all the same."""
    wire = a_span("a").SerializeToString() + b"\x4a\x02\x0a\x05"  # an attribute that is cut off
    whole = a_trace(a_span("a")).spans[0]

    lines = written(Trace(trace_id=whole.trace_id, spans=(Span(wire, whole.scope),)))

    assert any(line.startswith("⚠") for line in lines)
    assert fact("\n".join(lines), "span id") == span_id_of("a")


def test_a_link_within_the_trace_names_its_span() -> None:
    """A consumer is tied to its producer by more than an id."""
    lines = written(a_trace(*shop_trace()), "process")

    assert "  ↗ orders send orders" in lines


def test_a_link_to_itself_or_to_nothing_is_kept() -> None:
    """Whatever ids it has, also none."""
    own = trace_pb2.Span.Link(
        trace_id=bytes.fromhex(trace_id_of("trace")), span_id=bytes.fromhex(span_id_of("a"))
    )
    text = detail(a_span("a", links=[own, trace_pb2.Span.Link()]))

    assert "  ↗ shop a" in text
    assert "Links  2" in text


@pytest.mark.parametrize(
    ("is_settled", "verdict"), [(True, "never arrived"), (False, "not received yet")]
)
def test_a_placeholder_explains_itself(*, is_settled: bool, verdict: str) -> None:
    """Selecting a parent that is missing tells what that can mean."""
    lines = written(a_trace(a_span("a", parent="lost")), "lost", is_settled=is_settled)
    text = "\n".join(lines)

    assert lines[0] == "◌ A span that is not here"
    assert verdict in text
    assert fact(text, "span id") == span_id_of("lost")
    assert fact(text, "children") == "1"


def test_a_megabyte_is_cut_and_says_so() -> None:
    """A value, a name and a message of a megabyte cost a few lines each."""
    huge = "x" * 2**20
    lines = written(
        a_trace(
            a_span("a", name=huge, status=2, message=huge, attributes={"v": huge, huge: "k"})
        )
    )

    assert len(lines) < 100
    assert sum(line.endswith("…") for line in lines) == 4


def test_ten_thousand_events_are_the_first_and_the_last() -> None:
    """The count is of all of them."""
    events = [an_event(f"event {number}", at_ms=number / 1_000) for number in range(10_000)]

    lines = written(a_trace(a_span("a", events=events)))

    assert "Events  10000" in lines
    assert any("event 0" in line for line in lines)
    assert any("event 9999" in line for line in lines)
    assert any("⋯ 9500 more events" in line for line in lines)


@pytest.mark.parametrize("width", [20, 34, 46, 84])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_in_every_place_fits_and_does_nothing(hostile: str, width: int) -> None:
    """Names, keys, values, events, exceptions, links, resource and scope."""
    text = hostile.encode("utf-8", "replace").decode()
    event = an_event(text, attributes={"exception.type": text, "exception.message": text,
                                       "exception.stacktrace": text, text: text})  # fmt: skip
    link = trace_pb2.Span.Link(trace_state=text, attributes=key_values({text: [text]}))
    span = a_span("a", name=text, status=2, message=text, trace_state=text,
                  attributes={text: text}, events=[event], links=[link])  # fmt: skip

    lines = written(a_trace((text, span)), width=width)

    assert not any(acts(line) for line in lines)


@given(
    attributes=st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=4),
    width=st.integers(0, 100),
    is_settled=st.booleans(),
)
def test_any_attributes_fit_any_width(
    *, attributes: dict[str, str], width: int, is_settled: bool
) -> None:
    """Below 20 cells it is written for 20 and cut by the pane."""
    clean = {
        key.encode("utf-8", "replace").decode(): value.encode("utf-8", "replace").decode()
        for key, value in attributes.items()
    }
    waterfall = Waterfall(a_trace(a_span("a", attributes=clean, parent="p")))
    text = SpanText(
        waterfall, palette=PALETTE, hues=ServiceHues(), width=width, is_settled=is_settled
    )

    for node in range(len(waterfall.nodes)):
        assert all(width_of(line) <= max(20, width) for line in text.lines(node))


def test_figures_of_the_trace_stand_beside_those_of_the_span() -> None:
    """How much of it is its own, how much decided the trace, where in the trace it began."""
    lines = written(a_trace(*shop_trace("slow_payment")), "card.charge")
    text = "\n".join(lines)

    assert fact(text, "duration") == "1.52s"
    assert fact(text, "self") == "1.52s"
    assert fact(text, "critical") == "1.52s  91 %"
    assert fact(text, "in trace") == "+52ms"


def test_the_logs_of_a_span_are_told_with_it() -> None:
    """R135: those of other spans are not, and an exception is shown on either carrier."""
    exception = {"exception.type": "StockError", "exception.message": "none left"}
    logs = [
        log_record(a_log("cannot reserve", span="a", at_ms=2, attributes=exception)),
        log_record(a_log("elsewhere", span="b")),
        log_record(a_log("outside", span=None)),
    ]
    waterfall = Waterfall(a_trace(a_span("a")))
    text = SpanText(waterfall, palette=PALETTE, hues=ServiceHues(), width=60, logs=logs)

    lines = ["".join(piece for piece, _ in line).rstrip() for line in text.lines(0)]

    start = lines.index("Logs  1")
    assert lines[start + 1 : start + 3] == [
        "  ≡ +2ms     cannot reserve",
        "    StockError: none left",
    ]
    assert not any("elsewhere" in line or "outside" in line for line in lines)


@pytest.mark.parametrize("service", [None, "unknown_service:java"])
def test_a_sender_without_a_name_is_told_how_to_have_one(service: str | None) -> None:
    """R116: the SDK's own stand-in is no name either."""
    (part,) = a_batch(a_span("a"), service=service).slices
    trace = Trace(trace_id=part.trace_id, spans=(Span(part.payloads[0], part.scope),))

    assert any("set OTEL_SERVICE_NAME" in line for line in written(trace))
