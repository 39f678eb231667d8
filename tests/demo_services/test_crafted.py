"""Crafted spans are a sound trace that arrives in the worst order."""

from collections.abc import Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.trace import SpanContext, TraceFlags

from demo_services import crafted, telemetry
from demo_services.crafted import craft, send

ABOVE = SpanContext(7, 8, is_remote=False, trace_flags=TraceFlags(1))


class Exporter:
    """Notes what it is given."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.is_shut_down = False
        self.spans = self

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Note the names."""
        self.batches.append([span.name for span in spans])
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Note it."""
        self.is_shut_down = True


def test_spans_are_children_of_the_request_and_within_their_parents() -> None:
    """In themselves they are all that a trace should be."""
    spans = craft(ABOVE, now=10**18)

    by_id = {span.get_span_context().span_id: span for span in spans}
    assert len(by_id) == 4
    root, *others = spans
    assert root.parent == ABOVE
    for span in others:
        assert span.parent is not None
        parent = by_id[span.parent.span_id]
        assert (parent.start_time or 0) <= (span.start_time or 0)
        assert (span.end_time or 0) <= (parent.end_time or 0)
    assert {span.get_span_context().trace_id for span in spans} == {7}
    assert {span.resource.attributes["service.name"] for span in spans} == {"warehouse"}


async def test_they_are_sent_late_twice_and_out_of_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The root comes last of all."""
    exporter = Exporter()
    monkeypatch.setattr(crafted, "LATE_SECONDS", 0)
    monkeypatch.setattr(telemetry, "make_exporters", lambda: exporter)

    await send(craft(ABOVE, now=10**18))

    assert exporter.batches == [
        ["parcel.send"],
        ["parcel.pack", "label.print"],
        ["parcel.send", "label.print", "parcel.pack"],
        ["POST /parcels"],
        ["POST /parcels"],
    ]
    assert exporter.is_shut_down
