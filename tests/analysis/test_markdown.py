"""A trace as Markdown says what matters, is bounded, and nothing in it is a sender's Markdown."""

import re

import pytest

from devtrace.analysis.markdown import MAX_STACK_LINES, MAX_TREE_ROWS, code, markdown
from devtrace.analysis.tree import assemble, subtree
from tests.builders import a_span, a_trace, an_event, trace_id_of
from tests.tui.shop_trace import shop_trace

_HOSTILE = "# x\n```\n<img src=x> @team [a](b) `c` | \x1b[2J\u202e"


def test_a_failed_trace_tells_where_and_why() -> None:
    """Heading, facts, tree, each failed span with attributes, and the stack."""
    text = markdown(assemble(a_trace(*shop_trace("failed_charge", name="x")).spans))

    assert text.startswith(
        "## `POST /checkout → 402`\n\n218ms · 11 spans · 6 services · 6 errors · "
        f"trace `{trace_id_of('x')}`\n\n```text\n✘ gateway POST /checkout → 402"
    )
    assert "### ✘ `payments card.charge` 150ms\n- error: `card declined" in text
    assert "- `payment.amount`: `42.5`" in text
    assert 'raise CardDeclinedError("insufficient funds")' in text


def test_a_slow_trace_tells_what_it_waited_for() -> None:
    """Where nothing failed, the critical path is what one asks for."""
    text = markdown(assemble(a_trace(*shop_trace("slow_payment")).spans))

    assert "### `payments card.charge` 1.52s, 94 % of the critical path" in text
    assert "error" not in text.splitlines()[2]


def test_a_subtree_is_a_document_of_its_own() -> None:
    """With its own top, counts and guides."""
    nodes = assemble(a_trace(*shop_trace("failed_charge")).spans)
    orders = next(
        n for n, node in enumerate(nodes) if node.span and node.span.name == "POST /orders"
    )

    text = markdown(subtree(nodes, orders))

    assert text.startswith("## `POST /orders → 402`\n\n184ms · 7 spans · 3 services · 5 errors")
    assert "gateway" not in text
    assert "\n✘ └ orders order.process" in text


def test_secrets_stay() -> None:
    """By name and by shape, in attributes, titles and stacks."""
    stack = "at x\nhttps://me:pw@host/?token=t0ps3cret"
    event = an_event("exception", attributes={"exception.stacktrace": stack})
    attributes = {
        "http.request.header.authorization": ["Bearer t0ps3cret"],
        "note": "Bearer t0ps3cret99",
        "http.request.method": "GET",
        "url.full": "http://a/?access_token=t0ps3cret",
    }
    spans = a_trace(
        a_span(
            name="Bearer t0ps3cret1", kind=1, status=2, attributes=attributes, events=[event]
        )
    ).spans

    text = markdown(assemble(spans))

    assert "t0ps3cret" not in text
    assert "pw@" not in text
    assert text.count("REDACTED") >= 4


def test_nothing_a_sender_wrote_is_markdown() -> None:
    """Every word of theirs is in a code span or a fence that they cannot close."""
    event = an_event("exception", attributes={"exception.stacktrace": _HOSTILE})
    span = a_span(
        name=_HOSTILE,
        status=2,
        message=_HOSTILE,
        attributes={_HOSTILE: _HOSTILE},
        events=[event],
    )

    text = markdown(assemble(a_trace((_HOSTILE, span)).spans))

    outside = re.sub(r"(?s)(````+)text\n.*?\n\1(?=\n|$)", "", text)
    outside = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", outside)
    assert "<img" not in outside
    assert "@team" not in outside
    assert "\x1b" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize(
    ("text", "span"), [("a", "`a`"), ("`", "`` ` ``"), ("a``b", "```a``b```"), ("", "` `")]
)
def test_a_code_span_holds_backticks(text: str, span: str) -> None:
    """Between more of them than it has."""
    assert code(text) == span


def test_it_is_bounded() -> None:
    """Ten thousand spans in error with long stacks are a page, and say what is left out."""
    stack = "\n".join(f"line {n} " + "x" * 500 for n in range(1_000))
    event = an_event("exception", attributes={"exception.stacktrace": stack})
    many = [a_span("root", name="n" * 10_000)]
    many += [
        a_span(f"{n}", parent="root", start_ms=n, status=2, events=[event] * (n > 990))
        for n in range(1_000)
    ]

    text = markdown(assemble(a_trace(*many).spans))

    assert len(text) < 200_000
    assert f"… {1_001 - MAX_TREE_ROWS} more rows" in text
    assert f"… {1_000 - MAX_STACK_LINES} more lines" in text
    assert "… 988 more errors above these" in text
