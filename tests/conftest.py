"""What every test may rely on."""

import signal

import pytest
from hypothesis import HealthCheck, settings

# No test fails because the machine is busy.
settings.register_profile(
    "devtrace", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("devtrace")

# A shell that runs the tests in the background has them ignore Ctrl-C, and so would every
# program they start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def anyio_backend() -> str:
    """Run async tests on asyncio: devtrace runs on nothing else."""
    return "asyncio"
