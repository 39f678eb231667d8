"""A title is what a person would say of a span, whatever age its conventions are."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.analysis.title import as_int, rpc_status, span_label, span_title
from devtrace.model import semconv
from devtrace.model.resource import ScopeInterner
from devtrace.model.span import Span, SpanKind
from devtrace.otlp.decode import decode_spans
from tests.builders import a_request, a_span

SERVER, CLIENT, INTERNAL = SpanKind.SERVER, SpanKind.CLIENT, SpanKind.INTERNAL
PRODUCER, CONSUMER = SpanKind.PRODUCER, SpanKind.CONSUMER


def span_with(
    attributes: Mapping[str, Any],
    *,
    kind: int = INTERNAL,
    name: str = "name",
    resource: Mapping[str, Any] | None = None,
) -> Span:
    """Return a span as read from the wire."""
    span = a_span(name=name, kind=kind, attributes=attributes)
    request = a_request(span, resource=resource)
    decoded = decode_spans(request.SerializeToString(), scope_of=ScopeInterner())
    return Span(span.SerializeToString(), decoded.slices[0].scope)


def title(kind: int, attributes: Mapping[str, Any]) -> str:
    """Return the title of a span named `name`."""
    return span_title(span_with(attributes, kind=kind))


HTTP = [
    (
        SERVER,
        {
            "http.request.method": "GET",
            "http.route": "/users/{id}",
            "http.response.status_code": 200,
        },
        "GET /users/{id} → 200",
    ),
    (
        SERVER,
        {"http.method": "GET", "http.route": "/users/{id}", "http.status_code": 200},
        "GET /users/{id} → 200",
    ),
    (SERVER, {"http.method": "GET", "http.target": "/users/42?x=1"}, "GET /users/42"),
    (SERVER, {"http.request.method": "GET", "url.path": "/a", "url.query": "b=c"}, "GET /a"),
    (SERVER, {"http.method": "GET", "http.url": "http://h/a/b?c"}, "GET /a/b"),
    (SERVER, {"http.request.method": "GET"}, "GET"),
    (
        SERVER,
        {"http.method": "GET", "http.route": "/", "http.status_code": "200"},
        "GET / → 200",
    ),
    (
        SERVER,
        {"http.method": "GET", "http.route": "/", "http.status_code": 200.0},
        "GET / → 200",
    ),
    (
        SERVER,
        {
            "http.request.method": "_OTHER",
            "http.request.method_original": "BREW",
            "http.route": "/",
        },
        "BREW /",
    ),
    (SERVER, {"http.request.method": "_OTHER", "http.route": "/"}, "_OTHER /"),
    (
        SERVER,
        {"http.request.method": "GET", "http.method": "OLD", "http.route": "/"},
        "GET /",
    ),
    (
        CLIENT,
        {
            "http.request.method": "GET",
            "url.full": "https://api.example.com/users/42",
            "http.response.status_code": 200,
            "http.request.resend_count": 2,
        },
        "GET api.example.com/users/42 → 200 resend 2",
    ),
    (
        CLIENT,
        {
            "http.request.method": "GET",
            "url.full": "http://h:8080/users/42",
            "url.template": "/users/{id}",
        },
        "GET h:8080/users/{id}",
    ),
    (
        CLIENT,
        {
            "http.method": "POST",
            "net.peer.name": "pay",
            "net.peer.port": 8080,
            "http.target": "/x?a=1",
        },
        "POST pay:8080/x?a=1",
    ),
    (
        CLIENT,
        {
            "http.request.method": "GET",
            "server.address": "h",
            "server.port": 443,
            "url.path": "/x",
        },
        "GET h/x",
    ),
    (CLIENT, {"http.method": "GET", "http.host": "h:81", "http.target": "/x"}, "GET h:81/x"),
    (CLIENT, {"http.method": "GET", "http.url": "http://[bad"}, "GET http://[bad"),
    (INTERNAL, {"http.method": "GET", "http.url": "http://h/x"}, "GET h/x"),
    (INTERNAL, {"http.method": "GET", "http.route": "/x", "http.url": "http://h/x"}, "GET /x"),
    (SERVER, {"http.status_code": 200}, "name"),
]

DATABASE = [
    (
        CLIENT,
        {
            "db.system.name": "postgresql",
            "db.operation.name": "SELECT",
            "db.collection.name": "orders",
            "db.namespace": "shop",
            "db.response.returned_rows": 12,
        },
        "postgresql SELECT orders (shop) 12 rows",
    ),
    (
        CLIENT,
        {
            "db.system": "postgresql",
            "db.operation": "SELECT",
            "db.sql.table": "orders",
            "db.name": "shop",
        },
        "postgresql SELECT orders (shop)",
    ),
    (
        CLIENT,
        {
            "db.system.name": "mysql",
            "db.query.summary": "SELECT a b",
            "db.operation.name": "SELECT",
        },
        "mysql SELECT a b",
    ),
    (
        CLIENT,
        {"db.system": "sqlite", "db.statement": "SELECT *\n  FROM   orders"},
        "sqlite SELECT * FROM orders",
    ),
    (CLIENT, {"db.query.text": "x" * 100}, "x" * 79 + "…"),
    (
        CLIENT,
        {
            "db.system": "redis",
            "db.statement": "GET k",
            "db.redis.database_index": 3,
            "net.peer.name": "r1",
        },
        "redis GET k (3@r1)",
    ),
    (
        CLIENT,
        {"db.system": "redis", "db.statement": "GET k", "server.address": "127.0.0.1"},
        "redis GET k",
    ),
    (
        CLIENT,
        {"db.system": "redis", "db.statement": "GET k", "server.address": "r1"},
        "redis GET k (r1)",
    ),
    (
        CLIENT,
        {
            "db.system.name": "mysql",
            "db.operation.name": "INSERT",
            "db.collection.name": "t",
            "db.operation.batch.size": 20,
            "db.response.status_code": "1146",
        },
        "mysql INSERT t ×20 → 1146",
    ),
    (CLIENT, {"db.system.name": "mssql", "db.stored_procedure.name": "p"}, "mssql p"),
    (
        CLIENT,
        {"db.query.summary": "SELECT t", "db.response.returned_rows": "1"},
        "SELECT t 1 row",
    ),
    (CLIENT, {"db.system": "redis"}, "name"),
]

RPC = [
    (
        CLIENT,
        {
            "rpc.system": "grpc",
            "rpc.service": "Cart",
            "rpc.method": "AddItem",
            "rpc.grpc.status_code": 0,
        },
        "grpc Cart/AddItem → OK",
    ),
    (
        CLIENT,
        {
            "rpc.system.name": "grpc",
            "rpc.method": "shop.Cart/AddItem",
            "rpc.status_code": "DEADLINE_EXCEEDED",
        },
        "grpc shop.Cart/AddItem → DEADLINE_EXCEEDED",
    ),
    (
        SERVER,
        {"rpc.system": "grpc", "rpc.service": "shop.Cart", "rpc.method": "shop.Cart/AddItem"},
        "grpc shop.Cart/AddItem",
    ),
    (SERVER, {"rpc.system": "grpc", "rpc.service": "Cart"}, "grpc Cart"),
    (
        CLIENT,
        {"rpc.system": "grpc", "rpc.method": "a/b", "rpc.grpc.status_code": "14"},
        "grpc a/b → UNAVAILABLE",
    ),
    (
        CLIENT,
        {"rpc.system": "grpc", "rpc.method": "a/b", "rpc.grpc.status_code": 99},
        "grpc a/b → 99",
    ),
    (
        CLIENT,
        {"rpc.system": "jsonrpc", "rpc.method": "sum", "rpc.jsonrpc.error_code": -32601},
        "jsonrpc sum → -32601",
    ),
    (
        CLIENT,
        {
            "rpc.system": "connect_rpc",
            "rpc.method": "a/b",
            "rpc.connect_rpc.error_code": "not_found",
        },
        "connect_rpc a/b → not_found",
    ),
    (
        CLIENT,
        {"rpc.system": "aws-api", "rpc.service": "S3", "rpc.method": "Get"},
        "aws-api S3/Get",
    ),
    (CLIENT, {"rpc.system": "grpc"}, "name"),
]

MESSAGING = [
    (
        PRODUCER,
        {
            "messaging.system": "kafka",
            "messaging.operation.name": "send",
            "messaging.destination.name": "orders",
            "messaging.destination.partition.id": "3",
            "messaging.batch.message_count": 20,
        },
        "kafka send orders p3 ×20",
    ),
    (
        PRODUCER,
        {
            "messaging.system": "kafka",
            "messaging.operation": "publish",
            "messaging.destination": "orders",
            "messaging.kafka.destination.partition": 0,
        },
        "kafka publish orders p0",
    ),
    (CONSUMER, {"messaging.system": "sqs", "messaging.destination.name": "q"}, "sqs process q"),
    (
        CLIENT,
        {
            "messaging.operation.type": "receive",
            "messaging.destination.template": "/c/{id}",
            "messaging.destination.name": "/c/1",
            "messaging.batch.message_count": 1,
        },
        "receive /c/{id}",
    ),
    (INTERNAL, {"messaging.message.id": "7"}, "name"),
]

OTHERS = [
    (
        CLIENT,
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "gpt-4",
            "gen_ai.usage.input_tokens": 1234,
            "gen_ai.usage.output_tokens": "356",
            "gen_ai.response.finish_reasons": ["stop"],
        },
        "chat gpt-4 1.2k→356 tok (stop)",
    ),
    (
        CLIENT,
        {
            "gen_ai.system": "openai",
            "gen_ai.response.model": "gpt-4",
            "gen_ai.usage.prompt_tokens": 2_000_000,
        },
        "gpt-4 2M→? tok",
    ),
    (
        INTERNAL,
        {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "Planner"},
        "invoke_agent Planner",
    ),
    (
        INTERNAL,
        {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "get_weather"},
        "execute_tool get_weather",
    ),
    (INTERNAL, {"gen_ai.conversation.id": "7"}, "name"),
    (
        CLIENT,
        {
            "mcp.method.name": "tools/call",
            "gen_ai.tool.name": "get_weather",
            "gen_ai.operation.name": "execute_tool",
        },
        "tools/call get_weather",
    ),
    (
        SERVER,
        {"mcp.method.name": "resources/read", "mcp.resource.uri": "file:///x"},
        "resources/read file:///x",
    ),
    (SERVER, {"mcp.session.id": "x"}, "name"),
    (
        CLIENT,
        {
            "faas.invoked_name": "checkout",
            "faas.invoked_provider": "aws",
            "faas.invoked_region": "eu-west-1",
        },
        "aws checkout (eu-west-1)",
    ),
    (
        SERVER,
        {"faas.trigger": "timer", "faas.name": "sweep"},
        "function sweep (timer)",
    ),
    (SERVER, {"faas.cron": "* * * * *"}, "name"),
    (
        SERVER,
        {"graphql.operation.type": "query", "graphql.operation.name": "GetUser"},
        "query GetUser",
    ),
    (SERVER, {"graphql.document": "{\n  me { id }\n}"}, "{ me { id } }"),
    (
        INTERNAL,
        {
            "process.executable.name": "git",
            "process.command_args": ["git", "commit", "-m", "Fix"],
            "process.exit.code": 1,
        },
        "git commit -m Fix → 1",
    ),
    (INTERNAL, {"process.command_args": ["ls"], "process.exit.code": "0"}, "ls → 0"),
    (INTERNAL, {"process.exit.code": 2}, "name → 2"),
    (INTERNAL, {"process.pid": 7}, "name"),
    (INTERNAL, {}, "name"),
]


@pytest.mark.parametrize(
    ("kind", "attributes", "expected"), [*HTTP, *DATABASE, *RPC, *MESSAGING, *OTHERS]
)
def test_each_family_has_its_line(
    kind: SpanKind, attributes: Mapping[str, Any], expected: str
) -> None:
    """Old and new names, numbers as text and the reverse, and parts that are missing."""
    assert title(kind, attributes) == expected


@pytest.mark.parametrize(
    ("families", "expected"),
    [
        ({"gen_ai.operation.name": "chat", "messaging.system": "kafka"}, "chat"),
        ({"messaging.system": "sqs", "rpc.method": "SQS/Send"}, "sqs"),
        ({"rpc.method": "a/b", "db.query.text": "q"}, "a/b"),
        ({"db.query.text": "q", "faas.trigger": "http"}, "q"),
        ({"faas.trigger": "http", "graphql.document": "d"}, "function name (http)"),
        ({"graphql.document": "d", "http.request.method": "GET"}, "d"),
        ({"http.request.method": "GET", "process.exit.code": 1}, "GET"),
    ],
)
def test_the_more_telling_family_goes_first(families: Mapping[str, Any], expected: str) -> None:
    """A database that is spoken to over HTTP is a database."""
    assert title(INTERNAL, families) == expected


def test_a_function_is_named_by_its_resource() -> None:
    """`faas.name` and the platform describe the process, not the call."""
    span = span_with(
        {"faas.trigger": "http", "faas.coldstart": True, "http.response.status_code": 200},
        kind=SERVER,
        resource={"faas.name": "checkout", "cloud.platform": "aws_lambda"},
    )

    assert span_title(span) == "lambda checkout (http, cold) → 200"


@pytest.mark.parametrize("name", sorted(semconv.SENSITIVE_QUERY_PARAMETERS))
def test_sensitive_query_values_are_hidden(name: str) -> None:
    """A title ends up on shared screens; a signed URL is as good as a password."""
    url = f"https://u:secret@h/x?{name}=secret&b=1"

    line = title(CLIENT, {"http.request.method": "GET", "url.full": url})

    assert line == f"GET h/x?{name}=REDACTED&b=1"


def test_a_broken_url_gives_no_secret_away() -> None:
    """What cannot be taken apart is shown without what stands before an @ or after a ?."""
    url = "https://u:secret@[h/x?token=secret"

    assert title(CLIENT, {"http.request.method": "GET", "url.full": url}) == "GET [h/x"


def test_a_path_that_looks_like_a_host_is_a_path() -> None:
    """`//admin` is what the client asked for, and often why it got a 404."""
    assert (
        title(SERVER, {"http.method": "GET", "http.target": "//admin/x?y"}) == "GET //admin/x"
    )


def test_a_long_query_leaves_room_for_the_outcome() -> None:
    """What came of a call matters more than its fortieth parameter."""
    attributes = {
        "http.request.method": "GET",
        "url.full": "http://h/x?" + "q=shoes&" * 90,
        "http.response.status_code": 503,
    }

    line = title(CLIENT, attributes)

    assert line.endswith("… → 503")
    assert len(line) < 60


def test_a_huge_value_costs_no_huge_title() -> None:
    """Nothing that a sender writes can make a row of megabytes."""
    huge = "x" * 1_000_000

    assert len(title(SERVER, {"http.request.method": huge, "http.route": huge})) < 10_000
    assert len(title(CLIENT, {"db.query.text": huge, "db.system": huge})) < 10_000


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (SERVER, "GET /"),
        (CLIENT, "GET"),
        (PRODUCER, "GET /"),
        (CONSUMER, "GET /"),
        (INTERNAL, "name"),
        (SpanKind.UNSPECIFIED, "name"),
    ],
)
def test_a_label_is_the_title_where_work_crosses_a_border(
    kind: SpanKind, expected: str
) -> None:
    """Inside a process somebody chose the span's name to say what it does."""
    assert (
        span_label(span_with({"http.method": "GET", "http.route": "/"}, kind=kind)) == expected
    )


def test_an_empty_name_is_shown_as_such() -> None:
    """R133: a row is never blank."""
    assert span_title(span_with({}, name="")) == "<no name>"
    assert span_label(span_with({}, name="", kind=SERVER)) == "<no name>"
    assert span_label(span_with({}, name="")) == "<no name>"


def test_an_empty_value_is_no_value() -> None:
    """OTLP can send a key without a value; the older spelling may still have one."""
    attributes = {"http.request.method": None, "http.method": "GET", "http.route": ""}

    assert title(SERVER, attributes) == "GET"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, 5),
        ("5", 5),
        ("-5", -5),
        (5.0, 5),
        (5.5, None),
        (float("inf"), None),
        (float("nan"), None),
        (True, None),
        ("", None),
        ("-", None),
        ("5x", None),
        ("\u0665", None),  # a digit of another script
        ("9" * 5_000, None),
        (b"5", None),
        ([5], None),
        (None, None),
    ],
    ids=repr,
)
def test_whole_numbers_are_read_from_any_type(value: Any, expected: int | None) -> None:
    """Numbers arrive as text and the reverse; anything else is no number."""
    assert as_int(value) == expected


def test_rpc_status_is_empty_without_one() -> None:
    """A call that has not ended has no status."""
    assert rpc_status(span_with({"rpc.system": "grpc"})) == ""


KEYS = sorted(
    {
        spelling
        for value in vars(semconv).values()
        if isinstance(value, tuple)
        and all(isinstance(item, str) and "." in item for item in value)
        for spelling in value
    }
)
TEXT = st.text(st.characters(codec="utf-8"))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | TEXT
    | TEXT.map("http://".__add__)
    | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=4,
)


@given(
    attributes=st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8),
    kind=st.sampled_from(list(SpanKind)),
)
def test_any_value_of_any_type_has_a_title(attributes: dict[str, Any], kind: SpanKind) -> None:
    """A sender's mistake is never an exception here."""
    assert span_title(span_with(attributes, kind=kind))


def test_a_label_leaves_out_the_host_of_a_url_on_this_machine() -> None:
    """The tree has little room, and services on one machine differ by their port."""
    call = {"http.request.method": "GET", "url.full": "http://127.0.0.1:8080/users/42"}
    elsewhere = call | {"url.full": "http://api.example.com:8080/users/42"}

    assert span_label(span_with(call, kind=CLIENT)) == "GET :8080/users/42"
    assert span_title(span_with(call, kind=CLIENT)) == "GET 127.0.0.1:8080/users/42"
    assert span_label(span_with(elsewhere, kind=CLIENT)) == "GET api.example.com:8080/users/42"
