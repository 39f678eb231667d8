"""How the context of a request leaves a service, also when it leaves in a wrong way."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from opentelemetry import context
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context
from opentelemetry.propagators.b3 import B3MultiFormat
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.propagators.textmap import (
    CarrierT,
    Getter,
    Setter,
    TextMapPropagator,
    default_getter,
    default_setter,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator


class Wrong(Enum):
    """A way not to do it."""

    NOTHING = "nothing"
    """No header is sent at all."""
    B3 = "b3"
    """Headers are sent that the other side does not read."""


_KEY = context.create_key("shop.propagation")


@contextmanager
def leaving(way: Wrong | None) -> Iterator[None]:
    """Let every call inside of the block leave *way*; None is the right one."""
    token = context.attach(context.set_value(_KEY, way))
    try:
        yield
    finally:
        context.detach(token)


class ShopPropagator(TextMapPropagator):
    """W3C Trace Context and Baggage, unless it is told to do otherwise."""

    def __init__(self) -> None:
        self._right = CompositePropagator(
            [TraceContextTextMapPropagator(), W3CBaggagePropagator()]
        )
        self._b3 = B3MultiFormat()

    def extract(
        self,
        carrier: CarrierT,
        context: Context | None = None,
        getter: Getter[CarrierT] = default_getter,
    ) -> Context:
        """See `TextMapPropagator.extract`."""
        return self._right.extract(carrier, context, getter)

    def inject(
        self,
        carrier: CarrierT,
        context: Context | None = None,
        setter: Setter[CarrierT] = default_setter,
    ) -> None:
        """See `TextMapPropagator.inject`."""
        match way_of(context):
            case Wrong.NOTHING:
                return
            case Wrong.B3:
                self._b3.inject(carrier, context, setter)
            case _:
                self._right.inject(carrier, context, setter)

    @property
    def fields(self) -> set[str]:
        """See `TextMapPropagator.fields`."""
        return self._right.fields


def way_of(of: Context | None) -> object:
    """Return how calls leave in the context *of*; None is the current one."""
    return context.get_value(_KEY, of)
