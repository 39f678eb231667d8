"""Everything a span has, as lines for the detail pane.

What one needs first comes first: what it was, whether it failed and why, how long it
took.  Keys are quiet, values plain; stack traces are laid out as they were printed.
"""

from collections.abc import Iterator, Mapping

from devtrace.analysis.error import span_error
from devtrace.analysis.timing import time_notes
from devtrace.analysis.title import NO_NAME
from devtrace.analysis.tree import TreeNode, explain
from devtrace.model.attributes import value_text
from devtrace.model.semconv import (
    EXCEPTION_EVENT,
    EXCEPTION_MESSAGE,
    EXCEPTION_STACKTRACE,
    EXCEPTION_TYPE,
    first,
)
from devtrace.model.span import Span, StatusCode
from devtrace.model.time import duration_text, moment_text
from devtrace.otlp.values import Event, Link, Value
from devtrace.tui.sheet import Line, Sheet
from devtrace.tui.text import display, fit, wrap
from devtrace.tui.theme import Mark, Palette, ServiceHues
from devtrace.tui.waterfall import Waterfall

MAX_STACK_LINES = 60
_EXCEPTION_KEYS = {*EXCEPTION_TYPE, *EXCEPTION_MESSAGE, *EXCEPTION_STACKTRACE}


class SpanText:
    """Writes the detail of nodes of one waterfall.

    Args:
        waterfall: The trace.
        palette: The styles of the current theme.
        hues: The hue of each service.
        width: Cells of a line.
        is_settled: Whether a parent that is not here may be called missing.
    """

    def __init__(
        self,
        waterfall: Waterfall,
        *,
        palette: Palette,
        hues: ServiceHues,
        width: int,
        is_settled: bool = True,
    ) -> None:
        self._waterfall = waterfall
        self._palette = palette
        self._hues = hues
        self._width = max(20, width)
        self._sheet = Sheet(palette, self._width)
        self._is_settled = is_settled

    def lines(self, index: int) -> list[Line]:
        """Return the lines for node *index*: a span, or a placeholder's explanation."""
        node = self._waterfall.nodes[index]
        if node.span is None:
            return list(self._placeholder(node))
        return list(self._span(index, node, node.span))

    def _placeholder(self, node: TreeNode) -> Iterator[Line]:
        palette = self._palette
        yield [
            (Mark.ORPHAN + " ", palette.warning),
            (display("A span that is not here", self._width - 2), palette.strong),
        ]
        reason = explain(node, settled=self._is_settled) or ""
        yield from self._sheet.paragraph(reason, palette.text)
        yield []
        yield from self._sheet.pairs(
            {"span id": node.span_id, "children": f"{node.child_count}"}
        )
        yield []
        yield from self._sheet.paragraph(
            "Its children name it as their parent. It may still arrive, may have been lost "
            "by its exporter, or its service may send its spans elsewhere.",
            palette.muted,
        )

    def _span(self, index: int, node: TreeNode, span: Span) -> Iterator[Line]:
        palette = self._palette
        hue = palette.service(self._hues[span.service_name])
        yield [(Mark.SERVICE + " ", hue), (display(span.service_name, self._width - 2), hue)]
        yield from self._sheet.paragraph(span.name or NO_NAME, palette.strong)
        yield from self._outcome(span)
        if reason := explain(node, settled=self._is_settled):
            yield from self._sheet.paragraph(f"{Mark.FINDING} {reason}", palette.warning)
        received = self._waterfall.trace.last_received_unix_nano
        for note in (*time_notes(span, received_unix_nano=received), *span.notes):
            yield from self._sheet.paragraph(f"{Mark.FINDING} {note}", palette.warning)
        yield []
        yield from self._sheet.pairs(self._facts(index, span))
        yield from self._attributes(
            "Attributes", span.attributes, span.dropped_attributes_count
        )
        yield from self._sheet.section("Events", len(span.events), span.dropped_events_count)
        yield from self._sheet.each(
            span.events, "events", lambda event: self._event(span, event)
        )
        yield from self._sheet.section("Links", len(span.links), span.dropped_links_count)
        yield from self._sheet.each(span.links, "links", self._link)
        yield from self._origin(span)

    def _outcome(self, span: Span) -> Iterator[Line]:
        """Say whether the span failed, and if so why."""
        palette = self._palette
        error = span_error(span)
        if span.status_code is StatusCode.ERROR:
            text = span.status_message or (error.text if error else "")
            yield from self._sheet.paragraph(
                f"{Mark.ERROR} ERROR  {text}".rstrip(), palette.error
            )
        elif error is not None:
            yield from self._sheet.paragraph(
                f"{Mark.FINDING} probably failed: {error.text}", palette.warning
            )
        elif span.status_code is StatusCode.OK:
            yield [(f"{Mark.OK} OK", palette.success)]
        if span.status_message and span.status_code is not StatusCode.ERROR:
            yield from self._sheet.paragraph(
                f"status message: {span.status_message}", palette.faint
            )

    def _facts(self, index: int, span: Span) -> dict[str, str]:
        waterfall = self._waterfall
        facts = {"kind": span.kind.name.lower()}
        if span.has_end and span.start_time_unix_nano:
            facts["duration"] = duration_text(span.duration_nano)
            facts["self"] = duration_text(waterfall.self_times_nano[index])
        if critical := waterfall.critical_shares.get(index):
            share = 100 * critical // waterfall.duration_nano
            facts["critical"] = f"{duration_text(critical)}  {share} %"
        facts["start"] = _moment(span.start_time_unix_nano)
        if span.start_time_unix_nano:
            facts["in trace"] = f"+{duration_text(span.start_time_unix_nano - waterfall.start)}"
        facts["end"] = _moment(span.end_time_unix_nano)
        facts["trace id"] = span.trace_id
        facts["span id"] = span.span_id
        facts["parent"] = span.parent_span_id or "none, a root span"
        if span.flags:
            facts["flags"] = _flags_text(span.flags, "parent")
        if span.trace_state:
            facts["trace state"] = span.trace_state
        return facts

    def _event(self, span: Span, event: Event) -> Iterator[Line]:
        palette = self._palette
        at = "no time"
        if event.time_unix_nano:
            at = f"+{duration_text(event.time_unix_nano - span.start_time_unix_nano)}"
        kind = first(event.attributes, EXCEPTION_TYPE)
        is_exception = event.name == EXCEPTION_EVENT or kind is not None
        mark = (Mark.ERROR, palette.error) if is_exception else (Mark.EVENT, palette.accent)
        name = display(event.name or NO_NAME, self._width - 14)
        yield [
            ("  ", palette.muted),
            mark,
            (f" {fit(at, 8)} ", palette.muted),
            (name, palette.text),
        ]
        attributes = event.attributes
        if is_exception:
            yield from self._exception(attributes)
            attributes = {key: v for key, v in attributes.items() if key not in _EXCEPTION_KEYS}
        yield from self._values(attributes, indent=4)
        yield from self._sheet.dropped(event.dropped_attributes_count)

    def _exception(self, attributes: Mapping[str, Value]) -> Iterator[Line]:
        palette = self._palette
        kind = value_text(first(attributes, EXCEPTION_TYPE) or "exception")
        message = first(attributes, EXCEPTION_MESSAGE)
        text = message if isinstance(message, str) else value_text(message)
        head = f"{kind}: {text}" if message is not None else kind
        yield from self._sheet.paragraph(head, palette.error, indent=4)
        stack = first(attributes, EXCEPTION_STACKTRACE)
        if stack is not None:
            text = stack if isinstance(stack, str) else value_text(stack)
            for line in wrap(text.strip("\n"), self._width - 4, max_lines=MAX_STACK_LINES):
                yield [("    ", palette.muted), (line, palette.muted)]

    def _link(self, link: Link) -> Iterator[Line]:
        palette = self._palette
        is_here = link.trace_id == self._waterfall.trace.trace_id
        target = self._waterfall.index_by_key.get(link.span_id) if is_here else None
        span = self._waterfall.nodes[target].span if target is not None else None
        yield [
            (f"  {Mark.LINK} ", palette.accent),
            (
                display(
                    f"{span.service_name} {span.name or NO_NAME}"
                    if span
                    else "a span that is not in this trace",
                    self._width - 4,
                ),
                palette.text,
            ),
        ]
        yield from self._sheet.pairs(
            {"trace id": link.trace_id, "span id": link.span_id}, indent=4
        )
        if link.trace_state:
            yield from self._sheet.pairs({"trace state": link.trace_state}, indent=4)
        if link.flags:
            yield from self._sheet.pairs({"flags": _flags_text(link.flags, "span")}, indent=4)
        yield from self._values(link.attributes, indent=4)
        yield from self._sheet.dropped(link.dropped_attributes_count)

    def _origin(self, span: Span) -> Iterator[Line]:
        """Say who sent the span: its resource and its scope."""
        resource, scope = span.resource, span.scope
        yield from self._attributes(
            "Resource", resource.attributes, resource.dropped_attributes_count
        )
        if resource.schema_url:
            yield from self._sheet.pairs({"schema url": resource.schema_url})
        yield from self._sheet.section(
            "Scope", 1, scope.dropped_attributes_count, counted=False
        )
        yield from self._sheet.pairs(
            {"name": scope.name or "none", "version": scope.version or "none"}
            | ({"schema url": scope.schema_url} if scope.schema_url else {})
        )
        yield from self._values(scope.attributes, indent=2)
        for note in (*resource.notes, *scope.notes):
            yield from self._sheet.paragraph(f"{Mark.FINDING} {note}", self._palette.warning)

    # -- shapes ----------------------------------------------------------------------

    def _attributes(
        self, title: str, attributes: Mapping[str, Value], dropped: int
    ) -> Iterator[Line]:
        yield from self._sheet.section(title, len(attributes), dropped)
        yield from self._values(attributes, indent=2)

    def _values(self, attributes: Mapping[str, Value], *, indent: int) -> Iterator[Line]:
        texts = {key or '""': value_text(value) for key, value in attributes.items()}
        yield from self._sheet.pairs(texts, indent=indent)


def _moment(unix_nano: int) -> str:
    """Return local date and time to the microsecond, without the offset from UTC."""
    return moment_text(unix_nano)[:26].replace("T", " ")


def _flags_text(flags: int, what: str) -> str:
    """Return trace flags with what their bits say, of *what* (SpanFlags in trace.proto)."""
    parts = [f"0x{flags:x}"]
    if flags & 0x01:
        parts.append("sampled")
    if flags & 0x02:
        parts.append("random trace id")
    if flags & 0x100:
        parts.append(f"{what} is remote" if flags & 0x200 else f"{what} is local")
    return "  ".join(parts)
