"""Taking the addresses of a session, and telling the user about those."""

from dataclasses import replace

from devtrace.cli.context import Context
from devtrace.errors import EndpointInUseError
from devtrace.session import Session, SessionConfig


def bound_session(
    context: Context,
    config: SessionConfig,
    *,
    may_move: bool = False,
    http_waits: bool = False,
) -> Session:
    """Return a session that has its addresses and is not started yet.

    Args:
        context: Where warnings go.
        config: What to receive on.
        may_move: Whether any free ports will do where those of *config* are taken.
        http_waits: As `Session` has it.

    Raises:
        EndpointInUseError: If an address is taken and another will not do.
    """
    session = Session(config, http_waits=http_waits)
    try:
        session.bind()
    except EndpointInUseError as error:
        if not may_move:
            raise
        session = Session(replace(config, grpc_port=0, http_port=0), http_waits=http_waits)
        session.bind()
        context.warn(
            f"{error}; receiving on {session.endpoints.grpc} (gRPC) "
            f"and {session.endpoints.http} (HTTP) instead"
        )
    if session.is_exposed:
        context.warn(f"receiving on {config.host}: whoever reaches this machine may send")
    return session
