"""Made-up traces are what somebody who tests a receiver would believe."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.load.shape import MadeSpan, Role, Shape, made_trace, service_name
from devtrace.model.span import SpanKind

shapes = st.builds(
    Shape,
    spans_per_trace=st.integers(1, 60),
    depth=st.integers(1, 12),
    services=st.integers(1, 30),
    attributes_per_span=st.integers(0, 12),
)


def a_made_trace(shape: Shape, seed: int, *, fails: bool = False) -> list[MadeSpan]:
    """Return a trace that chance decided on."""
    return made_trace(shape, random.Random(seed), fails=fails)  # noqa: S311  # no secret


@given(shape=shapes, seed=st.integers(0, 1000))
def test_a_trace_has_the_shape_asked_for(shape: Shape, seed: int) -> None:
    """So many spans, no deeper than asked, each child within its parent and after it."""
    spans = a_made_trace(shape, seed)

    assert len(spans) == shape.spans_per_trace
    assert [span.parent for span in spans].count(None) == 1
    for number, span in enumerate(spans):
        assert 1 <= span.depth <= max(shape.depth, 2)
        assert 0 <= span.service < shape.services
        assert span.name
        assert len(span.attributes) >= shape.attributes_per_span
        if span.parent is not None:
            above = spans[span.parent]
            assert span.parent < number
            assert span.depth == above.depth + 1
            assert above.start_nano <= span.start_nano <= span.end_nano <= above.end_nano


@given(shape=shapes, seed=st.integers(0, 1000))
def test_services_change_only_where_one_calls_another(shape: Shape, seed: int) -> None:
    """A server is called by a client, a consumer reads what a producer sent."""
    spans = a_made_trace(shape, seed)

    for span in spans[1:]:
        above = spans[span.parent or 0]
        if span.role in {Role.HANDLER, Role.CONSUME}:
            wanted = SpanKind.CLIENT if span.role is Role.HANDLER else SpanKind.PRODUCER
            assert above.kind is wanted
        else:
            assert span.service == above.service


@given(shape=shapes, seed=st.integers(0, 1000))
def test_an_error_begins_in_one_span_and_fails_its_callers(shape: Shape, seed: int) -> None:
    """The failing spans are one line upward from where the exception was raised."""
    spans = a_made_trace(shape, seed, fails=True)

    (origin,) = [span for span in spans if span.exception is not None]
    assert origin.has_error
    for span in spans:
        if span.has_error and span.parent is not None:
            above = spans[span.parent]
            assert above.has_error or above.role is Role.PUBLISH
    assert sum(span.has_error for span in spans) <= origin.depth


def test_the_depth_asked_for_is_reached() -> None:
    """The first branch goes as deep as it may."""
    spans = a_made_trace(Shape(spans_per_trace=20, depth=9), 1)

    assert max(span.depth for span in spans) == 9


def test_names_are_few() -> None:
    """A thousand traces have no more names than services have endpoints, calls and tables."""
    chance = random.Random(1)  # noqa: S311  # no secret
    names = Counter(
        span.name for _ in range(1000) for span in made_trace(Shape(), chance, fails=False)
    )

    assert len(names) < 6 * 20
    assert len({service_name(number) for number in range(100)}) == 100


@pytest.mark.parametrize(
    "wrong", [{"spans_per_trace": 0}, {"depth": 0}, {"services": 0}, {"error_share": 1.5}]
)
def test_what_no_trace_can_have_is_refused(wrong: dict[str, float]) -> None:
    """A caller's slip is told at once."""
    with pytest.raises(ValueError, match="must be"):
        Shape(**wrong)  # type: ignore[arg-type]
