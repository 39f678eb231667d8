"""Every example in docs/analysis.md is true."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from opentelemetry.proto.trace.v1 import trace_pb2

from devtrace.analysis.error import span_error
from devtrace.analysis.services import call_samples
from devtrace.analysis.timing import critical_path, self_times_nano
from devtrace.analysis.title import span_title
from devtrace.analysis.tree import Placement, TreeNode, assemble
from devtrace.model.span import SpanKind, StatusCode
from tests.builders import MILLISECOND, T0, a_span, a_trace

PAGE = (Path(__file__).parents[2] / "docs" / "analysis.md").read_text()
TIMES_LINE = re.compile(r"( *)(\S+)(?: ([A-Z]+))?(?: @(\S+))? +(\d+) +(\d+) +(\d+)")


def blocks(kind: str) -> list[list[str]]:
    """Return the lines of each fenced block of *kind*."""
    return [
        text.splitlines() for text in re.findall(rf"```{kind}\n(.*?)\n```", PAGE, re.DOTALL)
    ]


def table(heading: str) -> list[tuple[str, ...]]:
    """Return the rows of the table that has *heading*, cell by cell."""
    after = PAGE.split(heading)[1].split("\n\n")[0].splitlines()[2:]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in after]


def attributes_of(cell: str) -> dict[str, str]:
    """Read `` `key=value` `key=value` ``."""
    return dict(pair.split("=", 1) for pair in re.findall(r"`([^`]+)`", cell))


def outline(nodes: tuple[TreeNode, ...]) -> Iterator[str]:
    """Yield each row's name, indented by its depth, with its placement if that is odd."""
    for node in nodes:
        odd = (
            "" if node.placement in {Placement.ROOT, Placement.CHILD} else f" {node.placement}"
        )
        yield "  " * node.depth + (node.span.name if node.span else "?") + odd


TREES = list(zip(blocks("spans"), blocks("tree"), strict=True))


@pytest.mark.parametrize(("spans", "tree"), TREES, ids=range(len(TREES)))
def test_each_tree_is_assembled_as_shown(spans: list[str], tree: list[str]) -> None:
    """Section Tree, whichever way round the spans arrive."""
    wire = [
        a_span(name, parent=None if parent == "-" else parent, start_ms=int(start))
        for name, parent, start in map(str.split, spans[1:])
    ]

    for order in (wire, wire[::-1]):
        assert list(outline(assemble(a_trace(*order).spans))) == tree


class TimesExample(NamedTuple):
    """One block of times, read."""

    spans: list[tuple[str, trace_pb2.Span]]
    self_ms: list[int]
    path: str


def read_times(lines: list[str]) -> TimesExample:
    """Read a block of times: names by indentation, then three numbers."""
    example = TimesExample([], [], lines[-1].removeprefix("critical path: "))
    above: list[tuple[str, str]] = []
    for line in lines[1:-1]:
        match = TIMES_LINE.fullmatch(line)
        assert match, line
        indent, name, kind, service, start, end, self_ms = match.groups()
        del above[len(indent) // 2 :]
        parent, parent_service = above[-1] if above else (None, "shop")
        above.append((name, service or parent_service))
        span = a_span(
            name,
            parent=parent,
            kind=SpanKind[kind or "INTERNAL"],
            start_ms=int(start),
            duration_ms=int(end) - int(start),
        )
        example.spans.append((service or parent_service, span))
        example.self_ms.append(int(self_ms))
    return example


@pytest.mark.parametrize("lines", blocks("times"), ids=range(len(blocks("times"))))
def test_each_example_of_times_adds_up(lines: list[str]) -> None:
    """Sections Self time and Critical path."""
    example = read_times(lines)
    nodes = assemble(a_trace(*example.spans).spans)
    pieces = (
        "{} {}-{}".format(
            span.name if (span := nodes[piece.index].span) else "",
            (piece.start_time_unix_nano - T0) // MILLISECOND,
            (piece.end_time_unix_nano - T0) // MILLISECOND,
        )
        for piece in critical_path(nodes)
    )

    assert [nano // MILLISECOND for nano in self_times_nano(nodes)] == example.self_ms
    assert ", ".join(pieces) == example.path


@pytest.mark.parametrize(
    ("status", "kind", "cell", "expected"),
    table("| status | kind | attributes | error |"),
    ids=str,
)
def test_each_error_is_told_as_shown(status: str, kind: str, cell: str, expected: str) -> None:
    """Section Errors; values arrive as text, which must not matter."""
    (span,) = a_trace(
        a_span(status=StatusCode[status], kind=SpanKind[kind], attributes=attributes_of(cell))
    ).spans

    error = span_error(span)

    told = "none"
    if error is not None:
        told = "certain" if error.is_certain else "probable"
        told += f": {error.text}" if error.text else ""
    assert told == expected


@pytest.mark.parametrize(
    ("kind", "cell", "expected"), table("| kind | attributes | title |"), ids=str
)
def test_each_title_is_as_shown(kind: str, cell: str, expected: str) -> None:
    """Section Titles."""
    (span,) = a_trace(
        a_span(name="name", kind=SpanKind[kind], attributes=attributes_of(cell))
    ).spans

    assert span_title(span) == expected


@pytest.mark.parametrize(
    ("kind", "cell", "expected"), table("| kind | attributes | the other side |"), ids=str
)
def test_each_peer_is_told_as_shown(kind: str, cell: str, expected: str) -> None:
    """Section Services and who calls whom."""
    call = a_span("call", parent="root", kind=SpanKind[kind], attributes=attributes_of(cell))
    trace = a_trace(a_span("root", kind=SpanKind.SERVER), call)

    _, *called = [sample.key.callee for sample in call_samples(assemble(trace.spans))]

    assert ", ".join(f"{node.kind.value} {node.name}" for node in called) == expected.replace(
        "none", ""
    )


def test_the_page_has_examples_of_everything() -> None:
    """A renamed heading or fence must not silently take its examples along."""
    assert len(TREES) == 3
    assert len(blocks("times")) == 4
    assert len(table("| status | kind | attributes | error |")) == 12
    assert len(table("| kind | attributes | title |")) == 14
    assert len(table("| kind | attributes | the other side |")) == 7
