"""What every test may rely on."""

import pytest
from hypothesis import HealthCheck, settings

# No test fails because the machine is busy.
settings.register_profile(
    "devtrace", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("devtrace")


@pytest.fixture
def anyio_backend() -> str:
    """Run async tests on asyncio: devtrace runs on nothing else."""
    return "asyncio"
