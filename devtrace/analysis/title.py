"""One line of what a span did, in the words a person would use.

`POST /checkout → 402` says more than `POST`, and `kafka send orders ×20` more than
`orders send`.  The families of semantic conventions are asked in order; the first
that recognises its attributes and can make a line of them is taken.  Values may have
any type: numbers arrive as strings and the reverse.  Nothing here is shortened to a
width or made safe for a terminal; that is the display's part.

Source: docs/analysis.md, "Titles"; semantic-conventions 1.44.0.
"""

import re
from collections.abc import Callable
from itertools import islice
from urllib.parse import SplitResult, urlsplit

from devtrace.model import semconv
from devtrace.model.semconv import Key, first
from devtrace.model.span import Span, SpanKind
from devtrace.otlp.values import Value

NO_NAME = "<no name>"
"""What stands for an empty span name."""

_MAX_TEXT_CHARACTERS = 80
_MAX_QUERY_CHARACTERS = 40
_MAX_VALUE_CHARACTERS = 4_096
_REDACTED = "REDACTED"

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,19}")

_BORDER_KINDS = frozenset(
    {SpanKind.SERVER, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER}
)


def span_title(span: Span) -> str:
    """Return one line of what *span* did, from the semantic conventions it follows.

    Decodes the span's attributes.

    Returns:
        Such as `GET /users/{id} → 200`; the span's name when no convention fits.
    """
    namespaces = {key.partition(".")[0] for key in span.attributes}
    for namespace, title_of in _FAMILIES:
        if namespace in namespaces and (title := title_of(span)):
            return title
    return span.name or NO_NAME


def span_label(span: Span) -> str:
    """Return what a tree row says of *span*.

    Where work crosses a border its title tells most; within a process the name
    does, which somebody chose to tell just that.  Of a URL on this machine the port
    is enough.
    """
    if span.kind not in _BORDER_KINDS:
        return span.name or NO_NAME
    return _LOOPBACK_BEFORE_PORT.sub("", span_title(span), count=1)


_LOOPBACK_BEFORE_PORT = re.compile(r"(?<= )(?:localhost|127\.0\.0\.1|\[::1\])(?=:\d+/)")


# -- GenAI, MCP --------------------------------------------------------------------


def _mcp(span: Span) -> str:
    """`tools/call get_weather`."""
    method = _text(span, semconv.MCP_METHOD_NAME)
    target = _text(
        span, semconv.GEN_AI_TOOL_NAME, semconv.GEN_AI_PROMPT_NAME, semconv.MCP_RESOURCE_URI
    )
    return _words(method, target) if method else ""


def _gen_ai(span: Span) -> str:
    """`chat gpt-4 1.2k→356 tok (stop)`, `invoke_agent Planner`, `execute_tool get_weather`."""
    operation = _text(span, semconv.GEN_AI_OPERATION_NAME)
    target = _text(
        span,
        *_GEN_AI_TARGETS.get(operation, ()),
        semconv.GEN_AI_REQUEST_MODEL,
        semconv.GEN_AI_RESPONSE_MODEL,
    )
    if not operation and not (target and first(span.attributes, semconv.GEN_AI_PROVIDER_NAME)):
        return ""
    return _words(operation, target, _tokens(span), _in_brackets(_finish_reasons(span)))


_GEN_AI_TARGETS: dict[str, tuple[Key, ...]] = {
    "execute_tool": (semconv.GEN_AI_TOOL_NAME,),
    "create_agent": (semconv.GEN_AI_AGENT_NAME,),
    "invoke_agent": (semconv.GEN_AI_AGENT_NAME,),
    "invoke_workflow": (semconv.GEN_AI_WORKFLOW_NAME,),
    "retrieval": (semconv.GEN_AI_DATA_SOURCE_ID,),
}


def _tokens(span: Span) -> str:
    used = [
        _number(span, semconv.GEN_AI_USAGE_INPUT_TOKENS),
        _number(span, semconv.GEN_AI_USAGE_OUTPUT_TOKENS),
    ]
    if used == [None, None]:
        return ""
    return "→".join("?" if count is None else _short_count(count) for count in used) + " tok"


def _short_count(count: int) -> str:
    """Write 356 as `356`, 1234 as `1.2k`, 2 000 000 as `2M`."""
    for scale, unit in ((1_000_000, "M"), (1_000, "k")):
        if count >= scale:
            tenths = count * 10 // scale
            return f"{tenths / 10:.1f}".removesuffix(".0") + unit
    return str(count)


def _finish_reasons(span: Span) -> str:
    reasons = first(span.attributes, semconv.GEN_AI_RESPONSE_FINISH_REASONS)
    return ", ".join(map(str, reasons)) if isinstance(reasons, list) else str(reasons or "")


# -- messaging, RPC, database --------------------------------------------------------


def _messaging(span: Span) -> str:
    """`kafka send orders p3 ×20`."""
    system = _text(span, semconv.MESSAGING_SYSTEM)
    operation = _text(span, semconv.MESSAGING_OPERATION_NAME, semconv.MESSAGING_OPERATION_TYPE)
    destination = _text(
        span, semconv.MESSAGING_DESTINATION_TEMPLATE, semconv.MESSAGING_DESTINATION_NAME
    )
    if not (system or operation or destination):
        return ""
    partition = _text(span, semconv.MESSAGING_DESTINATION_PARTITION_ID)
    return _words(
        system,
        operation or _MESSAGING_OPERATION_BY_KIND.get(span.kind, ""),
        destination,
        f"p{partition}" if partition else "",
        _times(_number(span, semconv.MESSAGING_BATCH_MESSAGE_COUNT)),
    )


_MESSAGING_OPERATION_BY_KIND = {SpanKind.PRODUCER: "send", SpanKind.CONSUMER: "process"}


def _rpc(span: Span) -> str:
    """`grpc shop.Cart/AddItem → OK`."""
    system = _text(span, semconv.RPC_SYSTEM_NAME)
    service = _text(span, semconv.RPC_SERVICE)
    method = _text(span, semconv.RPC_METHOD)
    if service and "/" not in method:  # the old form; the new one is fully qualified
        method = f"{service}/{method}" if method else service
    if not method:
        return ""
    return _words(system, method, _outcome(rpc_status(span)))


def rpc_status(span: Span) -> str:
    """Return the status of an RPC by name where it has one, `""` when there is none."""
    status = first(span.attributes, semconv.RPC_STATUS_CODE)
    code = as_int(status)
    is_grpc = _text(span, semconv.RPC_SYSTEM_NAME).lower() in {"", "grpc"}
    if is_grpc and code is not None and 0 <= code < len(semconv.GRPC_STATUS_NAMES):
        return semconv.GRPC_STATUS_NAMES[code]
    return "" if status is None else str(status)


def _database(span: Span) -> str:
    """`postgresql SELECT orders (shop@db.example.com) 12 rows`."""
    did = (
        _text(span, semconv.DB_QUERY_SUMMARY)
        or _words(
            _text(span, semconv.DB_OPERATION_NAME),
            _text(span, semconv.DB_STORED_PROCEDURE_NAME, semconv.DB_COLLECTION_NAME),
        )
        or _on_one_line(_text(span, semconv.DB_QUERY_TEXT))
    )
    if not did:
        return ""
    rows = _number(span, semconv.DB_RESPONSE_RETURNED_ROWS)
    return _words(
        _text(span, semconv.DB_SYSTEM_NAME),
        did,
        _times(_number(span, semconv.DB_OPERATION_BATCH_SIZE)),
        _in_brackets(_database_place(span)),
        "" if rows is None else "1 row" if rows == 1 else f"{rows} rows",
        _outcome(_text(span, semconv.DB_RESPONSE_STATUS_CODE)),
    )


def _database_place(span: Span) -> str:
    namespace = _text(span, semconv.DB_NAMESPACE)
    host = _text(span, semconv.SERVER_ADDRESS)
    if not host or host in _LOOPBACK_HOSTS:
        return namespace
    return f"{namespace}@{host}" if namespace else host


_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})


# -- FaaS, GraphQL -------------------------------------------------------------------


def _faas(span: Span) -> str:
    """`lambda checkout (http, cold)`; for the caller `aws checkout (eu-west-1)`."""
    invoked = _text(span, semconv.FAAS_INVOKED_NAME)
    if invoked:
        region = _in_brackets(_text(span, semconv.FAAS_INVOKED_REGION))
        return _words(_text(span, semconv.FAAS_INVOKED_PROVIDER), invoked, region)
    trigger = _text(span, semconv.FAAS_TRIGGER)
    if not (trigger or _text(span, semconv.FAAS_INVOCATION_ID)):
        return ""
    resource = span.resource.attributes
    name = first(span.attributes, semconv.FAAS_NAME) or first(resource, semconv.FAAS_NAME)
    platform = str(first(resource, semconv.CLOUD_PLATFORM))
    is_cold = first(span.attributes, semconv.FAAS_COLDSTART) in (True, "true")
    facts = ", ".join(filter(None, (trigger, "cold" if is_cold else "")))
    return _words(
        _FAAS_PLATFORMS.get(platform, "function"),
        str(name or span.name),
        _in_brackets(facts),
        _outcome(_text(span, semconv.HTTP_RESPONSE_STATUS_CODE)),
    )


_FAAS_PLATFORMS = {"aws_lambda": "lambda"}


def _graphql(span: Span) -> str:
    """`query GetUser`."""
    return _words(
        _text(span, semconv.GRAPHQL_OPERATION_TYPE), _text(span, semconv.GRAPHQL_OPERATION_NAME)
    ) or _on_one_line(_text(span, semconv.GRAPHQL_DOCUMENT))


# -- HTTP ----------------------------------------------------------------------------


def _http(span: Span) -> str:
    """`GET /users/{id} → 200`; for the caller `GET api.example.com/users/42 → 200`."""
    method = _text(span, semconv.HTTP_REQUEST_METHOD)
    if method == semconv.HTTP_METHOD_OTHER:
        method = _text(span, semconv.HTTP_REQUEST_METHOD_ORIGINAL) or method
    if not method:
        return ""
    resend = _number(span, semconv.HTTP_REQUEST_RESEND_COUNT)
    return _words(
        method,
        _called_url(span) if _is_caller(span) else _served_path(span),
        _outcome(_text(span, semconv.HTTP_RESPONSE_STATUS_CODE)),
        f"resend {resend}" if resend else "",
    )


def _is_caller(span: Span) -> bool:
    if span.kind in {SpanKind.CLIENT, SpanKind.SERVER}:
        return span.kind == SpanKind.CLIENT
    return not _text(span, semconv.HTTP_ROUTE, semconv.HTTP_TARGET)


def _served_path(span: Span) -> str:
    route = _text(span, semconv.HTTP_ROUTE, semconv.URL_PATH)
    if route:
        return route
    target = _text(span, semconv.HTTP_TARGET)
    return target.partition("?")[0] or _split(_text(span, semconv.URL_FULL)).path


def _called_url(span: Span) -> str:
    url = _split(_text(span, semconv.URL_FULL))
    host = url.netloc.rpartition("@")[2] or _called_host(span)
    template = _text(span, semconv.URL_TEMPLATE)
    if template:
        return host + template
    target_path, _, target_query = _text(span, semconv.HTTP_TARGET).partition("?")
    path = url.path or _text(span, semconv.URL_PATH) or target_path
    query = _redacted_query(url.query or _text(span, semconv.URL_QUERY) or target_query)
    return host + path + (f"?{_cut(query, _MAX_QUERY_CHARACTERS)}" if query else "")


def _called_host(span: Span) -> str:
    address, port = _text(span, semconv.SERVER_ADDRESS), _text(span, semconv.SERVER_PORT)
    if not address:
        return _text(span, semconv.HTTP_HOST, semconv.SERVICE_PEER_NAME)
    return address if port in {"", "80", "443"} else f"{address}:{port}"


def _split(url: str) -> SplitResult:
    """Split *url*; of what is no URL, keep a path without user info and query."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", url.partition("?")[0].rpartition("@")[2], "", "")


def _redacted_query(query: str) -> str:
    """Return a URL's *query* with the values that give access to something replaced."""
    return "&".join(
        f"{name}={_REDACTED}" if name in semconv.SENSITIVE_QUERY_PARAMETERS else pair
        for pair in query.split("&")
        for name in (pair.partition("=")[0],)
    )


# -- command line --------------------------------------------------------------------


def _command_line(span: Span) -> str:
    """`git commit -m Fix → 1`."""
    arguments = first(span.attributes, semconv.PROCESS_COMMAND_ARGS)
    words = [str(word) for word in islice(arguments, 20)] if isinstance(arguments, list) else []
    executable = _text(span, semconv.PROCESS_EXECUTABLE_NAME)
    if executable:
        words[:1] = [executable]
    exit_code = _text(span, semconv.PROCESS_EXIT_CODE)
    if not (words or exit_code):
        return ""
    return _words(_on_one_line(" ".join(words)) or span.name, _outcome(exit_code))


_FAMILIES: tuple[tuple[str, Callable[[Span], str]], ...] = (
    ("mcp", _mcp),
    ("gen_ai", _gen_ai),
    ("messaging", _messaging),
    ("rpc", _rpc),
    ("db", _database),
    ("faas", _faas),
    ("graphql", _graphql),
    ("http", _http),
    ("process", _command_line),
)
"""By the namespace of their attributes, in the order in which they are asked.

A database call over HTTP is a database call, so HTTP comes late.
"""


# -- words ---------------------------------------------------------------------------


def _text(span: Span, *keys: Key) -> str:
    """Return the first of *keys* that the span has as text, `""` when it has none."""
    value = first(span.attributes, *keys)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value)[:_MAX_VALUE_CHARACTERS]


def _number(span: Span, key: Key) -> int | None:
    return as_int(first(span.attributes, key))


def as_int(value: Value) -> int | None:
    """Return a whole number that may have been sent as text or with a fraction."""
    match value:
        case bool():
            return None
        case int():
            return value
        case float():
            return int(value) if value.is_integer() else None
        case str() if _WHOLE_NUMBER.fullmatch(value):
            return int(value)
        case _:
            return None


def _words(*parts: str) -> str:
    return " ".join(filter(None, parts))


def _in_brackets(text: str) -> str:
    return f"({text})" if text else ""


def _outcome(text: str) -> str:
    return f"→ {text}" if text else ""


def _times(count: int | None) -> str:
    return f"×{count}" if count is not None and count > 1 else ""


def _on_one_line(text: str) -> str:
    return _cut(" ".join(text[: 4 * _MAX_TEXT_CHARACTERS].split()), _MAX_TEXT_CHARACTERS)


def _cut(text: str, characters: int) -> str:
    return text if len(text) <= characters else text[: characters - 1] + "…"
