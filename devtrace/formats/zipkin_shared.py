"""Span ids that two of Zipkin's spans share: the caller's and the called one's.

Where both halves are at hand, the SERVER gets an id of its own under the CLIENT, and
the spans that hung under the id move to it, unless they are plainly the caller's.

Source: jaeger `internal/uimodel/adjuster/spaniduniquifier.go`; zipkin `SpanNode`.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from devtrace.formats.foreign import SPAN_ID_DIGITS, TRACE_ID_DIGITS, id_of, text_of


class OwnIds(NamedTuple):
    """Ids of a span by which it can be told from every other."""

    span_id: str
    parent_span_id: str
    """Empty for a root."""
    is_replaced: bool = False
    """Whether it shared its id and has another now."""


class _Half(NamedTuple):
    service_name: str
    span_id: str


def own_ids(spans: Sequence[dict[str, Any]]) -> Iterator[OwnIds]:
    """Yield the ids of each of *spans*, in order.

    Args:
        spans: Zipkin v2 spans of any traces.
    """
    clients: dict[tuple[str, str], str] = {}
    servers: defaultdict[tuple[str, str], list[_Half]] = defaultdict(list)
    for span in spans:
        if span.get("kind") == "CLIENT":
            clients[_key(span)] = _service_name(span)
    for span in spans:
        key = _key(span)
        if span.get("kind") == "SERVER" and key in clients:
            service_name = _service_name(span)
            servers[key].append(_Half(service_name, _new_id(key, service_name)))
    for span in spans:
        key = trace_id, span_id = _key(span)
        if span.get("kind") == "SERVER" and key in clients:
            yield OwnIds(_new_id(key, _service_name(span)), span_id, is_replaced=True)
            continue
        parent, _ = id_of(span.get("parentId"), SPAN_ID_DIGITS)
        halves = servers.get((trace_id, parent), ())
        caller = clients.get((trace_id, parent), "")
        if parent == span_id:
            parent = ""
        yield OwnIds(span_id, _under(parent, _service_name(span), caller, halves))


def _under(parent: str, service_name: str, caller: str, halves: Sequence[_Half]) -> str:
    """Return the half of *parent* under which a span of *service_name* belongs."""
    if not parent or not halves:
        return parent
    own = next((half for half in halves if half.service_name == service_name), None)
    if own is None and service_name and service_name == caller:
        return parent
    return (own or halves[0]).span_id


def _key(span: dict[str, Any]) -> tuple[str, str]:
    trace_id, _ = id_of(span.get("traceId"), TRACE_ID_DIGITS)
    span_id, _ = id_of(span.get("id"), SPAN_ID_DIGITS)
    return trace_id, span_id


def _service_name(span: dict[str, Any]) -> str:
    endpoint = span.get("localEndpoint")
    return text_of(endpoint.get("serviceName")) if isinstance(endpoint, dict) else ""


def _new_id(key: tuple[str, str], service_name: str) -> str:
    """Return an id that is the same whenever the document is read again."""
    digest = blake2b("\0".join((*key, service_name)).encode("utf-8", "replace"), digest_size=8)
    return digest.hexdigest()
