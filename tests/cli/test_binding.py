"""Addresses are taken before a command begins, and the user is told what matters of them."""

import socket
from collections.abc import Iterator
from io import StringIO

import pytest

from devtrace.cli.binding import bound_session
from devtrace.cli.context import Context
from devtrace.errors import EndpointInUseError
from devtrace.session import SessionConfig


@pytest.fixture
def taken_port() -> Iterator[int]:
    """Hold a port of 127.0.0.1."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        yield holder.getsockname()[1]


@pytest.fixture
def context() -> Context:
    """Return a context whose streams can be read."""
    return Context(stdout=StringIO(), stderr=StringIO())


def said(context: Context) -> str:
    """Return what was written to stderr."""
    assert isinstance(context.stderr, StringIO)
    return context.stderr.getvalue()


async def test_a_port_that_was_asked_for_is_not_exchanged(
    context: Context, taken_port: int
) -> None:
    """Who names a port wants that port."""
    with pytest.raises(EndpointInUseError):
        bound_session(context, SessionConfig(grpc_port=taken_port, http_port=0))


async def test_where_any_port_will_do_another_is_taken_and_said(
    context: Context, taken_port: int
) -> None:
    """The demo runs beside a Collector, and nobody wonders where it listens."""
    session = bound_session(
        context, SessionConfig(grpc_port=taken_port, http_port=0), may_move=True
    )

    assert session.endpoints.grpc_port != taken_port
    assert f"127.0.0.1:{taken_port}" in said(context)
    assert session.endpoints.grpc in said(context)
    assert session.endpoints.http in said(context)
    await session.stop()


async def test_listening_beyond_this_machine_is_said(context: Context) -> None:
    """A flag that opens a door says so; the usual one is silent."""
    usual = bound_session(context, SessionConfig(grpc_port=0, http_port=0))
    assert said(context) == ""

    config = SessionConfig(host="0.0.0.0", grpc_port=0, http_port=0)  # noqa: S104  # the subject
    open_door = bound_session(context, config)

    assert said(context) == (
        "devtrace: warning: receiving on 0.0.0.0: whoever reaches this machine may send\n"
    )
    await usual.stop()
    await open_door.stop()
