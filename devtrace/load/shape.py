"""What made-up traces look like: services that call each other, as real ones do.

A trace is one request through a landscape of services.  Each service has a few
endpoints and a database of its own; a request enters at the first service and spreads
by calls, queries, messages and work inside, until it has as many spans as asked for.
Names and attributes follow the semantic conventions and have few values, a child runs
within its parent, and an error begins in one span, is recorded there as an exception
and makes every caller above fail.

The same random numbers make the same traces.

Source: semantic-conventions 1.44.0, HTTP, RPC, database and messaging spans.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import chain

from devtrace.model import semconv
from devtrace.model.span import SpanKind

MILLISECOND = 1_000_000

_SERVICE_NAMES = (
    "gateway", "orders", "payments", "inventory", "users", "catalog", "shipping", "search",
    "notifications", "pricing", "recommendations", "reviews", "sessions", "billing", "tax", "audit",
)  # fmt: skip
_VERBS = ("GET", "POST", "GET", "PUT")
_QUERIES = ("SELECT", "INSERT", "SELECT", "UPDATE")
_DATABASES = ("postgresql", "redis", "mysql", "mongodb")
_WORK = ("validate", "load settings", "compute totals", "check permissions")
_ENDPOINTS_PER_SERVICE = 4
_METHOD = semconv.HTTP_REQUEST_METHOD[0]
_STATUS_CODE = semconv.HTTP_RESPONSE_STATUS_CODE[0]
_DIGITS, _LARGE_ATTRIBUTE = "0123456789", "app.large"
_EXCEPTIONS = (
    ("TimeoutError", "the query took longer than 2000 ms"),
    ("ConnectionResetError", "the connection was reset by the peer"),
    ("CardDeclinedError", "the bank declined the card: insufficient funds"),
    ("OutOfStockError", "no stock left of SKU 4711"),
)


class Role(IntEnum):
    """What a span does; its kind, name and attributes follow."""

    HANDLER = 0
    """An endpoint of a service."""
    CALL = 1
    """A request to another service; its one child is that service's handler."""
    QUERY = 2
    """A statement to the service's own database."""
    PUBLISH = 3
    """A message, read by its one child."""
    CONSUME = 4
    WORK = 5
    """Something inside a service."""


_SPREADING = frozenset({Role.HANDLER, Role.CONSUME, Role.WORK})
_ANSWERED_BY = {Role.CALL: Role.HANDLER, Role.PUBLISH: Role.CONSUME}
_KINDS = {
    Role.HANDLER: SpanKind.SERVER,
    Role.CALL: SpanKind.CLIENT,
    Role.QUERY: SpanKind.CLIENT,
    Role.PUBLISH: SpanKind.PRODUCER,
    Role.CONSUME: SpanKind.CONSUMER,
    Role.WORK: SpanKind.INTERNAL,
}
_CHOICES = (Role.CALL, Role.CALL, Role.QUERY, Role.QUERY, Role.WORK, Role.PUBLISH)

Value = str | int


@dataclass(slots=True)
class MadeSpan:
    """One span of a made-up trace, before it has ids."""

    role: Role
    service: int
    """Number of the service it runs in."""
    parent: int | None
    """Number of its parent within the trace; None of the first span only."""
    depth: int
    """1 for the root."""
    name: str = ""
    start_nano: int = 0
    """Since the start of the trace."""
    end_nano: int = 0
    attributes: dict[str, Value] = field(default_factory=dict)
    exception: tuple[str, str] | None = None
    """Type and message of what was raised here."""
    has_error: bool = False

    @property
    def kind(self) -> SpanKind:
        """What OpenTelemetry calls its role."""
        return _KINDS[self.role]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a user may decide about made-up traces.

    Raises:
        ValueError: If a count is too low or the share is none.
    """

    spans_per_trace: int = 16
    depth: int = 6
    """Most levels of a trace; at least 2 where there are several spans."""
    services: int = 6
    error_share: float = 0.05
    """Of the traces, from 0 to 1."""
    attributes_per_span: int = 8
    """What the conventions give a span is filled up to so many."""
    attribute_bytes: int = 0
    """Length of the text of one attribute more; 0 is without it."""
    names: int = 0
    """Spans are numbered, so that they have at least so many names; 0 leaves the few there are."""
    is_reversed: bool = False
    """Whether children are sent before their parents."""
    is_one_trace: bool = False
    """Whether all spans there are have one trace id."""

    def __post_init__(self) -> None:
        for name in ("spans_per_trace", "depth", "services"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        for name in ("attribute_bytes", "names"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must be at least 0, got {getattr(self, name)}")
        if not 0 <= self.error_share <= 1:
            raise ValueError(f"error_share must be from 0 to 1, got {self.error_share}")


def service_name(number: int) -> str:
    """Return the name of service *number*: the first few have names of their own."""
    if number < len(_SERVICE_NAMES):
        return _SERVICE_NAMES[number]
    return f"service-{number + 1}"


def resource_attributes(number: int) -> Mapping[str, Value]:
    """Return what service *number* says of itself."""
    return {
        semconv.SERVICE_NAME[0]: service_name(number),
        semconv.SERVICE_VERSION[0]: f"1.{number}.0",
        semconv.SERVICE_INSTANCE_ID[0]: f"{service_name(number)}-0",
        semconv.DEPLOYMENT_ENVIRONMENT_NAME[0]: "load",
        "telemetry.sdk.name": "devtrace load",
    }


def made_trace(shape: Shape, chance: random.Random, *, fails: bool) -> list[MadeSpan]:
    """Return one trace, parents before their children.

    Args:
        shape: How large and how deep.
        chance: What is drawn from.
        fails: Whether one of its spans raises an exception.
    """
    spans = _spread(shape, chance)
    _lay_out(spans, chance)
    for span in spans:
        above = None if span.parent is None else spans[span.parent]
        _describe(span, above, chance, shape.attributes_per_span)
    if fails:
        _fail(spans, chance)
    return spans


def enlarge(traces: Iterable[Sequence[MadeSpan]], shape: Shape) -> None:
    """Give the spans of all traces what *shape* asks for beyond what is likely."""
    text = (_DIGITS * (shape.attribute_bytes // len(_DIGITS) + 1))[: shape.attribute_bytes]
    for number, span in enumerate(chain.from_iterable(traces)):
        if shape.names:
            span.name += f" {number % shape.names + 1}"
        if text:
            span.attributes[_LARGE_ATTRIBUTE] = text


def _spread(shape: Shape, chance: random.Random) -> list[MadeSpan]:
    """Grow a tree: the first branch goes as deep as it may, the others where chance has it."""
    spans = [MadeSpan(Role.HANDLER, 0, None, 1)]
    max_depth = max(shape.depth, 2)
    spreading = [0]
    is_first_branch = True
    while len(spans) < shape.spans_per_trace:
        above = spans[-1]
        is_first_branch = is_first_branch and above.depth < max_depth
        is_answer = above.role in _ANSWERED_BY and above.depth < max_depth
        parent = len(spans) - 1 if is_answer or is_first_branch else chance.choice(spreading)
        above = spans[parent]
        service = above.service
        if is_answer:
            role = _ANSWERED_BY[above.role]
            if shape.services > 1:
                service = (service + chance.randrange(1, shape.services)) % shape.services
        else:
            role = chance.choice(_CHOICES)
            if is_first_branch and role is Role.QUERY:
                role = Role.CALL
        spans.append(MadeSpan(role, service, parent, above.depth + 1))
        if role in _SPREADING and above.depth + 1 < max_depth:
            spreading.append(len(spans) - 1)
    return spans


def _lay_out(spans: list[MadeSpan], chance: random.Random) -> None:
    """Give every span its time, within that of its parent."""
    children: list[list[MadeSpan]] = [[] for _ in spans]
    for span in spans[1:]:
        children[span.parent or 0].append(span)
    spans[0].end_nano = round(chance.lognormvariate(4.2, 0.6) * MILLISECOND)
    for number, span in enumerate(spans):
        below = children[number]
        if not below:
            continue
        room = span.end_nano - span.start_nano
        share = 1.0 if chance.random() < 0.2 else 1 / len(below)  # some fan out at once
        for place, child in enumerate(below):
            begins = 0.02 if share == 1.0 else (place + 0.1 * chance.random()) / len(below)
            lasts = share * chance.uniform(0.4, 0.85)
            child.start_nano = span.start_nano + int(room * begins)
            child.end_nano = child.start_nano + int(room * lasts)


def _describe(
    span: MadeSpan, above: MadeSpan | None, chance: random.Random, attribute_count: int
) -> None:
    """Give *span* a name and attributes that fit its role; *above* has them already."""
    choice = chance.randrange(_ENDPOINTS_PER_SERVICE)
    name = service_name(span.service)
    match span.role:
        case Role.HANDLER:
            method = _VERBS[choice]
            if above is not None:
                method = str(above.attributes[_METHOD])
                above.attributes[semconv.SERVER_ADDRESS[0]] = f"{name}.internal"
            route = f"/{name}" if choice % 2 else f"/{name}/{{id}}"
            span.name = f"{method} {route}"
            span.attributes = {
                _METHOD: method,
                semconv.HTTP_ROUTE[0]: route,
                semconv.URL_PATH[0]: route.replace("{id}", str(chance.randrange(100, 999))),
                semconv.URL_SCHEME[0]: "http",
                _STATUS_CODE: 200,
            }
        case Role.CALL:
            method = span.name = _VERBS[choice]
            span.attributes = {
                _METHOD: method,
                semconv.SERVER_ADDRESS[0]: "example.com",
                semconv.SERVER_PORT[0]: 8080,
                _STATUS_CODE: 200,
            }
        case Role.QUERY:
            query = _QUERIES[choice]
            span.name = f"{query} {name}"
            span.attributes = {
                semconv.DB_SYSTEM_NAME[0]: _DATABASES[span.service % len(_DATABASES)],
                semconv.DB_OPERATION_NAME[0]: query,
                semconv.DB_COLLECTION_NAME[0]: name,
                semconv.DB_QUERY_SUMMARY[0]: span.name,
            }
        case Role.PUBLISH | Role.CONSUME:
            verb = "send" if span.role is Role.PUBLISH else "process"
            span.name = f"{verb} events"
            span.attributes = {
                semconv.MESSAGING_SYSTEM[0]: "kafka",
                semconv.MESSAGING_OPERATION_NAME[0]: verb,
                semconv.MESSAGING_OPERATION_TYPE[0]: verb,
                semconv.MESSAGING_DESTINATION_NAME[0]: "events",
            }
        case Role.WORK:
            span.name = _WORK[choice]
            span.attributes = {semconv.CODE_FUNCTION_NAME[0]: span.name.replace(" ", "_")}
    for number in range(len(span.attributes), attribute_count):
        span.attributes[f"app.attribute.{number}"] = f"value {(number + choice) % 10}"


def _fail(spans: list[MadeSpan], chance: random.Random) -> None:
    """Let one of the deepest spans raise an exception, and every caller above it fail."""
    deepest = max(span.depth for span in spans)
    origin = chance.choice([span for span in spans if span.depth == deepest])
    origin.exception = chance.choice(_EXCEPTIONS)
    failing: MadeSpan | None = origin
    while failing is not None:
        failing.has_error = True
        if _STATUS_CODE in failing.attributes:
            failing.attributes[_STATUS_CODE] = 500
        failing.attributes[semconv.ERROR_TYPE[0]] = origin.exception[0]
        above = None if failing.parent is None else spans[failing.parent]
        # Who published a message does not learn what became of it.
        failing = None if above is not None and above.role is Role.PUBLISH else above
