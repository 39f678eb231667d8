"""Log records are asked with the same language: the page, and one naive reading, say so."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.model.log import LogRecord, Severity
from devtrace.model.resource import ScopeInterner
from devtrace.otlp.decode_logs import decode_logs
from devtrace.query import QueryError
from devtrace.query.names import RECORD_INTRINSICS, RECORDS, SEVERITIES
from devtrace.query.records import parse_records
from tests.builders import a_log, a_logs_request, key_values, log_record

PAGE = (Path(__file__).parents[2] / "docs" / "query.md").read_text(encoding="utf-8")
_SECTION = PAGE[PAGE.index("| query over logs |") : PAGE.index("## Bounds")]
_ROW = re.compile(r"^\| `(?P<query>.+)` \| (?P<found>[1-5](?: [1-5])*) \|$", re.MULTILINE)
EXAMPLES = [(row["query"].replace(r"\|", "|"), row["found"]) for row in _ROW.finditer(_SECTION)]


def sample_records() -> list[LogRecord]:
    """Return the five records of the page."""
    low = {"order.id": "007", "left": 3}
    full = a_log("disk full", severity=21)
    request = a_logs_request(full, service="orders")
    pod = key_values({"k8s.pod.name": "orders-7f9"})
    request.resource_logs[0].resource.attributes.extend(pod)
    decoded = decode_logs(request.SerializeToString(), scope_of=ScopeInterner())
    (wire,) = decoded.records
    return [
        log_record(
            a_log("POST /checkout", attributes={"http.route": "/checkout"}), service="gateway"
        ),
        log_record(
            a_log("stock is low", severity=13, severity_text="WARNING", attributes=low),
            service="orders",
        ),
        log_record(
            a_log("Charge failed", severity=18, attributes={"exception.type": "CardDeclined"}),
            service="payments",
        ),
        log_record(
            a_log(
                {"step": "retry", "card": {"tries": 2}},
                severity=0,
                event_name="payment.retry",
                trace=None,
            ),
            service="payments",
        ),
        LogRecord(wire.payload, wire.scope),
    ]


@pytest.mark.parametrize(("text", "found"), EXAMPLES)
def test_an_example_finds_what_the_page_says(text: str, found: str) -> None:
    """The page is the reference, and it is right."""
    matches = parse_records(text).matches
    numbers = [str(number) for number, each in enumerate(sample_records(), 1) if matches(each)]
    assert numbers == found.split()


def test_the_page_has_every_field() -> None:
    """A field that is not documented does not exist."""
    section = PAGE[PAGE.index("## Log records") :]
    assert len(EXAMPLES) > 20
    for name in (*RECORD_INTRINSICS, *RECORDS.short_names):
        assert f"`{name}`" in section, name


@pytest.mark.parametrize(
    ("text", "cause", "hint"),
    [
        ("duration>1s", "a log record has no 'duration'", "severity"),
        ("event.x=1", "a log record has no 'event.' attributes; did you mean '.x'?", ".key"),
        ('span."a b"=1', "a log record has no 'span.' attributes", ".key"),
        ("severty=error", "did you mean 'severity'?", ".severty"),
        ("severity=eror", "there is no severity 'eror'; did you mean 'error'?", "fatal"),
        ("severity=~err", "a severity cannot be compared with =~", ""),
        ("{severity=error}", "'{' cannot stand here", "without braces"),
        ("failed | count() > 2", "'|' cannot stand here", "without braces"),
        ("", "there is nothing to look for", "write a word"),
        ("x" * 4001, "it has 4001 characters", "less"),
        ("(" * 60 + "x", "more than 50 parentheses are open", "less"),
    ],
)
def test_what_a_record_does_not_have_is_said(text: str, cause: str, hint: str) -> None:
    """With what it has instead."""
    with pytest.raises(QueryError) as caught:
        parse_records(text)
    assert cause in caught.value.explanation
    assert hint in caught.value.hint


@given(st.integers(0, 30), st.sampled_from(SEVERITIES), st.sampled_from(["=", "!=", "<", ">="]))
def test_severities_compare_by_their_rank(number: int, word: str, operator: str) -> None:
    """A record without one compares with nothing."""
    record = log_record(a_log(severity=number))
    own, asked = Severity(number), Severity[word.upper()]
    expected = {
        "=": own == asked,
        "!=": own != asked,
        "<": own < asked,
        ">=": own >= asked,
    }[operator]
    is_so = parse_records(f"severity{operator}{word}").matches(record)
    assert is_so is (expected and own is not Severity.UNSPECIFIED)


_WORD = st.text("abkK\u212aé.7", min_size=1, max_size=3)


@given(_WORD, st.lists(_WORD, max_size=3), st.one_of(_WORD, st.integers(0, 99), st.none()))
def test_text_is_found_as_a_naive_reading_finds_it(
    wanted: str, values: list[str], body: object
) -> None:
    """The look at the bytes beforehand never hides a record."""
    record = log_record(
        a_log(body, attributes={f"key{n}": each for n, each in enumerate(values)})
    )
    held = [*values, str(body) if body is not None else "", "shop"]
    expected = any(wanted.lower() in each.lower() for each in held)
    assert parse_records(f'"{wanted}"').matches(record) is expected
