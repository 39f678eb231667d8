"""What is selected is what the naive reading of a query selects, on any trace."""

import pytest
from hypothesis import given, settings

from devtrace.model.span import Span
from devtrace.model.steps import finish
from devtrace.model.trace import Trace
from devtrace.query import parse, subject, tree
from devtrace.query.evaluate import selector_of
from devtrace.query.subject import Subject
from tests.builders import a_span, a_trace
from tests.query.naive import selected
from tests.query.random_queries import EXPRESSIONS, TEXTS, traces


@settings(max_examples=200)
@given(expression=EXPRESSIONS, trace=traces())
def test_the_selection_is_the_naive_one(expression: tree.Expression, trace: Trace) -> None:
    """No short cut changes the answer: not the bytes, not the first match, not the order."""
    expected = selected(expression, trace)
    select = selector_of(expression)

    selection = finish(select(Subject.of(trace), False))
    first = finish(select(Subject({s.payload: s.scope for s in trace.spans}), True))

    assert [trace.spans[index] for index in selection or ()] == expected
    assert (first is not None) is bool(expected)


@settings(max_examples=150)
@given(text=TEXTS.filter(bool), trace=traces())
def test_no_text_is_missed(text: str, trace: Trace) -> None:
    """Case, scripts and numbers: what is there as text is found in the bytes."""
    quoted = text.replace('"', '\\"')

    found = parse(f'"{quoted}"').spans(trace)

    assert list(found) == selected(tree.Expression(tree.Spans(tree.Text(text))), trace)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("nowhere", 0),
        ("name=nowhere", 0),
        ("name=~nowhere", 0),
        ("name=~`7$`", 10),
        ("kind=producer", 0),
        ("status=error", 0),
        ("duration>1h", 0),
        ("duration<1ms", 0),
        (".k>100", 0),
        (".k=~x", 0),
        (".k=7", 1),
        ("987654", 0),
        ("trace:duration>1h", 0),
        ("trace:spans>100", 0),
        ("trace:errors>0", 0),
        ("rootName=nowhere", 0),
        ("trace:rootService=nowhere", 0),
        ("{} | max(duration)>1h", 100),
    ],
)
def test_few_spans_are_made(text: str, made: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a hundred spans, those that the question is about; what is not there costs none."""
    count = 0

    def counted(*arguments: object) -> Span:
        nonlocal count
        count += 1
        return Span(*arguments)  # type: ignore[arg-type]  # as they come

    monkeypatch.setattr(subject, "Span", counted)
    spans = (a_span(str(n), name=f"op {n}", attributes={"k": n}) for n in range(100))
    payloads = {span.payload: span.scope for span in a_trace(*spans).spans}

    finish(selector_of(parse(text).expression)(Subject(payloads), False))

    assert count == made
