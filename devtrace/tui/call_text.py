"""The figures of calls in a few cells: how many, how many in vain, how long."""

from devtrace.analysis.peers import Node, NodeKind
from devtrace.analysis.quantity import number_text
from devtrace.analysis.services import Edge
from devtrace.analysis.tally import Tally
from devtrace.model.time import duration_text, percent_text
from devtrace.tui.text import Piece
from devtrace.tui.theme import Mark, Palette, ServiceHues

_MARKS = {
    NodeKind.SERVICE: Mark.SERVICE,
    NodeKind.CLIENTS: "◇",
    NodeKind.UNKNOWN: Mark.ORPHAN,
    NodeKind.DATABASE: "▤",
    NodeKind.QUEUE: "⇶",
    NodeKind.PEER: "○",
}

_WHOLE_RATES = 100
_SILENT = {NodeKind.CLIENTS: "sent no spans", NodeKind.UNKNOWN: "spans missing"}


def rate_text(count: int, seconds: int) -> str:
    """Return how many there were in a second, to three significant digits: `412`, `0.375`.

    Args:
        count: At least 0.
        seconds: At least 1.
    """
    rate = count / seconds
    return f"{rate:.3g}" if rate < _WHOLE_RATES else number_text(round(rate))


def node_mark(node: Node, palette: Palette, hues: ServiceHues) -> Piece:
    """Return the mark of what a node is, a service in its hue."""
    if node.kind is NodeKind.SERVICE:
        return (_MARKS[node.kind], palette.service(hues[node.name]))
    style = palette.warning if node.kind is NodeKind.UNKNOWN else palette.muted
    return (_MARKS[node.kind], style)


def node_figures(node: Node, tally: Tally, seconds: int, palette: Palette) -> list[Piece]:
    """Return the rate, errors and p95 of what a node took: `4.1/s ✘3% 41ms`."""
    if not tally.count:
        return [(_SILENT.get(node.kind, "takes no calls"), palette.faint)]
    rate = (f"{rate_text(tally.count, seconds)}/s", palette.text)
    return [rate, *call_figures(tally, palette)[1:]]


def call_figures(tally: Tally, palette: Palette) -> list[Piece]:
    """Return calls, share of errors if there are any, and p95: `412 ✘3 % 41ms`."""
    if not tally.count:
        return []
    pieces = [(number_text(tally.count), palette.text)]
    if tally.errors:
        share = percent_text(tally.errors, tally.count).replace(" %", "%")
        pieces.append((f" {Mark.ERROR}{share}", palette.error))
    pieces.append((f" {duration_text(tally.quantile(0.95))}", palette.muted))
    return pieces


def choice_text(choice: Node | Edge) -> str:
    """Return what a node or edge is called, such as `orders → payments`."""
    if isinstance(choice, Edge):
        if choice.is_own:
            return f"{choice.caller.name}, by itself"
        return f"{choice.caller.name} → {choice.callee.name}"
    return choice.name


def full_figures(tally: Tally, seconds: int, palette: Palette) -> list[Piece]:
    """Return everything that is known of some calls, in one line.

    Args:
        tally: The calls.
        seconds: Over how long, at least 1.
        palette: The styles.
    """
    if not tally.count:
        return [("no calls are held any more", palette.muted)]
    failed = palette.error if tally.errors else palette.muted
    mark = f"{Mark.ERROR} " if tally.errors else ""
    pieces = [
        (f"{number_text(tally.count)} call{'' if tally.count == 1 else 's'}", palette.text),
        (f"  {rate_text(tally.count, seconds)}/s", palette.text),
        (f"  {mark}{percent_text(tally.errors, tally.count)} errors", failed),
    ]
    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0)):
        pieces.append((f"  {name} ", palette.muted))
        pieces.append((duration_text(tally.quantile(share)), palette.text))
    return pieces
