"""A load sends what was asked for, and everything it sends is accounted for."""

import pytest
from anyio import to_thread

from devtrace.exporters.otlp import Patience
from devtrace.exporters.target import Protocol, target
from devtrace.load.load import Load, LoadConfig
from devtrace.load.shape import Shape
from devtrace.session import Session, SessionConfig
from tests.exporters.scripted import Answer, http_receiver

DEADLINE_SECONDS = 30


@pytest.mark.parametrize("protocol", list(Protocol))
async def test_what_is_acknowledged_is_what_a_receiver_holds(protocol: Protocol) -> None:
    """Our own receiver takes every span of it, in every protocol, and refuses none."""
    async with Session(SessionConfig(grpc_port=0, http_port=0)) as session:
        is_grpc = protocol is Protocol.GRPC
        where = session.endpoints.grpc if is_grpc else session.endpoints.http_url
        config = LoadConfig(
            target=target(where, protocol),
            shape=Shape(spans_per_trace=8),
            batch=32,
            max_spans=320,
            seconds=0,
            workers=2,
        )

        def run() -> Load:
            with Load(config) as load:
                assert load.wait(DEADLINE_SECONDS)
            return load

        load = await to_thread.run_sync(run)
        counters = session.counters
        assert not counters.refused_spans.total
        assert not counters.notes.total
        assert counters.accepted_spans == load.tally.acknowledged_spans == 320
        assert load.tally.is_clean


def a_config(address: str, **settings: float) -> LoadConfig:
    """Return a load over HTTP that ends only when told, unless *settings* say otherwise."""
    given = {"seconds": 0, "batch": 4, "workers": 1} | settings
    return LoadConfig(
        target=target(address, Protocol.HTTP_PROTOBUF),
        shape=Shape(spans_per_trace=4),
        patience=Patience(max_attempts=1),
        **given,  # type: ignore[arg-type]
    )


def test_it_ends_when_its_time_is_over() -> None:
    """By a clock that a test can turn."""
    now = [0.0]
    with http_receiver(Answer()) as received:
        load = Load(a_config(received.address, seconds=5), clock=lambda: now[0])
        with load:
            assert not load.wait(0.05)
            now[0] = 5.0
            assert load.wait(DEADLINE_SECONDS)

    assert load.elapsed_seconds == 5
    assert load.tally.sent_spans == 4 * len(received.bodies)


def test_a_rate_is_kept_by_schedule() -> None:
    """At a clock that stands still nothing is due after the first request."""
    with http_receiver(Answer()) as received:
        with Load(a_config(received.address, rate=0.001), clock=lambda: 0.0) as load:
            assert not load.wait(0.2)
        assert len(received.bodies) <= 1

    assert load.tally.is_clean


@pytest.mark.parametrize("rate", [0.001, 1e-300])
def test_a_low_rate_does_not_outlast_its_time(rate: float) -> None:
    """What would be due long after the end is not waited for."""
    with (
        http_receiver(Answer()) as received,
        Load(a_config(received.address, rate=rate, seconds=0.2)) as load,
    ):
        assert load.wait(DEADLINE_SECONDS)


def test_what_is_refused_is_counted_and_does_not_end_it() -> None:
    """Somebody who tests limits wants to know how many."""
    with (
        http_receiver(Answer(status=400)) as received,
        Load(a_config(received.address, max_spans=40)) as load,
    ):
        assert load.wait(DEADLINE_SECONDS)

    assert load.tally.refused_spans == 40
    assert not load.tally.is_clean


def test_a_defect_of_a_worker_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug looks like a bug."""
    load = Load(a_config("localhost:1", max_spans=4))
    monkeypatch.setattr(load.client, "export", None)
    with load, pytest.raises(TypeError):
        load.wait(DEADLINE_SECONDS)
