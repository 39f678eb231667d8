"""What a span and a log record have alike: their own bytes, who sent them, what they carry."""

from typing import Generic, Protocol, TypeVar

from devtrace.model.resource import InstrumentationScope, Resource
from devtrace.otlp.values import Value


class _Detail(Protocol):
    """What is read of either when somebody looks."""

    @property
    def attributes(self) -> dict[str, Value]: ...
    @property
    def flags(self) -> int: ...
    @property
    def dropped_attributes_count(self) -> int: ...
    @property
    def notes(self) -> tuple[str, ...]: ...


DetailT = TypeVar("DetailT", bound=_Detail)


class Sent(Generic[DetailT]):
    """Something that was sent with a scope and is kept as its own OTLP bytes."""

    __slots__ = ()

    payload: bytes
    scope: InstrumentationScope

    @property
    def _detail(self) -> DetailT:
        """All beyond the hot fields, read when first asked for."""
        raise NotImplementedError

    @property
    def resource(self) -> Resource:
        """The entity that produced it."""
        return self.scope.resource

    @property
    def service_name(self) -> str:
        """Its resource's `service.name`."""
        return self.scope.resource.service_name

    @property
    def attributes(self) -> dict[str, Value]:
        """Its attributes, in the order they were sent."""
        return self._detail.attributes

    @property
    def flags(self) -> int:
        """W3C trace flags in the low 8 bits; of a span, 0x300 tell of a remote parent."""
        return self._detail.flags

    @property
    def dropped_attributes_count(self) -> int:
        """How many attributes the SDK dropped."""
        return self._detail.dropped_attributes_count

    @property
    def notes(self) -> tuple[str, ...]:
        """What of it could not be read as sent, one sentence each."""
        return self._detail.notes
