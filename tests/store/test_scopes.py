"""A scope is paid for from its first reference to its last."""

from devtrace.model.resource import InstrumentationScope, Resource
from devtrace.otlp.decode import WireScope
from devtrace.store.scopes import SharedScopes, scope_bytes


def test_a_scope_is_paid_for_once() -> None:
    """However much refers to it."""
    wire = WireScope(b"resource", b"", b"scope", b"")
    scope = InstrumentationScope(wire, Resource(wire.resource))
    shared = SharedScopes()

    shared.hold(scope)
    shared.hold(scope)
    shared.release(scope)
    assert (len(shared), shared.byte_count) == (1, scope_bytes(scope))

    shared.release(scope)
    assert (len(shared), shared.byte_count) == (0, 0)
