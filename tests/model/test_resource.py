"""Who sent a span is kept as bytes, decoded when looked at, and shared while needed."""

import gc

import pytest
from opentelemetry.proto.common.v1 import common_pb2
from opentelemetry.proto.resource.v1 import resource_pb2

from devtrace.model.resource import (
    MAX_KEPT_BYTES,
    UNKNOWN_SERVICE,
    InstrumentationScope,
    Resource,
    ScopeInterner,
)
from devtrace.otlp.decode import WireScope
from tests.builders import key_values


def a_resource(**attributes: object) -> bytes:
    """Return the bytes of a resource; underscores in names stand for dots."""
    dotted = {name.replace("_", "."): value for name, value in attributes.items()}
    return resource_pb2.Resource(
        attributes=key_values(dotted), dropped_attributes_count=4
    ).SerializeToString()


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (a_resource(service_name="shop"), "shop"),
        (a_resource(service_name="unknown_service:node"), "unknown_service:node"),
        (a_resource(service_name=7), "7"),
        (a_resource(service_name=False), "False"),
        (a_resource(service_name=""), UNKNOWN_SERVICE),
        (a_resource(service_name=None), UNKNOWN_SERVICE),
        (a_resource(host_name="h"), UNKNOWN_SERVICE),
        (b"", UNKNOWN_SERVICE),
        (b"\xff\xff", UNKNOWN_SERVICE),
    ],
    ids=repr,
)
def test_every_resource_has_a_service_name(payload: bytes, expected: str) -> None:
    """R116: a list of services has no blank lines."""
    assert Resource(payload).service_name == expected


def test_a_resource_is_read_as_sent() -> None:
    """R117-R120: attributes in their order, the dropped count, the schema."""
    resource = Resource(a_resource(b="1", a=2), "https://schema")

    assert list(resource.attributes.items()) == [("b", "1"), ("a", 2)]
    assert resource.dropped_attributes_count == 4
    assert resource.schema_url == "https://schema"
    assert resource.notes == ()


def test_a_damaged_resource_is_noted() -> None:
    """The spans of a broken sender are shown all the same."""
    assert Resource(b"\xff\xff").notes == ("resource or scope cannot be decoded",)


def test_a_scope_is_read_as_sent() -> None:
    """R118: name and version may be empty, attributes and counts are kept."""
    payload = common_pb2.InstrumentationScope(
        name="lib", version="1.2", attributes=key_values({"k": "v"}), dropped_attributes_count=3
    ).SerializeToString()
    scope = InstrumentationScope(
        WireScope(b"", b"", payload, b"https://schema/\xff"), Resource(b"")
    )

    assert (scope.name, scope.version) == ("lib", "1.2")
    assert scope.attributes == {"k": "v"}
    assert scope.dropped_attributes_count == 3
    assert scope.schema_url == "https://schema/\ufffd"
    assert scope.notes == ()


def test_an_absent_scope_is_an_empty_one() -> None:
    """R118: nothing to show is not an error."""
    scope = InstrumentationScope(WireScope(b"", b"", b"", b""), Resource(b""))

    assert (scope.name, scope.version, scope.attributes) == ("", "", {})
    assert scope.byte_count == 0


def test_what_is_read_of_a_large_resource_is_not_kept_beside_it() -> None:
    """It would take as much again, or four times as much, beyond the bound of the ring."""
    for length, is_kept in ((100, True), (MAX_KEPT_BYTES, False)):
        resource = Resource(a_resource(service_name="shop", text="x" * length))

        assert resource.attributes["text"] == "x" * length
        assert (resource.attributes is resource.attributes) == is_kept
        assert resource.service_name == "shop"


def test_equal_scopes_are_one_object_and_share_their_resource() -> None:
    """A million spans of one service cost one resource."""
    interner = ScopeInterner()
    wire = WireScope(a_resource(service_name="shop"), b"", b"", b"")

    one = interner(wire)
    again = interner(WireScope(*(bytes(bytearray(part)) for part in wire)))
    other = interner(wire._replace(scope=b"\x0a\x01x"))

    assert one is again
    assert one is not other
    assert one.resource is other.resource
    assert len(interner) == 2


@pytest.mark.parametrize("field", WireScope._fields)
def test_whatever_differs_makes_another_scope(field: str) -> None:
    """R119: the same bytes under another schema are another scope."""
    interner = ScopeInterner()
    one = interner(WireScope(b"", b"", b"", b""))
    other = interner(WireScope(b"", b"", b"", b"")._replace(**{field: b"\x12\x00"}))

    assert one is not other
    assert (one.resource is other.resource) == field.startswith("scope")


def test_a_scope_is_forgotten_with_its_last_reader() -> None:
    """The interner keeps nothing alive: the store decides what is held."""
    interner = ScopeInterner()
    scope = interner(WireScope(b"", b"", b"", b""))
    assert len(interner) == 1

    del scope
    gc.collect()

    assert len(interner) == 0
