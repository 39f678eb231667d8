"""Names of attributes in OpenTelemetry's semantic conventions, and their older spellings.

Each constant is one attribute: its spellings, the current one first.  Senders update
at their own pace, and some write both; `first` reads whichever there is.

Source: semantic-conventions 1.44.0, the migration guides among its non-normative
pages; GenAI and MCP names from 1.41.0.
"""

from collections.abc import Mapping
from types import MappingProxyType

from devtrace.otlp.values import Value

Key = tuple[str, ...]
"""The spellings of one attribute, the current one first."""

_keys: list[Key] = []


def _key(*spellings: str) -> Key:
    _keys.append(spellings)
    return spellings


# -- resource --------------------------------------------------------------------

SERVICE_NAME = _key("service.name")
SERVICE_NAMESPACE = _key("service.namespace")
SERVICE_VERSION = _key("service.version")
SERVICE_INSTANCE_ID = _key("service.instance.id")
DEPLOYMENT_ENVIRONMENT_NAME = _key("deployment.environment.name", "deployment.environment")
CLOUD_PLATFORM = _key("cloud.platform")
CLOUD_RESOURCE_ID = _key("cloud.resource_id", "faas.id")

# -- errors ----------------------------------------------------------------------

ERROR_TYPE = _key("error.type")
EXCEPTION_TYPE = _key("exception.type")
EXCEPTION_MESSAGE = _key("exception.message")
EXCEPTION_STACKTRACE = _key("exception.stacktrace")
EXCEPTION_EVENT = "exception"
"""Name of the event that records an exception."""

IMPORTED_ERROR = _key("error")
"""The tag by which Jaeger and Zipkin mark a failure."""
IMPORTED_STATUS_CODE = _key("otel.status_code")
"""The tag in which formats without a status keep it."""

# -- code, peers -----------------------------------------------------------------

CODE_FUNCTION_NAME = _key("code.function.name", "code.function")
CODE_FILE_PATH = _key("code.file.path", "code.filepath")
CODE_LINE_NUMBER = _key("code.line.number", "code.lineno")

SERVICE_PEER_NAME = _key("service.peer.name", "peer.service")
SERVER_ADDRESS = _key("server.address", "net.peer.name", "net.host.name")
SERVER_PORT = _key("server.port", "net.peer.port", "net.host.port")
CLIENT_ADDRESS = _key("client.address", "http.client_ip")
NETWORK_PEER_ADDRESS = _key("network.peer.address", "net.sock.peer.addr")
NETWORK_PEER_PORT = _key("network.peer.port", "net.sock.peer.port")
USER_AGENT_ORIGINAL = _key("user_agent.original", "http.user_agent")

# -- HTTP ------------------------------------------------------------------------

HTTP_REQUEST_METHOD = _key("http.request.method", "http.method")
HTTP_REQUEST_METHOD_ORIGINAL = _key("http.request.method_original")
HTTP_RESPONSE_STATUS_CODE = _key("http.response.status_code", "http.status_code")
HTTP_ROUTE = _key("http.route")
HTTP_REQUEST_BODY_SIZE = _key("http.request.body.size", "http.request_content_length")
HTTP_RESPONSE_BODY_SIZE = _key("http.response.body.size", "http.response_content_length")
HTTP_REQUEST_RESEND_COUNT = _key("http.request.resend_count", "http.resend_count")
HTTP_HOST = _key("http.host")
"""Only old: the Host header, which is address and port in one."""
HTTP_TARGET = _key("http.target")
"""Only old: path and query in one."""
URL_FULL = _key("url.full", "http.url")
URL_SCHEME = _key("url.scheme", "http.scheme")
URL_PATH = _key("url.path")
URL_QUERY = _key("url.query")
URL_TEMPLATE = _key("url.template")

HTTP_METHOD_OTHER = "_OTHER"
"""What stands for a method unknown to the sender's library."""

SENSITIVE_QUERY_PARAMETERS = frozenset(
    {
        "sig",
        "Signature",
        "AWSAccessKeyId",
        "X-Amz-Signature",
        "X-Amz-Credential",
        "X-Amz-Security-Token",
        "X-Goog-Signature",
    }
)
"""Query parameters whose value gives access to something."""

# -- database --------------------------------------------------------------------

DB_SYSTEM_NAME = _key("db.system.name", "db.system")
DB_QUERY_SUMMARY = _key("db.query.summary")
DB_QUERY_TEXT = _key("db.query.text", "db.statement")
DB_OPERATION_NAME = _key("db.operation.name", "db.operation")
DB_OPERATION_BATCH_SIZE = _key("db.operation.batch.size")
DB_STORED_PROCEDURE_NAME = _key("db.stored_procedure.name")
DB_COLLECTION_NAME = _key(
    "db.collection.name",
    "db.sql.table",
    "db.mongodb.collection",
    "db.cassandra.table",
    "db.cosmosdb.container",
)
DB_NAMESPACE = _key(
    "db.namespace", "db.name", "db.redis.database_index", "db.mssql.instance_name"
)
DB_RESPONSE_STATUS_CODE = _key("db.response.status_code")
DB_RESPONSE_RETURNED_ROWS = _key("db.response.returned_rows")

# -- RPC -------------------------------------------------------------------------

RPC_SYSTEM_NAME = _key("rpc.system.name", "rpc.system")
RPC_SERVICE = _key("rpc.service")
"""Only old: the service, without which the old `rpc.method` is not fully qualified."""
RPC_METHOD = _key("rpc.method")
RPC_STATUS_CODE = _key(
    "rpc.status_code",
    "rpc.response.status_code",
    "rpc.grpc.status_code",
    "rpc.connect_rpc.error_code",
    "rpc.jsonrpc.error_code",
)

GRPC_STATUS_NAMES = (
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
)
"""By number."""

GRPC_SERVER_ERRORS = frozenset(
    {"UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"}
)
"""What is the server's failure and not its client's."""

# -- messaging -------------------------------------------------------------------

MESSAGING_SYSTEM = _key("messaging.system")
MESSAGING_OPERATION_NAME = _key("messaging.operation.name", "messaging.operation")
MESSAGING_OPERATION_TYPE = _key("messaging.operation.type")
MESSAGING_DESTINATION_TEMPLATE = _key("messaging.destination.template")
MESSAGING_DESTINATION_NAME = _key("messaging.destination.name", "messaging.destination")
MESSAGING_DESTINATION_PARTITION_ID = _key(
    "messaging.destination.partition.id", "messaging.kafka.destination.partition"
)
MESSAGING_BATCH_MESSAGE_COUNT = _key("messaging.batch.message_count")
MESSAGING_MESSAGE_ID = _key("messaging.message.id", "messaging.message_id")
MESSAGING_CONSUMER_GROUP_NAME = _key(
    "messaging.consumer.group.name",
    "messaging.kafka.consumer.group",
    "messaging.rocketmq.client_group",
)
MESSAGING_KAFKA_OFFSET = _key("messaging.kafka.offset", "messaging.kafka.message.offset")
MESSAGING_CLIENT_ID = _key("messaging.client.id", "messaging.client_id")

# -- FaaS ------------------------------------------------------------------------

FAAS_NAME = _key("faas.name")
FAAS_TRIGGER = _key("faas.trigger")
FAAS_INVOCATION_ID = _key("faas.invocation_id", "faas.execution")
FAAS_COLDSTART = _key("faas.coldstart")
FAAS_INVOKED_PROVIDER = _key("faas.invoked_provider")
FAAS_INVOKED_NAME = _key("faas.invoked_name")
FAAS_INVOKED_REGION = _key("faas.invoked_region")

# -- GraphQL, command line -------------------------------------------------------

GRAPHQL_OPERATION_TYPE = _key("graphql.operation.type")
GRAPHQL_OPERATION_NAME = _key("graphql.operation.name")
GRAPHQL_DOCUMENT = _key("graphql.document")

PROCESS_EXECUTABLE_NAME = _key("process.executable.name")
PROCESS_COMMAND_ARGS = _key("process.command_args")
PROCESS_EXIT_CODE = _key("process.exit.code")

# -- GenAI and MCP ---------------------------------------------------------------

GEN_AI_OPERATION_NAME = _key("gen_ai.operation.name")
GEN_AI_PROVIDER_NAME = _key("gen_ai.provider.name", "gen_ai.system")
GEN_AI_REQUEST_MODEL = _key("gen_ai.request.model")
GEN_AI_RESPONSE_MODEL = _key("gen_ai.response.model")
GEN_AI_USAGE_INPUT_TOKENS = _key("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")
GEN_AI_USAGE_OUTPUT_TOKENS = _key(
    "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"
)
GEN_AI_RESPONSE_FINISH_REASONS = _key("gen_ai.response.finish_reasons")
GEN_AI_AGENT_NAME = _key("gen_ai.agent.name")
GEN_AI_TOOL_NAME = _key("gen_ai.tool.name")
GEN_AI_WORKFLOW_NAME = _key("gen_ai.workflow.name")
GEN_AI_DATA_SOURCE_ID = _key("gen_ai.data_source.id")
GEN_AI_PROMPT_NAME = _key("gen_ai.prompt.name")

MCP_METHOD_NAME = _key("mcp.method.name")
MCP_RESOURCE_URI = _key("mcp.resource.uri")

ALIASES: Mapping[str, Key] = MappingProxyType(
    {spelling: key for key in _keys for spelling in key if len(key) > 1}
)
"""For each spelling of a renamed attribute: all of its spellings, the current one first."""


def first(attributes: Mapping[str, Value], *keys: Key) -> Value:
    """Return the value of the first spelling that *attributes* holds.

    Args:
        attributes: Of a span, event, resource or scope.
        keys: In order of preference.

    Returns:
        The value; None when no spelling is there, or only with an empty value.
    """
    for key in keys:
        for spelling in key:
            value = attributes.get(spelling)
            if value is not None and value != "":
                return value
    return None


def exception_text(attributes: Mapping[str, Value]) -> str:
    """Return the exception that attributes tell of, such as `CardDeclined: no funds`.

    Args:
        attributes: Of a span event or a log record.

    Returns:
        The type without its module and the first line of the message; `""` if there is
        neither.
    """
    name = str(first(attributes, EXCEPTION_TYPE) or "")
    for separator in (".", "::", "\\"):
        name = name.rpartition(separator)[2] or name
    message = str(first(attributes, EXCEPTION_MESSAGE) or "")
    line = next(filter(None, map(str.strip, message.splitlines())), "")
    return ": ".join(filter(None, (name, line)))
