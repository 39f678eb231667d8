"""A trace as a sequence diagram in Mermaid: who called whom, and how long it took.

Participants are services, and peers that sent no spans of their own, such as databases.
Calls stand in tree order, so work done at the same time is drawn one after the other.

Source: docs/analysis.md, "Copies"; Mermaid, `sequenceDiagram`.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from devtrace.analysis.error import span_error
from devtrace.analysis.secrets import without_secrets
from devtrace.analysis.text_tree import ERROR_MARK
from devtrace.analysis.title import span_label
from devtrace.analysis.tree import TOP_LEVEL, TreeNode, children
from devtrace.model import semconv
from devtrace.model.semconv import first
from devtrace.model.span import Span, SpanKind
from devtrace.model.text import printable
from devtrace.model.time import duration_text

MAX_MESSAGES = 200
MAX_PARTICIPANTS = 40
MAX_LABEL_CHARACTERS = 80
_OTHERS = "others"
_ESCAPED = {ord(each): f"#{ord(each)};" for each in "#;<>%{}"}
"""What begins an entity, ends a statement, or is taken for HTML or a comment."""


def mermaid(nodes: Sequence[TreeNode]) -> str:
    """Return the rows of a trace as a Mermaid sequence diagram.

    Args:
        nodes: The rows that `assemble` or `subtree` returned.

    Returns:
        Text of bounded length, without the fence around it; nothing that senders wrote is
        syntax.
    """
    participants = _Participants()
    messages = list(_collapsed(_messages(nodes, participants)))
    shown = messages[:MAX_MESSAGES]
    lines = ["sequenceDiagram", *participants.lines(), *(f"    {each}" for each in shown)]
    if len(messages) > len(shown) and participants.names:
        lines.append(f"    Note over p0: … {len(messages) - len(shown)} more messages")
    return "\n".join(lines)


class _Participants:
    """Gives each service and peer a name that is safe to write."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        if name not in self.names and len(self.names) >= MAX_PARTICIPANTS - 1:
            name = _OTHERS
        return self.names.setdefault(name, f"p{len(self.names)}")

    def lines(self) -> Iterator[str]:
        for name, short in self.names.items():
            yield f"    participant {short} as {_label(name)}"


def _messages(nodes: Sequence[TreeNode], participants: _Participants) -> Iterator[str]:
    """Yield calls as they are entered, and their answers as they are left."""
    answers: list[tuple[int, str]] = []  # the row after the subtree, what is said there
    for index, node in enumerate(nodes):
        while answers and answers[-1][0] <= index:
            yield answers.pop()[1]
        if (span := node.span) is None:
            continue
        here = participants[span.service_name]
        above = nodes[node.parent].span if node.parent != TOP_LEVEL else None
        took = _outcome(span)
        if above is None:
            yield f"Note over {here}: {_label(span_label(span))} {took}"
        elif above.service_name == span.service_name:
            peer = _peer(span)
            if peer and not _calls_on(nodes, index):
                yield f"{here}->>{participants[peer]}: {_label(span_label(span))} {took}"
            elif span_error(span) is not None and not node.child_count:
                yield f"Note over {here}: {_label(span_label(span))} {took}"
        else:
            caller = participants[above.service_name]
            is_message = span.kind is SpanKind.CONSUMER or above.kind is SpanKind.PRODUCER
            arrow = "-)" if is_message else "->>"
            yield f"{caller}{arrow}{here}: {_label(span_label(span))}"
            answer = (
                f"Note over {here}: {took}" if is_message else f"{here}-->>{caller}: {took}"
            )
            answers.append((index + node.size, answer))
    while answers:
        yield answers.pop()[1]


def _collapsed(messages: Iterator[str]) -> Iterator[str]:
    """Write equal messages that follow each other once, with their number."""
    for message, group in groupby(messages):
        count = sum(1 for _ in group)
        yield f"{message} ×{count}" if count > 1 else message


def _calls_on(nodes: Sequence[TreeNode], index: int) -> bool:
    """Return whether another service took the call of row *index* up."""
    return any(nodes[child].span is not None for child in children(nodes, index))


def _peer(span: Span) -> str:
    """Return what a caller says of the other side; empty when it is no call."""
    if span.kind not in {SpanKind.CLIENT, SpanKind.PRODUCER}:
        return ""
    name = first(
        span.attributes,
        semconv.SERVICE_PEER_NAME,
        semconv.DB_SYSTEM_NAME,
        semconv.MESSAGING_SYSTEM,
        semconv.SERVER_ADDRESS,
        semconv.HTTP_HOST,
    )
    return "" if name is None else str(name)[: 4 * MAX_LABEL_CHARACTERS]


def _outcome(span: Span) -> str:
    error = span_error(span)
    took = duration_text(span.duration_nano)
    if error is None or not error.is_certain:
        return took
    return f"{took} {ERROR_MARK} {_label(error.text)}".rstrip()


def _label(text: str) -> str:
    """Return the start of *text* so that Mermaid only shows it."""
    head = without_secrets(text[: 2 * MAX_LABEL_CHARACTERS])
    if len(head) > MAX_LABEL_CHARACTERS:
        head = head[:MAX_LABEL_CHARACTERS] + "…"
    return printable(head).translate(_ESCAPED).strip() or "…"
