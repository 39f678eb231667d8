"""What every test may rely on."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Run async tests on asyncio: devtrace runs on nothing else."""
    return "asyncio"
