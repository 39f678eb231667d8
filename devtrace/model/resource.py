"""Who sent a span: its resource and its instrumentation scope.

Both are kept as the bytes that arrived and decoded when somebody looks.  Equal
bytes become one object for as long as any held span needs it, so a million spans
of one service cost one resource.
"""

from functools import cached_property
from weakref import WeakValueDictionary

from devtrace.otlp.decode import WireScope
from devtrace.otlp.values import Attributed, Value, decode_resource, decode_scope

UNKNOWN_SERVICE = "unknown_service"
"""What a sender without `service.name` is called (semantic conventions, "Service")."""


MAX_KEPT_BYTES = 4_096
"""What is longer is decoded whenever somebody looks, and not kept decoded."""


class _Attributed:
    """What resource and scope have in common: bytes, decoded when somebody looks."""

    payload: bytes
    _known: Attributed | None = None

    @property
    def _decoded(self) -> Attributed:
        if self._known is not None:
            return self._known
        decoded = self._decode()
        if len(self.payload) <= MAX_KEPT_BYTES:
            self._known = decoded
        return decoded

    def _decode(self) -> Attributed:
        raise NotImplementedError

    @property
    def attributes(self) -> dict[str, Value]:
        """Its attributes, in the order they were sent."""
        return self._decoded.attributes

    @property
    def dropped_attributes_count(self) -> int:
        """How many attributes the SDK dropped."""
        return self._decoded.dropped_attributes_count

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be read as sent."""
        return self._decoded.notes


class Resource(_Attributed):
    """The entity that produced telemetry.

    Args:
        payload: A serialized OTLP `Resource`.
        schema_url: As sent; empty when none was.
    """

    def __init__(self, payload: bytes, schema_url: str = "") -> None:
        self.payload = payload
        self.schema_url = schema_url

    def _decode(self) -> Attributed:
        return decode_resource(self.payload)

    @cached_property
    def service_name(self) -> str:
        """`service.name` as text; `unknown_service` when it is missing or empty."""
        name = self.attributes.get("service.name")
        return UNKNOWN_SERVICE if name is None or name == "" else str(name)

    @cached_property
    def namespace(self) -> str:
        """`service.namespace` as text; empty when there is none."""
        return _text(self.attributes.get("service.namespace"))

    @cached_property
    def instance(self) -> str:
        """What tells it from other instances of its service; empty when nothing does.

        Source:
            Semantic conventions, `service.instance.id`; without one, host and process.
        """
        if instance := _text(self.attributes.get("service.instance.id")):
            return instance
        of_process = (self.attributes.get(key) for key in ("host.name", "process.pid"))
        return " ".join(filter(None, map(_text, of_process)))


def _text(value: Value) -> str:
    return "" if value is None else str(value)


class InstrumentationScope(_Attributed):
    """The library that made a span, within the resource it ran in.

    Args:
        wire: The scope and its resource as they arrived.
        resource: The resource of *wire*, shared with its other scopes.
    """

    def __init__(self, wire: WireScope, resource: Resource) -> None:
        self.wire = wire
        """The scope and its resource as they arrived, for sending them on."""
        self.payload = wire.scope
        self.schema_url = wire.scope_schema_url.decode("utf-8", "replace")
        self.resource = resource
        self.byte_count = 2 * (len(wire.scope) + len(resource.payload))
        """Bytes that this scope and its resource keep in memory, without Python's own.

        As sent, and as much again for what was read of it: attributes, or a service's name.
        """

    @cached_property
    def identity(self) -> WireScope:
        """What it shares with every scope that says the same in another order."""
        return self.wire.in_order()

    def _decode(self) -> Attributed:
        return decode_scope(self.payload)

    @property
    def name(self) -> str:
        """Name of the library; may be empty."""
        return self._decoded.name

    @property
    def version(self) -> str:
        """Version of the library; may be empty."""
        return self._decoded.version


class ScopeInterner:
    """Turns equal scopes into one object while a span still refers to it."""

    def __init__(self) -> None:
        self._resources: WeakValueDictionary[tuple[bytes, bytes], Resource] = (
            WeakValueDictionary()
        )
        self._scopes: WeakValueDictionary[WireScope, InstrumentationScope] = (
            WeakValueDictionary()
        )

    def __len__(self) -> int:
        """How many distinct scopes are alive."""
        return len(self._scopes)

    def __call__(self, wire: WireScope) -> InstrumentationScope:
        """Return the one scope for *wire*; the shape `decode_spans` asks for."""
        if (scope := self._scopes.get(wire)) is not None:
            return scope
        key = (wire.resource, wire.resource_schema_url)
        resource = self._resources.get(key)
        if resource is None:
            resource = Resource(
                wire.resource, wire.resource_schema_url.decode("utf-8", "replace")
            )
            self._resources[key] = resource
        scope = InstrumentationScope(wire, resource)
        self._scopes[wire] = scope
        return scope
