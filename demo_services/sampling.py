"""Which traces a service records: what its caller has decided, unless a fault says otherwise."""

from collections.abc import Sequence

from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    ALWAYS_ON,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import Link, SpanKind, TraceState
from opentelemetry.util.types import Attributes

from demo_services import faults
from demo_services.faults import Fault

RATIO = 0.1
"""The share of traces recorded in the scenario of sampling."""

DECIDES_ANEW = {"orders": ALWAYS_OFF, "inventory": ALWAYS_ON, "payments": ALWAYS_ON}
"""Who does not ask its caller, in the scenario of the lost flag, and what it decides."""


class ShopSampler(Sampler):
    """The sampler of one service.

    Args:
        service_name: Whose.
    """

    def __init__(self, service_name: str) -> None:
        self._service_name = service_name
        self._as_caller = ParentBased(ALWAYS_ON)
        self._one_in_ten = ParentBased(TraceIdRatioBased(RATIO))

    def should_sample(  # noqa: PLR0917 - as upstream
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """See `Sampler.should_sample`."""
        sampler = self._sampler(parent_context)
        return sampler.should_sample(
            parent_context, trace_id, name, kind, attributes, links, trace_state
        )

    def get_description(self) -> str:
        """See `Sampler.get_description`."""
        return f"ShopSampler{{{self._service_name}}}"

    def _sampler(self, parent_context: Context | None) -> Sampler:
        if faults.is_asked_for(Fault.SAMPLED_FLAG_LOST, parent_context):
            return DECIDES_ANEW.get(self._service_name, self._as_caller)
        if faults.is_asked_for(Fault.SAMPLING, parent_context):
            return self._one_in_ten
        return self._as_caller
