"""Everything a span has, as lines for the detail pane.

What one needs first comes first: what it was, whether it failed and why, how long it
took.  Keys are quiet, values plain; stack traces are laid out as they were printed.
"""

from collections.abc import Container, Iterator, Sequence

from devtrace.analysis.adjust import shift_note
from devtrace.analysis.error import span_error
from devtrace.analysis.standing import Standing
from devtrace.analysis.timing import time_notes
from devtrace.analysis.title import NO_NAME
from devtrace.analysis.tree import TreeNode, explain
from devtrace.model.log import LogRecord
from devtrace.model.resource import UNKNOWN_SERVICE
from devtrace.model.semconv import EXCEPTION_EVENT
from devtrace.model.span import Span, StatusCode
from devtrace.model.time import duration_text, offset_text, percent_text
from devtrace.otlp.values import Event, Link
from devtrace.tui.attribute_text import (
    AttributeText,
    flags_text,
    is_exception,
    local_moment,
    without_exception,
)
from devtrace.tui.back_links import BackLink
from devtrace.tui.bars import share_mark
from devtrace.tui.guides import INWARD, OUTWARD, kind_word
from devtrace.tui.log_text import LogText
from devtrace.tui.sheet import Line, Sheet
from devtrace.tui.text import display, fit
from devtrace.tui.theme import Mark, Palette, ServiceHues
from devtrace.tui.waterfall import Waterfall


class SpanText:
    """Writes the detail of nodes of one waterfall.

    Args:
        waterfall: The trace.
        palette: The styles of the current theme.
        hues: The hue of each service.
        width: Cells of a line.
        is_settled: Whether a parent that is not here may be called missing.
        logs: The log records of the trace, in order of time.
        linked: Ids of other traces that are held, as far as links name them.
        stands: Where the span's duration stands among those of its operation.
        linked_from: The links that lead to the span.
    """

    def __init__(
        self,
        waterfall: Waterfall,
        *,
        palette: Palette,
        hues: ServiceHues,
        width: int,
        is_settled: bool = True,
        logs: Sequence[LogRecord] = (),
        linked: Container[str] = (),
        stands: Standing | None = None,
        linked_from: Sequence[BackLink] = (),
    ) -> None:
        self._waterfall = waterfall
        self._palette = palette
        self._hues = hues
        self._width = max(20, width)
        self._sheet = Sheet(palette, self._width)
        self._written = AttributeText(self._sheet, palette, self._width)
        self._is_settled = is_settled
        self._logs = logs
        self._linked = linked
        self._stands = stands
        self._linked_from = linked_from

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
        if span.service_name.startswith(UNKNOWN_SERVICE):
            hint = f"{Mark.FINDING} the sender has no name: set OTEL_SERVICE_NAME"
            yield from self._sheet.paragraph(hint, palette.warning)
        if note := shift_note(span):
            yield from self._sheet.paragraph(f"{Mark.FINDING} {note}", palette.warning)
        received = self._waterfall.trace.last_received_unix_nano
        for note in (*time_notes(span, received_unix_nano=received), *span.notes):
            yield from self._sheet.paragraph(f"{Mark.FINDING} {note}", palette.warning)
        yield []
        yield from self._sheet.pairs(self._facts(index, span))
        yield from self._written.section(
            "Attributes", span.attributes, span.dropped_attributes_count
        )
        yield from self._sheet.section("Events", len(span.events), span.dropped_events_count)
        yield from self._sheet.each(
            span.events, "events", lambda event: self._event(span, event)
        )
        yield from self._sheet.section("Links", len(span.links), span.dropped_links_count)
        yield from self._sheet.each(span.links, "links", self._link)
        yield from self._sheet.section("Linked from", len(self._linked_from), 0)
        yield from self._sheet.each(
            self._linked_from,
            "links",
            self._back_link,
            way_to_all="following the link lists them",
        )
        yield from self._log_records(span)
        yield from self._written.origin(span.scope)

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
        arrow = f"{INWARD.get(span.kind, '')}{Mark.SERVICE}{OUTWARD.get(span.kind, '')}"
        facts = {"kind": f"{arrow} {kind_word(span.kind)}"}
        if (peer := waterfall.peers.of(index)) is not None:
            facts["peer"] = f"{Mark.PEER} {peer.name}\n{peer.kind}, sent no spans of its own"
        if span.has_end and span.start_time_unix_nano:
            facts["duration"] = duration_text(span.duration_nano)
            facts["self"] = duration_text(waterfall.self_times_nano[index])
        if self._stands is not None:
            facts["stands"] = _standing_text(self._stands)
        if critical := waterfall.critical_shares.get(index):
            share = percent_text(critical, waterfall.whole_of_shares_nano)
            facts["critical"] = f"{duration_text(critical)}  {share}"
        facts["start"] = local_moment(span.start_time_unix_nano)
        if span.start_time_unix_nano:
            facts["in trace"] = offset_text(span.start_time_unix_nano - waterfall.start)
        facts["end"] = local_moment(span.end_time_unix_nano)
        facts["trace id"] = span.trace_id
        facts["span id"] = span.span_id
        facts["parent"] = span.parent_span_id or "none, a root span"
        if span.flags:
            facts["flags"] = flags_text(span.flags, "parent")
        if span.trace_state:
            facts["trace state"] = span.trace_state
        return facts

    def _event(self, span: Span, event: Event) -> Iterator[Line]:
        palette = self._palette
        at = "no time"
        if event.time_unix_nano:
            at = offset_text(event.time_unix_nano - span.start_time_unix_nano)
        has_exception = event.name == EXCEPTION_EVENT or is_exception(event.attributes)
        mark = (Mark.ERROR, palette.error) if has_exception else (Mark.EVENT, palette.accent)
        name = display(event.name or NO_NAME, self._width - 14)
        yield [
            ("  ", palette.muted),
            mark,
            (f" {fit(at, 8)} ", palette.muted),
            (name, palette.text),
        ]
        attributes = event.attributes
        if has_exception:
            yield from self._written.exception(attributes, indent=4)
            attributes = without_exception(attributes)
        yield from self._written.values(attributes, indent=4)
        yield from self._sheet.dropped(event.dropped_attributes_count)

    def _link(self, link: Link) -> Iterator[Line]:
        palette = self._palette
        is_here = link.trace_id == self._waterfall.trace.trace_id
        target = self._waterfall.index_by_key.get(link.span_id) if is_here else None
        span = self._waterfall.nodes[target].span if target is not None else None
        if span is not None:
            text = f"{span.service_name} {span.name or NO_NAME}"
        elif is_here:
            text = "a span of this trace that is not here"
        elif link.trace_id in self._linked:
            text = "a span in another trace held here"
        else:
            text = "a span in a trace that is not held"
        yield [
            (f"  {Mark.LINK} ", palette.accent),
            (display(text, self._width - 4), palette.text),
        ]
        yield from self._sheet.pairs(
            {"trace id": link.trace_id, "span id": link.span_id}, indent=4
        )
        if link.trace_state:
            yield from self._sheet.pairs({"trace state": link.trace_state}, indent=4)
        if link.flags:
            yield from self._sheet.pairs({"flags": flags_text(link.flags, "span")}, indent=4)
        yield from self._written.values(link.attributes, indent=4)
        yield from self._sheet.dropped(link.dropped_attributes_count)

    def _back_link(self, link: BackLink) -> Iterator[Line]:
        palette, span = self._palette, link.span
        hue = palette.service(self._hues[span.service_name])
        where = "this" if span.trace_id == self._waterfall.trace.trace_id else "another"
        text = f"{span.service_name} {span.name or NO_NAME}"
        yield [
            (f"  {Mark.LINKED} ", palette.accent),
            (Mark.SERVICE + " ", hue),
            (display(text, self._width - 6), palette.text),
        ]
        yield from self._sheet.pairs(
            {"in": f"{where} trace", "trace id": span.trace_id, "span id": span.span_id},
            indent=4,
        )

    def _log_records(self, span: Span) -> Iterator[Line]:
        records = [record for record in self._logs if record.span_id == span.span_id]
        text = LogText(palette=self._palette, hues=self._hues, width=self._width)
        yield from self._sheet.section("Logs", len(records), 0)
        yield from self._sheet.each(
            records,
            "log records",
            lambda record: text.brief(record, since_unix_nano=span.start_time_unix_nano),
            way_to_all="the logs of the trace list all of them",
        )


def _standing_text(stands: Standing) -> str:
    """Return a percentile and a histogram in which the span's own column is in brackets."""
    most = max(stands.buckets)
    columns = [share_mark(count, most) for count in stands.buckets]
    columns[stands.own] = f"[{columns[stands.own]}]"
    ends = f"{duration_text(stands.least_nano)} {''.join(columns)} {duration_text(stands.most_nano)}"
    return f"p{stands.percent} of {stands.compared} held\n{ends}"
