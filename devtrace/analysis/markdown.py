"""A trace or a part of it as Markdown: compact, for an issue or a language model.

A heading, the facts, the tree as text, and then the spans that matter: those in error with
their exceptions, or where nothing failed those that hold the critical path.

Source: docs/analysis.md, "Copies".
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from devtrace.analysis.error import span_error
from devtrace.analysis.secrets import REDACTED, is_secret, without_secrets
from devtrace.analysis.text_tree import ERROR_MARK, text_tree
from devtrace.analysis.timing import bounds, critical_path, critical_share
from devtrace.analysis.title import span_label, span_title
from devtrace.analysis.tree import TreeNode, main_root
from devtrace.model import semconv
from devtrace.model.attributes import value_text
from devtrace.model.semconv import first
from devtrace.model.span import Span, StatusCode
from devtrace.model.text import printable
from devtrace.model.time import duration_text, percent_text
from devtrace.otlp.values import Value

MAX_TREE_ROWS = 200
MAX_TOLD_SPANS = 12
MAX_ATTRIBUTES = 24
MAX_VALUE_CHARACTERS = 240
MAX_STACK_LINES = 30
_MAX_SLOW_SPANS = 5
_BACKTICKS = re.compile("`+")


def markdown(nodes: Sequence[TreeNode], *, settled: bool = True) -> str:
    """Return the rows of a trace, or of a subtree of it, as Markdown.

    Args:
        nodes: The rows that `assemble` or `subtree` returned.
        settled: Whether the trace is quiet for long enough to say *never*.

    Returns:
        A document of bounded length whatever the senders wrote: nothing of theirs is
        Markdown, and what looks like a secret is replaced.  Empty for no spans.
    """
    return "\n".join(_lines(nodes, settled=settled))


def _lines(nodes: Sequence[TreeNode], *, settled: bool) -> Iterator[str]:
    root = main_root(nodes)
    top = None if root is None else nodes[root].span
    if top is None:
        return
    spans = [node.span for node in nodes if node.span is not None]
    failed = [span for span in spans if span.status_code is StatusCode.ERROR]
    yield f"## {code(_safe(span_title(top)))}"
    yield ""
    start, end = bounds(spans)
    services = len({span.service_name for span in spans})
    facts = [
        duration_text(end - start),
        _counted(len(spans), "span"),
        _counted(services, "service"),
        *([_counted(len(failed), "error")] if failed else []),
        f"trace {code(top.trace_id)}",
    ]
    yield " · ".join(facts)
    yield ""
    tree = text_tree(nodes[:MAX_TREE_ROWS], settled=settled).splitlines()
    yield from _fenced(list(map(without_secrets, tree)))
    if len(nodes) > MAX_TREE_ROWS:
        yield f"… {len(nodes) - MAX_TREE_ROWS} more rows"
    if failed:
        for span in failed[-MAX_TOLD_SPANS:]:
            yield from _span(span, "")
        if len(failed) > MAX_TOLD_SPANS:
            yield f"\n… {_counted(len(failed) - MAX_TOLD_SPANS, 'more error')} above these"
    else:
        yield from _slow(nodes, top)


def _slow(nodes: Sequence[TreeNode], top: Span) -> Iterator[str]:
    """Tell of the spans that hold the critical path."""
    for index, nano in critical_share(critical_path(nodes))[:_MAX_SLOW_SPANS]:
        if (span := nodes[index].span) is not None:
            share = percent_text(nano, max(1, top.duration_nano))
            yield from _span(span, f", {share} of the critical path")


def _span(span: Span, remark: str) -> Iterator[str]:
    error = span_error(span)
    mark = f"{ERROR_MARK} " if error is not None and error.is_certain else ""
    title = code(_safe(f"{span.service_name} {span_label(span)}"))
    yield ""
    yield f"### {mark}{title} {duration_text(span.duration_nano)}{remark}"
    if error is not None and error.text:
        yield f"- {'error' if error.is_certain else 'probably failed'}: {code(_safe(error.text))}"
    for key, value in islice(span.attributes.items(), MAX_ATTRIBUTES):
        text = REDACTED if is_secret(key) else _safe(value_text(value))
        yield f"- {code(key)}: {code(text)}"
    if len(span.attributes) > MAX_ATTRIBUTES:
        yield f"- … {len(span.attributes) - MAX_ATTRIBUTES} more attributes"
    for event in span.events[-MAX_TOLD_SPANS:]:
        if event.name == semconv.EXCEPTION_EVENT:
            yield from _fenced(_exception_lines(event.attributes))


def _exception_lines(attributes: Mapping[str, Value]) -> list[str]:
    """Return an exception as it was printed; of a long one the end, which says most."""
    stack = first(attributes, semconv.EXCEPTION_STACKTRACE)
    text = stack if isinstance(stack, str) else semconv.exception_text(attributes)
    lines = text.strip("\n").splitlines()
    kept = lines[-MAX_STACK_LINES:]
    dropped = [f"… {len(lines) - len(kept)} more lines"] if len(lines) > len(kept) else []
    return [*dropped, *map(_safe, kept)]


def _safe(text: str) -> str:
    """Return the start of *text* without secrets."""
    head = without_secrets(text[: 2 * MAX_VALUE_CHARACTERS])
    return head if len(head) <= MAX_VALUE_CHARACTERS else head[:MAX_VALUE_CHARACTERS] + "…"


def code(text: str) -> str:
    """Return *text* as a code span, in which nothing is Markdown."""
    shown = printable(text[: 2 * MAX_VALUE_CHARACTERS]) or " "
    ticks = "`" * (1 + max(map(len, _BACKTICKS.findall(shown)), default=0))
    pad = " " if shown[0] == "`" or shown[-1] == "`" else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def _fenced(lines: Sequence[str]) -> Iterator[str]:
    shown = list(map(printable, lines))
    longest = max((len(run) for line in shown for run in _BACKTICKS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}text"
    yield from shown
    yield fence


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
