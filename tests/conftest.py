"""What every test may rely on."""

import gc
import gzip
import os
import signal
from collections.abc import Iterator

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

# What a developer has set for their own programs is not what is tested.
_THEIR_OWN = ("DEVTRACE_", "OTEL_", "TEXTUAL", "XDG_")
_COLOURS = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "PY_COLORS")
for _name in list(os.environ):
    if _name.startswith(_THEIR_OWN) or _name in _COLOURS:
        del os.environ[_name]


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name what gzip has packed without the second in which it was packed.

    Processes that share the tests must find the same names, whenever each looks for them.
    """
    if not isinstance(val, bytes) or not val.startswith(gzip.compress(b"")[:3]):
        return None
    return (val[:4] + bytes(4) + val[8:]).decode("latin-1").encode("unicode_escape").decode()


_THRESHOLDS = gc.get_threshold()


@pytest.fixture(scope="session", autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let nothing be read from, or kept in, the home of whoever runs the tests.

    A file named by `DEVTRACE_CONFIG` is the only one that is read, also where a directory
    above the checkout holds another.
    """
    home = tmp_path_factory.mktemp("home")
    config = home / "devtrace.toml"
    config.touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(home / "config"))
        patch.setenv("XDG_STATE_HOME", str(home / "state"))
        patch.setenv("DEVTRACE_CONFIG", str(config))
        yield


@pytest.fixture(autouse=True)
def _collector() -> Iterator[None]:
    """Leave the collector of garbage as it was, whatever a session has set and not set back."""
    yield
    gc.enable()
    gc.set_threshold(*_THRESHOLDS)
    gc.unfreeze()


@pytest.fixture
def anyio_backend() -> str:
    """Run async tests on asyncio: devtrace runs on nothing else."""
    return "asyncio"
