"""The shop is followed line by line, and never outlives whoever started it."""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil
import pytest

from devtrace.errors import DevtraceError
from devtrace.scenarios.shop import KEPT_LOG_DIRS, ServiceState, Shop, Status, shop_environment

DEADLINE_SECONDS = 10

STARTS = {"event": "starting", "service": "auth"}
READY = {
    "event": "ready",
    "service": "auth",
    "address": "127.0.0.1:9",
    "seconds": 1.8,
    "pid": 7,
}
SHOP_READY = {"event": "shop_ready", "gateway": "http://127.0.0.1:8", "seconds": 2.4}
EXITED = {"event": "exited", "service": "auth", "code": 3, "log": "/x"}
FAILED = {"event": "failed", "service": "auth", "message": "no more ports", "log": "/x"}


def playing(*lines: object, end: str = "sys.stdin.read()") -> tuple[str, ...]:
    """Return the command of a shop that says *lines* and then does *end*."""
    said = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines)
    program = f"import sys, time; print({said!r}, flush=True); {end}"
    return (sys.executable, "-c", program)


@asynccontextmanager
async def started(*lines: object, end: str = "sys.stdin.read()") -> AsyncIterator[Shop]:
    """Run a shop that says *lines* and then does *end*."""
    async with Shop("http://127.0.0.1:4318", command=playing(*lines, end=end)) as shop:
        await shop.start()
        yield shop


def folder_names(folder: Path) -> set[str]:
    """Return the names of what is in *folder*."""
    return {each.name for each in folder.iterdir()}


@pytest.fixture(autouse=True)
def _logs_in_the_tests_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))


async def until(shop: Shop, condition: Callable[[], bool]) -> None:
    """Wait for a change of *shop* after which *condition* holds."""
    changed = asyncio.Event()
    shop.on_change = changed.set
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not condition():
            await changed.wait()
            changed.clear()


async def test_a_shop_becomes_ready_service_by_service() -> None:
    """Whoever draws it knows each service's state, address and time at any moment."""
    async with started(STARTS, READY, "no JSON", "[]", '{"event": "new"}', SHOP_READY) as shop:
        assert shop.status is Status.STARTING

        assert await shop.ready() == "http://127.0.0.1:8"

        assert shop.status is Status.READY
        assert shop.gateway == "http://127.0.0.1:8"
        assert shop.seconds == 2.4
        assert shop.failure is None
        assert shop.services == {
            "auth": ServiceState(status=Status.READY, seconds=1.8, address="127.0.0.1:9")
        }


async def test_a_line_without_end_is_passed_over() -> None:
    """Whatever gets onto the shop's output costs that line."""
    end = f"print('x' * 3_000_000); print({json.dumps(SHOP_READY)!r}, flush=True); sys.stdin.read()"
    async with started(STARTS, end=end) as shop:
        assert await shop.ready() == "http://127.0.0.1:8"


async def test_stopping_ends_the_process_by_ending_its_input() -> None:
    """The shop gets to finish; after that nothing of it runs and nothing is claimed."""
    async with started(
        SHOP_READY, end="sys.stdin.read(); open(sys.argv[2] + '/finished', 'w')"
    ) as shop:
        await shop.ready()
        await asyncio.gather(shop.stop(), shop.stop())

        assert shop.status is Status.STOPPED
        assert shop.gateway is None
        assert shop.services == {}
        assert shop.failure is None
        assert shop.log_dir is not None
        assert (shop.log_dir / "finished").exists()


async def test_a_shop_that_does_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quitting takes a bounded time, also with a shop that hangs."""
    monkeypatch.setattr("devtrace.scenarios.shop.STOP_SECONDS", 0.2)
    before = set(psutil.Process().children())
    async with started({"event": "ready"}, SHOP_READY, end="time.sleep(600)") as shop:
        await shop.ready()
        children = set(psutil.Process().children()) - before
        await shop.stop()

    assert children
    assert not any(child.is_running() for child in children)


async def test_a_stopped_shop_can_be_started_again() -> None:
    """Each start begins from nothing, with logs of its own."""
    async with started(STARTS, SHOP_READY) as shop:
        await shop.ready()
        first = shop.log_dir
        await shop.start()
        assert shop.log_dir == first
        await shop.stop()
        await shop.start()

        assert await shop.ready() == "http://127.0.0.1:8"
        assert shop.log_dir != first


async def test_a_service_that_cannot_start_is_the_reason_the_shop_cannot() -> None:
    """Who waits for the shop learns which service failed, why, and where to read more."""
    async with started(STARTS, FAILED) as shop:
        with pytest.raises(DevtraceError) as caught:
            await shop.ready()

        assert str(caught.value) == "cannot start auth: no more ports"
        assert str(shop.log_dir) in caught.value.hint
        assert shop.status is Status.FAILED
        assert shop.services["auth"] == ServiceState(
            status=Status.FAILED, message="no more ports"
        )


async def test_a_service_that_ends_by_itself_is_named_and_the_rest_goes_on() -> None:
    """A crash in the shop is something to look at in it, not the end of it."""
    async with started(STARTS, READY, SHOP_READY, EXITED) as shop:
        await until(shop, lambda: shop.failure is not None)

        assert shop.failure == "auth ended with exit code 3"
        assert shop.services["auth"].status is Status.EXITED
        assert shop.gateway == "http://127.0.0.1:8"


@pytest.mark.parametrize(
    ("said", "message", "failure"),
    [
        ({"code": -9}, "killed by signal 9", "auth was killed by signal 9"),
        ({"code": None}, "ended", "auth ended"),
        (
            {"code": None, "message": "cannot start: no module x"},
            "cannot start: no module x",
            "auth cannot start: no module x",
        ),
    ],
)
async def test_how_a_service_ended_is_said_in_words(
    said: dict[str, object], message: str, failure: str
) -> None:
    """Nobody has to know what an exit code of -9 means."""
    async with started(STARTS, READY, SHOP_READY, EXITED | said) as shop:
        await until(shop, lambda: shop.failure is not None)

        assert shop.services["auth"].message == message
        assert shop.failure == failure


async def test_a_service_that_is_ready_again_is_no_failure_any_more() -> None:
    """What was wrong is said for as long as it is."""
    async with started(
        STARTS,
        READY,
        SHOP_READY,
        EXITED,
        end=f"sys.stdin.readline(); print({json.dumps(READY)!r}, flush=True); sys.stdin.read()",
    ) as shop:
        await until(shop, lambda: shop.failure is not None)

        shop.replace("auth")
        await until(shop, lambda: shop.failure is None)

        assert shop.services["auth"].status is Status.READY


async def test_a_service_is_replaced_by_a_line_on_the_shops_input() -> None:
    """Which names it."""
    end = (
        "said = sys.stdin.readline(); open(sys.argv[2] + '/said', 'w').write(said); sys.exit(0)"
    )
    async with started(STARTS, READY, SHOP_READY, end=end) as shop:
        await shop.ready()
        shop.replace("auth")
        await until(shop, lambda: shop.status is Status.FAILED)

        assert shop.log_dir is not None
        assert json.loads((shop.log_dir / "said").read_text()) == {"replace": "auth"}


async def test_nothing_is_replaced_in_a_shop_that_does_not_have_it() -> None:
    """One sentence says which services there are, or that the shop does not run."""
    async with started(STARTS, READY, SHOP_READY) as shop:
        with pytest.raises(DevtraceError, match="cannot restart auth: the shop does not run"):
            shop.replace("auth")
        await shop.ready()
        with pytest.raises(DevtraceError, match="'bank': the shop has no such"):
            shop.replace("bank")


async def test_the_shop_says_what_can_go_wrong_in_it() -> None:
    """A fault that it does not have can be told from one it has."""
    async with started(SHOP_READY | {"faults": ["slow_payment"]}) as shop:
        await shop.ready()

        assert shop.faults == {"slow_payment"}


async def test_a_shop_that_ends_by_itself_is_a_failure() -> None:
    """Nobody waits for a process that is gone."""
    async with started(STARTS, end="sys.exit(5)") as shop:
        with pytest.raises(DevtraceError, match="it ended with exit code 5"):
            await shop.ready()


async def test_a_shop_that_is_never_ready_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the shop takes a bounded time."""
    monkeypatch.setattr("devtrace.scenarios.shop.READY_SECONDS", 0.2)
    async with started(STARTS) as shop:
        with pytest.raises(DevtraceError, match="not ready after"):
            await shop.ready()


async def test_what_the_shop_prints_is_kept_for_reading() -> None:
    """A traceback of the shop itself is in a file, not on the screen and not lost."""
    async with started(SHOP_READY, end="sys.exit('what went wrong')") as shop:
        await until(shop, lambda: shop.failure is not None)

        assert shop.log_dir is not None
        assert (shop.log_dir / "shop.log").read_text(encoding="utf-8") == "what went wrong\n"


async def test_a_program_that_cannot_be_started_is_one_error() -> None:
    """A broken installation gives a sentence."""
    shop = Shop("http://127.0.0.1:4318", command=("/nowhere/python",))

    with pytest.raises(DevtraceError, match="cannot start the shop: No such file"):
        await shop.start()

    await shop.stop()
    assert shop.status is Status.FAILED


async def test_the_shop_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """Even SIGKILL leaves nothing behind: the kernel closes the pipe the shop lives by."""
    program = tmp_path / "parent.py"
    program.write_text(
        "import asyncio, os, signal, sys\n"
        "from devtrace.scenarios.shop import Shop\n"
        "async def main():\n"
        f"    shop = Shop('http://x', command={playing(SHOP_READY)!r})\n"
        "    await shop.start()\n"
        "    await shop.ready()\n"
        "    print(shop._process.pid, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n",
        encoding="utf-8",
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, str(program), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await parent.communicate()

    with suppress(psutil.NoSuchProcess):
        psutil.Process(int(said)).wait(DEADLINE_SECONDS)


async def test_a_missing_extra_is_told_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One line with the command that mends it, instead of a traceback from a service."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    shop = Shop("http://127.0.0.1:4318", command=playing())

    with pytest.raises(DevtraceError) as caught:
        await shop.start()

    assert str(caught.value) == "cannot start the shop: the extra 'demo' is not installed"
    assert "-m pip install" in caught.value.hint
    assert "devtrace[demo]" in caught.value.hint
    assert shop.log_dir is None


def test_the_users_own_telemetry_settings_do_not_reach_the_shop() -> None:
    """A developer's OTEL variables are about their program; the shop is devtrace's."""
    made = shop_environment(
        {
            "PATH": "/bin",
            "OTEL_SDK_DISABLED": "true",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://elsewhere",
            "NO_PROXY": "intranet",
            "HTTPS_PROXY": "http://proxy:3128",
        },
        "http://127.0.0.1:4318",
    )

    assert {key for key in made if key.startswith("OTEL_")} == {
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
    }
    assert made["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://127.0.0.1:4318"
    assert made["NO_PROXY"] == made["no_proxy"] == "intranet,127.0.0.1,localhost,::1"
    assert made["PATH"] == "/bin"


async def test_arguments_reach_the_shop() -> None:
    """What the user chose for the shop, such as its queue, is part of its command line."""
    program = "import sys, json; print(json.dumps({'event': 'exited', 'service': ' '.join(sys.argv[1:3]), 'code': 0}), flush=True); sys.stdin.read()"
    shop = Shop(
        "http://127.0.0.1:4318",
        command=(sys.executable, "-c", program),
        arguments=("--redis", "redis://localhost"),
    )
    async with shop:
        await shop.start()
        await until(shop, lambda: "--redis redis://localhost" in shop.services)


async def test_logs_of_long_ago_are_removed_and_the_newest_stay(tmp_path: Path) -> None:
    """The folders with what the shop printed do not pile up, nor vanish while in use."""
    for number in range(KEPT_LOG_DIRS + 5):
        folder = tmp_path / f"devtrace-shop-{number:03}"
        folder.mkdir()
        days_ago = time.time() - 86_400 * (100 - number)
        os.utime(folder, (days_ago, days_ago))
    fresh = tmp_path / "devtrace-shop-fresh"
    fresh.mkdir()

    async with started(SHOP_READY) as shop:
        pass

    left = folder_names(tmp_path)
    assert len(left) == KEPT_LOG_DIRS
    assert fresh.name in left
    assert shop.log_dir is not None
    assert shop.log_dir.name in left
    assert "devtrace-shop-000" not in left


async def test_a_shop_with_nowhere_to_send_to_is_not_started() -> None:
    """The error says so, and which command has a shop."""
    shop = Shop("")

    with pytest.raises(DevtraceError, match="nothing is received here") as failure:
        await shop.start()

    assert (failure.value.hint, shop.status) == ("devtrace demo", Status.STOPPED)
