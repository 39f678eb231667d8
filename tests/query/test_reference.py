"""Every example of docs/query.md finds what the page says, by every road."""

import re
from pathlib import Path

import pytest

from devtrace.model.steps import finish
from devtrace.query import parse
from devtrace.query.names import INTRINSICS, SHORT_NAMES
from tests.query.sample import LETTERS, sample_traces

PAGE = (Path(__file__).parents[2] / "docs" / "query.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| `(?P<query>.+)` \| (?P<found>-|[A-F](?: [A-F])*) \|$", re.MULTILINE)
EXAMPLES = [(row["query"].replace(r"\|", "|"), row["found"]) for row in _ROW.finditer(PAGE)]


@pytest.mark.parametrize(("text", "found"), EXAMPLES)
def test_an_example_finds_what_the_page_says(text: str, found: str) -> None:
    """The page is the reference, and it is right."""
    query = parse(text)

    spans = [LETTERS[span.span_id] for trace in sample_traces() for span in query.spans(trace)]

    assert " ".join(spans) == ("" if found == "-" else found)


@pytest.mark.parametrize("text", [text for text, _ in EXAMPLES])
def test_every_road_leads_to_the_same_answer(text: str) -> None:
    """Traces, bytes and single spans are asked the same."""
    query = parse(text)
    for trace in sample_traces():
        spans = query.spans(trace)
        payloads = {span.payload: span.scope for span in trace.spans}

        assert query.matches(trace) is bool(spans)
        assert finish(query.match_steps(payloads)) is bool(spans)
        if query.span_predicate:
            assert tuple(filter(query.span_predicate, trace.spans)) == spans


def test_the_page_has_every_field() -> None:
    """A field that is not documented does not exist."""
    assert len(EXAMPLES) > 80
    for name in (*INTRINSICS, *SHORT_NAMES):
        assert f"`{name}`" in PAGE, name
