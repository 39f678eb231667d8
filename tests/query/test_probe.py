"""A probe rules out only what cannot be, however the bytes were written."""

import sys

import pytest

from devtrace.model.span import Span
from devtrace.query import parse
from devtrace.query.match import TextSearch
from devtrace.query.parse import parse_expression
from devtrace.query.probe import (
    MAX_WHOLE_CONDITIONS,
    _constant_runs,
    probe_of,
    spanset_probe,
)
from devtrace.query.subject import Block
from devtrace.query.tree import Predicate, Spans
from tests.builders import a_span, a_trace


def predicate(text: str) -> Predicate:
    """Return the condition that *text* is."""
    spanset = parse_expression(text).spanset
    assert isinstance(spanset, Spans)
    return spanset.predicate


def may_match(text: str, span: Span) -> bool:
    """Return what the probe says of one span."""
    may = probe_of(predicate(text))
    return may is None or may(Block((span.payload,), (span.scope,)))


SPAN = a_trace(
    (
        "gateway",
        a_span(
            name="GET /x",
            status=2,
            attributes={"http.status_code": 500, "ratio": 0.25, "k": "V"},
        ),
    )
).spans[0]


@pytest.mark.parametrize(
    "text",
    [
        "get", "500", "0.25", "-", "gateway", "v", "e", "status=error", ".k=V", ".k!=W",
        ".http.response.status_code=500", ".service.name=gateway", "service=gateway",
        "service!=x", "!nowhere", "nowhere || get", ".no.key=nil", 'name="GET /x"',
    ],
)  # fmt: skip
def test_what_is_there_is_never_ruled_out(text: str) -> None:
    """Letters of another case, numbers, old names, and what the resource has."""
    assert may_match(text, SPAN)


@pytest.mark.parametrize(
    "text",
    [
        "nowhere", "501", ".no.key=1", ".no.key!=nil", "service=other", "service!=gateway",
        "name=other", "get nowhere", ".k=absent", "resource.no=1", "event:name=exception",
        "trace:id=00000000000000000000000000000001", "nowhere || never", "status=error nowhere",
    ],
)  # fmt: skip
def test_what_is_not_there_costs_no_decoding(text: str) -> None:
    """Most spans are ruled out by their bytes alone."""
    assert not may_match(text, SPAN)


@pytest.mark.parametrize(
    "value",
    [
        b"\x18\xf4\x03",  # as everyone writes it
        b"\x98\x00\xf4\x03",  # with a longer tag
        b"\x18\xf4\x83\x80\x00",  # with a longer number
    ],
)
def test_a_number_is_found_however_its_varint_is_written(value: bytes) -> None:
    """Protobuf allows more bytes than needed."""
    wire = a_span()
    pair = b"\x0a\x01n\x12" + bytes([len(value)]) + value
    payload = wire.SerializeToString() + b"\x4a" + bytes([len(pair)]) + pair
    span = Span(payload, SPAN.scope)

    assert span.attributes == {"n": 500}
    assert may_match("500", span)
    assert may_match(".n>=500", span)


def test_no_other_sign_becomes_one_whose_bytes_are_taken_for_granted() -> None:
    """In all of Unicode, only the two letters that are known lower to plain ASCII."""
    strangers = set()
    for code in range(128, sys.maxunicode + 1):
        sign = chr(code)
        lowered = sign.lower()
        if lowered == sign:
            continue
        for part in lowered:
            if _constant_runs(part):
                strangers.add((sign, part))

    assert strangers == {("\u212a", "k"), ("\u0130", "i")}


@pytest.mark.parametrize(
    ("text", "has_one"),
    [
        ("a", True),
        ("trace:duration>1s", True),
        ("{a} && {!b}", True),
        ("{a} && !{b}", True),
        ("{a} || {.k=nil}", False),
        ("{a} >> {.k=nil}", True),
        ("!{a}", False),
        ("a " * MAX_WHOLE_CONDITIONS, True),
        ("a " * (MAX_WHOLE_CONDITIONS + 1), False),
    ],
)
def test_whole_traces_have_a_probe_where_bytes_can_tell(text: str, has_one: bool) -> None:  # noqa: FBT001
    """What must be there can be missed; of very many conditions none is asked besides."""
    assert (spanset_probe(parse_expression(text).spanset) is not None) is has_one


@pytest.mark.parametrize(
    ("text", "is_ruled_out"),
    [
        ("trace:duration>9ms", False),
        ("trace:duration>10ms", True),
        ("trace:duration<1ms", False),
        ("trace:spans>=2", False),
        ("trace:spans>2", True),
        ("trace:errors>0", False),
        ("trace:errors=0", False),
        ("rootName=GET", False),
        ("rootName=~`^G`", False),
        ("rootName=POST", True),
        ("trace:rootService=gateway", False),
        ("trace:rootService!=gateway", True),
    ],
)
def test_the_bytes_of_a_trace_tell_of_its_facts(text: str, is_ruled_out: bool) -> None:  # noqa: FBT001
    """Its size, its services, its names; nothing is ruled out that might be so."""
    spans = a_trace(
        ("gateway", a_span(name="GET /x", status=2)), ("gateway", a_span("b", name="GET"))
    ).spans
    may = spanset_probe(parse_expression(text).spanset)

    block = Block([span.payload for span in spans], {span.scope for span in spans})
    assert (may is not None and not may(block)) is is_ruled_out


def test_scopes_are_not_kept_alive_by_what_is_known_of_them() -> None:
    """A filter that runs for a week does not grow."""
    search = TextSearch("x")
    trace = a_trace(("short-lived", a_span()))
    search.is_in_scope(trace.spans[0].scope)
    assert len(search._in_scope) == 1

    del trace

    assert len(search._in_scope) == 0


@pytest.mark.parametrize(
    "text",
    [".http.status_code=501", ".http.response.status_code>500", 'span.k=~"W.*"', "status=ok"],
)
def test_a_span_is_not_made_for_a_value_that_is_not_asked_for(text: str) -> None:
    """That it has the attribute, or a status, is not enough."""
    assert not may_match(text, SPAN)


@pytest.mark.parametrize(
    "text", [".http.status_code>=500", "span.ratio<1", 'span.k=~"V|W"', "span.k=V"]
)
def test_a_block_holds_what_one_of_its_spans_holds(text: str) -> None:
    """Spans are taken apart together, and none hides another."""
    other = a_trace(("gateway", a_span(name="other", attributes={"k": "none"}))).spans[0]
    may = probe_of(predicate(text))
    assert may is not None
    for spans in ((SPAN, other), (other, SPAN)):
        assert may(Block([span.payload for span in spans], (SPAN.scope,)))
    assert not may(Block((other.payload, other.payload), (SPAN.scope,)))


def test_the_status_is_found_however_its_varint_is_written() -> None:
    """As two bytes, and as a tag that is longer than it needs to be."""
    may = probe_of(predicate("status=error"))
    assert may is not None
    for status in (b"\x18\x02", b"\x18\x82\x00", b"\x98\x00\x02", b"\x98\x80\x00\x82\x80\x00"):
        assert may(Block((b"z" + bytes([len(status)]) + status,), ()))
    assert not may(Block((b"z\x02\x18\x01",), ()))


def test_bytes_are_found_by_the_text_that_stands_for_them() -> None:
    """Base64, which may be a word or a path; the bytes themselves are what is there."""
    span = a_trace(a_span(attributes={"raw": b"\xfe\xa2\xb5\x9e"})).spans[0]

    assert parse(".raw=`/qK1ng==`").matches(
        a_trace(a_span(attributes={"raw": b"\xfe\xa2\xb5\x9e"}))
    )
    assert may_match(".raw=`/qK1ng==`", span)
    assert not may_match(".raw=`/nowhere`", span)


@pytest.mark.parametrize(
    "number", [0, 7, 99, 100, 128, 2**31, 10**18, 2**63 - 1, -1, -42, -(2**63)]
)
def test_every_part_of_a_number_finds_it(number: int) -> None:
    """How few bytes it may have depends on what is asked, and on its sign."""
    digits = str(number)
    span = a_trace(a_span(attributes={"n": number})).spans[0]
    for start in range(len(digits)):
        for stop in range(start + 1, len(digits) + 1):
            assert may_match(f'"{digits[start:stop]}"', span)
