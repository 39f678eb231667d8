"""Several traces drawn as one keep what each of them is by itself."""

from devtrace.model.steps import finish
from devtrace.tui.joined_waterfall import JoinedWaterfall, Part
from devtrace.tui.waterfall import Waterfall
from tests.builders import MILLISECOND, a_span, a_trace, span_id_of


def joined() -> JoinedWaterfall:
    """Return an order whose mail is sent by a host with another clock."""
    order = a_trace(
        a_span("publish", trace="order", duration_ms=10),
    )
    mail = a_trace(
        ("mail", a_span("mail", trace="mail", start_ms=50, duration_ms=10)),
        ("smtp", a_span("smtp", trace="mail", parent="mail", start_ms=30, duration_ms=5)),
    )
    parts = [Part(Waterfall(order), None), Part(Waterfall(mail), (0, span_id_of("publish")))]
    return JoinedWaterfall(parts, 0)


def test_clocks_are_set_within_each_trace() -> None:
    """A link says nothing about clocks; the place in the tree stays."""
    waterfall = joined()
    adjusted = finish(waterfall.adjusted_steps())

    names = [node.span.name for node in adjusted.nodes if node.span]
    assert names == ["publish", "mail", "smtp"]
    moved = adjusted.nodes[2].span
    assert moved is not None
    assert moved.start_time_unix_nano > waterfall.nodes[2].span.start_time_unix_nano  # type: ignore[union-attr]
    assert finish(adjusted.adjusted_steps()) is adjusted


def test_what_began_before_the_end_of_its_host_does_not_say_later() -> None:
    """It is only linked."""
    early = a_trace(a_span("mail", trace="mail", start_ms=5))
    order = a_trace(a_span("publish", trace="order", duration_ms=10))
    parts = [Part(Waterfall(order), None), Part(Waterfall(early), (0, span_id_of("publish")))]

    assert JoinedWaterfall(parts, 1).heads == {1: ("linked", "")}


def test_look_alikes_that_traces_hang_under_stay_apart() -> None:
    """A fold would hide the very traces one wanted to see."""
    sends = [
        a_span(f"send {n}", trace="job", name="send", parent="root", start_ms=n)
        for n in range(4)
    ]
    job = Waterfall(a_trace(a_span("root", trace="job", duration_ms=50), *sends))
    mail = Waterfall(a_trace(a_span("mail", trace="mail", start_ms=60)))
    assert job.run_of

    parts = [Part(job, None), Part(mail, (0, span_id_of("send 2")))]
    assert JoinedWaterfall(parts, 0).run_of == {}


def test_a_broken_trace_hangs_there_with_its_placeholder() -> None:
    """How much later it began is told of its first span."""
    order = a_trace(a_span("publish", trace="order", duration_ms=10))
    broken = a_trace(a_span("mail", trace="mail", parent="gone", start_ms=50))
    parts = [Part(Waterfall(order), None), Part(Waterfall(broken), (0, span_id_of("publish")))]
    waterfall = JoinedWaterfall(parts, 0)

    assert [node.depth for node in waterfall.nodes] == [0, 1, 2]
    assert waterfall.heads[1][0] == "linked, 40ms later"
    assert waterfall.duration_nano == 60 * MILLISECOND
