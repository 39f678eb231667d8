"""Whatever a sender wrote becomes a condition that finds it again, and only one line of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.query import parse
from devtrace.query.records import parse_records
from devtrace.tui.condition_text import (
    MAX_ASKED_CHARS,
    Pair,
    condition_on,
    pairs_of_record,
    pairs_of_span,
)
from tests.builders import a_log, a_span, a_trace, an_event, log_record


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        (Pair(".", "retry", "true"), ".retry=true"),
        (Pair(".", "http.status_code", "502"), ".http.status_code=502"),
        (Pair(".", "a b", "x y"), '."a b"="x y"'),
        (Pair("event.", "exception.type", "E"), 'event.exception.type="E"'),
        (Pair("", "trace:id", "ab"), "trace:id=ab"),
        (Pair("", "service", "or"), 'service="or"'),
        (Pair(".", "sql", 'a "b" \\ \n\r\t'), '.sql="a \\"b\\" \\\\ \\n\\r\\t"'),
    ],
)
def test_a_pair_is_written_as_a_person_would(pair: Pair, expected: str) -> None:
    """Quotes and escapes where they are needed, and nowhere else."""
    assert condition_on(pair.key, pair.value, prefix=pair.prefix) == expected


_TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
_VALUES = st.one_of(
    _TEXT,
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(st.one_of(_TEXT, st.integers(0, 9)), min_size=1, max_size=2),
)
_KEYS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)


@given(_KEYS, _VALUES, st.sampled_from(["span", "event"]))
def test_every_pair_of_a_span_finds_it(key: str, value: Any, place: str) -> None:
    """Text, numbers, booleans and elements of lists; on the span, its events, its resource."""
    attributes = {key: value}
    span = (
        a_span(attributes=attributes)
        if place == "span"
        else a_span(events=[an_event("e", attributes=attributes)])
    )
    trace = a_trace(span)
    pairs = pairs_of_span(trace.spans[0])

    assert any(pair.key == key for pair in pairs)
    for prefix, name, text in pairs:
        assert parse(condition_on(name, text, prefix=prefix)).matches(trace), (
            prefix,
            name,
            text,
        )


@given(_KEYS, _VALUES)
def test_every_pair_of_a_log_record_finds_it(key: str, value: Any) -> None:
    """Severity, body, trace and attributes alike."""
    record = log_record(a_log("it\nhappened", attributes={key: value}))
    pairs = pairs_of_record(record)

    assert {"service", "severity", "body", "trace:id", key} <= {pair.key for pair in pairs}
    for prefix, name, text in pairs:
        assert parse_records(condition_on(name, text, prefix=prefix)).matches(record), name


def test_what_the_span_itself_has_is_told_from_its_resource() -> None:
    """One key in both places is two questions."""
    trace = a_trace(a_span(attributes={"service.name": "mine"}))
    pairs = pairs_of_span(trace.spans[0])

    assert Pair(".", "service.name", "mine") in pairs
    assert Pair("resource.", "service.name", "shop") in pairs


def test_nothing_a_sender_wrote_steers_the_terminal() -> None:
    """It would stand in the query bar."""
    assert condition_on("\x1b[2J", "\u202e") == r'."\u001b[2J"="\u202e"'


def test_what_is_too_long_to_ask_for_is_left_out() -> None:
    """A query has a bound."""
    trace = a_trace(a_span(attributes={"long": "x" * (MAX_ASKED_CHARS + 1), "short": "x"}))
    assert "long" not in {pair.key for pair in pairs_of_span(trace.spans[0])}


def test_what_a_body_has_under_a_key_is_asked_for() -> None:
    """Where the body is a map; what is a map within it is not, as of attributes."""
    record = log_record(a_log({"step": "retry", "card tries": 2, "deep": {"a": 1}}))
    pairs = [pair for pair in pairs_of_record(record) if pair.prefix == "body."]
    assert [(pair.key, pair.value) for pair in pairs] == [
        ("step", "retry"),
        ("card tries", "2"),
    ]
    for prefix, name, text in pairs:
        assert parse_records(condition_on(name, text, prefix=prefix)).matches(record), name


def test_a_span_is_asked_for_by_what_is_no_attribute_too() -> None:
    """Its trace, which is a query for one trace, its service, its name, and that it failed."""
    trace = a_trace(a_span(name="GET /", status=2))
    pairs = pairs_of_span(trace.spans[0])[:4]
    asked = [condition_on(pair.key, pair.value, prefix=pair.prefix) for pair in pairs]
    assert asked[1:] == ["service=shop", 'name="GET /"', "status=error"]
    assert pairs[0] == Pair("", "trace:id", trace.spans[0].trace_id)
