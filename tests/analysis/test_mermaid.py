"""A trace as a sequence diagram: who called whom, and nothing of a sender's is syntax."""

import re

import pytest

from devtrace.analysis.mermaid import MAX_MESSAGES, MAX_PARTICIPANTS, mermaid
from devtrace.analysis.tree import assemble
from tests.builders import a_span, a_trace
from tests.tui.shop_trace import Sent, shop_trace

_LINE = re.compile(
    r"    (?:participant p\d+ as|Note over p\d+:|p\d+(?:->>|-->>|-\))p\d+:) (?:[^#;<>%{}\n]|#\d+;)+"
)


def diagram(*spans: Sent) -> list[str]:
    """Return the lines of the diagram of *spans*."""
    return mermaid(assemble(a_trace(*spans).spans)).splitlines()


def test_calls_and_answers_stand_in_order() -> None:
    """The answer has the duration; a message to a queue has none; a database is a peer."""
    lines = diagram(*shop_trace())

    assert lines[0] == "sequenceDiagram"
    assert "    participant p0 as gateway" in lines
    assert "    Note over p0: POST /checkout → 200 243ms" in lines
    at = lines.index("    p4->>p6: POST /charge → 200")
    assert lines[at + 1] == "    p6-->>p4: 156ms"
    assert "    p4->>p3: sqlite INSERT orders 28ms" in lines
    assert "    p4-)p7: sqlite process orders" in lines
    assert all(map(_LINE.fullmatch, lines[1:]))


def test_errors_are_marked_where_they_began_and_where_they_went() -> None:
    """The innermost failed span is a note, the answers carry it on."""
    lines = diagram(*shop_trace("failed_charge"))

    assert "    Note over p6: card.charge 150ms ✘ card declined: insufficient funds" in lines
    assert "    p6-->>p4: 156ms ✘ card declined: insufficient funds" in lines


def test_equal_calls_in_a_row_are_one() -> None:
    """Thirty queries alike are one arrow with their number."""
    query = {"db.system.name": "sqlite", "db.query.summary": "SELECT x"}
    lines = diagram(
        ("shop", a_span("root")),
        *(
            ("shop", a_span(f"{n}", parent="root", kind=3, duration_ms=1, attributes=query))
            for n in range(30)
        ),
    )

    assert lines[-1] == "    p0->>p1: sqlite SELECT x 1ms ×30"


@pytest.mark.parametrize(
    "name", ["a;b", "a\nb: c", "#35;", "%% x", "<br/>", "end", "", "{}", "\x1b["]
)
def test_names_are_no_syntax(name: str) -> None:
    """Neither of services nor of spans nor of peers."""
    lines = diagram(
        (name, a_span("root", name=name)),
        (f"{name}2", a_span("kid", parent="root", kind=2, name=name, status=2, message=name)),
        (
            f"{name}2",
            a_span("db", parent="kid", kind=3, name=name, attributes={"server.address": name}),
        ),
    )

    assert all(map(_LINE.fullmatch, lines[1:])), lines


def test_it_is_bounded() -> None:
    """Many services and many calls are counted, not drawn."""
    spans: list[Sent] = [("root", a_span("root"))]
    spans += [
        (f"service {n}", a_span(f"{n}", parent="root", kind=2, name=f"{n}" * 500, start_ms=n))
        for n in range(500)
    ]

    lines = diagram(*spans)

    assert sum("participant" in line for line in lines) <= MAX_PARTICIPANTS
    assert len(lines) <= 2 + MAX_PARTICIPANTS + MAX_MESSAGES
    assert lines[-1] == "    Note over p0: … 801 more messages"
    assert max(map(len, lines)) < 200
