"""One session for every case: what one case leaves behind would show in the next."""

from collections.abc import AsyncIterator

import pytest

from devtrace.session import Session, SessionConfig
from tests.conformance.putting import Target
from tests.conformance.watching import SessionObserver


@pytest.fixture(scope="package")
def anyio_backend() -> str:
    """Run all tests here in one event loop."""
    return "asyncio"


@pytest.fixture(scope="package")
async def session(anyio_backend: str) -> AsyncIterator[Session]:
    """Receive on free ports."""
    async with Session(SessionConfig(grpc_port=0, http_port=0)) as running:
        yield running


@pytest.fixture(scope="package")
def target(session: Session) -> Target:
    """Return that session as a receiver to put cases to."""
    endpoints = session.endpoints
    return Target(
        ("127.0.0.1", endpoints.http_port),
        ("127.0.0.1", endpoints.grpc_port),
        SessionObserver(session),
    )
