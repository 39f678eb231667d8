"""A trace as plain text: for a pipe, a clipboard, an issue, a file.

    ✘ gateway POST /checkout → 402                  171ms
      ├ auth Verify                                  15ms
    ✘ └ orders POST /orders → 402                   132ms
    ✘   └ payments card.charge                       96ms
            CardDeclined: insufficient funds

Marks, guides and words say everything, so it needs no colour.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from devtrace.analysis.error import exception_line, span_error, subtree_error_counts
from devtrace.analysis.title import span_label
from devtrace.analysis.tree import Placement, TreeNode, explain
from devtrace.model.span import Span
from devtrace.model.text import cell_count, printable, shortened
from devtrace.model.time import duration_text

ERROR_MARK = "✘"
PROBABLE_ERROR_MARK = "⚠"
MISSING_MARK = "◌"

MAX_LINE_CELLS = 160
"""What one line may take when the caller sets no width: a span's name may be a megabyte."""
MAX_GUIDE_LEVELS = 24
"""Levels that are drawn as guides; of a deeper row only the innermost ones are."""
NARROWEST_CELLS = 24
"""Widths below this are taken for this one."""

_NO_END = "no end"
_LONGEST_TEXT = 4 * MAX_LINE_CELLS
_GAP = "  "


class _Line(NamedTuple):
    """One line before its column of durations is set."""

    text: str
    duration: str


def text_tree(
    nodes: Sequence[TreeNode], *, width: int | None = None, settled: bool = True
) -> str:
    """Return the rows of a trace as lines of text with a column of durations.

    Args:
        nodes: The rows that `assemble` returned.
        width: Cells that a line may take; None lets it be as wide as it needs, up
            to `MAX_LINE_CELLS`.
        settled: Whether the trace is quiet for long enough to say *never*.

    Returns:
        A line for each row, and one for what each failed branch says last; harmless
        whatever the senders wrote, without a line break at the end.  Empty for no rows.
    """
    most = MAX_LINE_CELLS if width is None else max(width, NARROWEST_CELLS)
    lines = list(_lines(nodes, settled=settled))
    durations = max((cell_count(line.duration) for line in lines), default=0)
    room = most - durations - len(_GAP)
    texts = [shortened(line.text, room if line.duration else most) for line in lines]
    column = max(
        (cell_count(text) for text, line in zip(texts, lines, strict=True) if line.duration),
        default=0,
    )
    return "\n".join(
        f"{text}{' ' * (column - cell_count(text))}{_GAP}{line.duration:>{durations}}"
        if line.duration
        else text
        for text, line in zip(texts, lines, strict=True)
    )


def _lines(nodes: Sequence[TreeNode], *, settled: bool) -> Iterator[_Line]:
    for node, error_count, (guides, below) in zip(
        nodes, subtree_error_counts(nodes), _guides(nodes), strict=True
    ):
        remark = None if node.placement is Placement.ORPHAN else explain(node, settled=settled)
        if node.span is None:
            yield _Line(f"{MISSING_MARK} {guides}{remark}", "")
            continue
        error = span_error(node.span)
        mark = " "
        if error is not None:
            mark = ERROR_MARK if error.is_certain else PROBABLE_ERROR_MARK
        yield _Line(f"{mark} {guides}{_words(node.span, remark)}", _duration(node.span))
        if error is not None and error.is_certain and error_count == 1:
            last_words = exception_line((node,)) or error.text
            if last_words:
                yield _Line(f"  {below}  {_one_line(last_words)}", "")


def _words(span: Span, remark: str | None) -> str:
    words = f"{_one_line(span.service_name)} {_one_line(span_label(span))}"
    return f"{words} ({remark})" if remark else words


def _one_line(text: str) -> str:
    return printable(text[:_LONGEST_TEXT])


def _duration(span: Span) -> str:
    return duration_text(span.duration_nano) if span.has_end else _NO_END


def _guides(nodes: Sequence[TreeNode]) -> Iterator[tuple[str, str]]:
    """Yield what stands before each row, and before a line that belongs under it."""
    continued: list[str] = []  # by depth: what the rows below have in that column
    for node in nodes:
        depth = node.depth
        del continued[depth:]
        outer = "".join(continued[max(1, depth - MAX_GUIDE_LEVELS) :])
        if depth > MAX_GUIDE_LEVELS:
            outer = f"⋯{outer}"
        branch = ("└ " if node.is_last else "├ ") if depth else ""
        continued.append("  " if node.is_last else "│ ")
        stem = ("│ " if node.child_count else "  ") if depth or node.child_count else ""
        yield outer + branch, outer + (continued[depth] if depth else "") + stem
