"""Links are followed back by looking for the trace's id in bytes, each payload once."""

from typing import Any

from opentelemetry.proto.trace.v1 import trace_pb2

from devtrace.store.limits import Limits
from devtrace.store.ring import TraceStore
from devtrace.tui.back_links import MAX_BACK_LINKS, PAYLOADS_PER_TICK, BackLinks
from tests.builders import T0, a_batch, a_span, span_id_of, trace_id_of


def a_link(trace: str, span: str) -> trace_pb2.Span.Link:
    """Return a link to a span of a trace."""
    return trace_pb2.Span.Link(
        trace_id=bytes.fromhex(trace_id_of(trace)), span_id=bytes.fromhex(span_id_of(span))
    )


def a_consumer(span: str, trace: str, *targets: tuple[str, str], **fields: Any) -> Any:
    """Return a span of a trace that links to others."""
    return a_span(span, trace=trace, links=[a_link(*target) for target in targets], **fields)


def a_store(*spans: Any) -> TraceStore:
    """Return a store that holds a published message, and more."""
    store = TraceStore()
    store.consume(a_batch(a_span("publish", trace="order"), *spans))
    return store


def sources(links: BackLinks, span: str) -> list[str]:
    """Return the ids of the spans that link to one."""
    return [link.span.span_id for link in links.to(span_id_of(span))]


def test_links_from_any_trace_are_found() -> None:
    """From another trace and from its own; what links elsewhere is none, nor is a mention."""
    store = a_store(
        a_consumer("mail", "mail", ("order", "publish")),
        a_consumer("own", "order", ("order", "publish")),
        a_consumer("other", "third", ("mail", "mail")),
        a_span("named", trace="fourth", attributes={"order.trace": trace_id_of("order")}),
        a_span("bytes", trace="fifth", attributes={"b": bytes.fromhex(trace_id_of("order"))}),
    )
    links = BackLinks(store, trace_id_of("order"))

    assert links.work()
    assert sorted(sources(links, "publish")) == sorted([span_id_of("mail"), span_id_of("own")])
    assert links.counts == {span_id_of("publish"): 2}
    assert sources(links, "own") == []


def test_one_span_counts_once_for_each_that_it_links_to() -> None:
    """A batch links to several, and may name one of them twice."""
    store = a_store(
        a_span("again", trace="order"),
        a_consumer("batch", "mail", *[("order", "publish")] * 2, ("order", "again")),
    )
    links = BackLinks(store, trace_id_of("order"))
    links.work()

    assert links.counts == {span_id_of("publish"): 1, span_id_of("again"): 1}


def test_what_was_looked_at_is_not_looked_at_again() -> None:
    """A trace that grows costs what is new of it; without news nothing is looked at."""
    store = a_store(*(a_span(f"s{number}", trace="long") for number in range(50)))
    links = BackLinks(store, trace_id_of("order"))
    assert not links.work()
    assert links.looked_at == 51
    assert not links.work()
    assert links.looked_at == 51

    store.consume(a_batch(a_consumer("late", "long", ("order", "publish"))))
    assert links.work()
    assert links.looked_at == 52
    assert sources(links, "publish") == [span_id_of("late")]


def test_much_is_looked_at_in_pieces() -> None:
    """No tick takes longer than another, however much is held; the newest comes first."""
    store = a_store(
        *(a_span(f"s{number}", trace="long") for number in range(PAYLOADS_PER_TICK)),
    )
    store.consume(a_batch(a_consumer("mail", "mail", ("order", "publish"))))
    links = BackLinks(store, trace_id_of("order"))

    assert links.work()
    assert (links.looked_at, links.is_done) == (PAYLOADS_PER_TICK, False)
    links.work()
    assert (links.looked_at, links.is_done) == (PAYLOADS_PER_TICK + 2, True)


def test_links_of_evicted_traces_are_forgotten() -> None:
    """What cannot be gone to is not offered; when it comes again it is found again."""
    store = TraceStore(Limits(max_spans=2))
    publish = a_span("publish", trace="order")
    mail = a_consumer("mail", "mail", ("order", "publish"))
    store.consume(a_batch(publish, mail))
    store.pin(trace_id_of("order"))
    links = BackLinks(store, trace_id_of("order"))
    assert links.work()

    store.consume(a_batch(a_span("x", trace="x"), a_span("y", trace="y")))
    assert links.work()
    assert links.counts == {}
    store.consume(a_batch(mail, received=T0 + 1))
    assert links.work()
    assert sources(links, "publish") == [span_id_of("mail")]


def test_links_beyond_the_bound_are_counted() -> None:
    """A producer that everything links to does not fill the memory."""
    store = a_store()
    many = [
        a_consumer(f"m{number}", "mail", ("order", "publish"))
        for number in range(MAX_BACK_LINKS + 5)
    ]
    store.consume(a_batch(*many))
    links = BackLinks(store, trace_id_of("order"))
    links.work()

    assert len(sources(links, "publish")) == MAX_BACK_LINKS
    assert links.left_out == 5
