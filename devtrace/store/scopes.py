"""What the scopes of held telemetry cost: each is paid for once, however many refer to it."""

from devtrace.model.resource import InstrumentationScope

SCOPE_OVERHEAD_BYTES = 2_000
"""Python's own share of one scope: two objects, and their decoded attributes."""


def scope_bytes(scope: InstrumentationScope) -> int:
    """Return the estimated memory of *scope* with its resource."""
    return scope.byte_count + SCOPE_OVERHEAD_BYTES


class SharedScopes:
    """The scopes that held telemetry refers to."""

    def __init__(self) -> None:
        self._references: dict[InstrumentationScope, int] = {}
        self.byte_count = 0
        """Estimated memory of all of them."""

    def __len__(self) -> int:
        """How many there are."""
        return len(self._references)

    def hold(self, scope: InstrumentationScope) -> None:
        """Note one more reference to *scope*."""
        references = self._references.get(scope, 0)
        if not references:
            self.byte_count += scope_bytes(scope)
        self._references[scope] = references + 1

    def release(self, scope: InstrumentationScope) -> None:
        """Note one reference less to *scope*."""
        self._references[scope] -= 1
        if not self._references[scope]:
            del self._references[scope]
            self.byte_count -= scope_bytes(scope)
