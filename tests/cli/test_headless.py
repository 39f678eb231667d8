"""Without a UI a play is text: what to look for, the tree, and whether it went as it should."""

import functools
import re
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from devtrace.cli import headless
from devtrace.cli.context import Context
from devtrace.errors import DevtraceError
from devtrace.scenarios.scenario import Scenario, Step
from devtrace.scenarios.shop import Shop
from devtrace.session import Session, SessionConfig

FAKE_SHOP = (sys.executable, str(Path(__file__).with_name("fake_shop.py")))


@pytest.fixture(autouse=True)
def _fake_and_quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Play on the fake shop, and wait no longer than that takes."""
    monkeypatch.setattr(headless, "Shop", functools.partial(Shop, command=FAKE_SHOP))
    monkeypatch.setattr(headless, "QUIET_NANO", 50_000_000)
    monkeypatch.setattr(headless, "DOUBTFUL_NANO", 200_000_000)
    monkeypatch.setattr(headless, "DEADLINE_SECONDS", 1)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def scenario(path: str, *, expect_status: int = 200) -> Scenario:
    """Return a scenario of one request."""
    step = Step(method="GET", path=path, expect_status=(expect_status,))
    return Scenario(
        id="lesson",
        title="A lesson",
        group="Tests",
        lesson="",
        look_for="something\nbroken over lines",
        faults=(),
        steps=(step,),
    )


async def perform(*scenarios: Scenario, is_bounded: bool = False) -> tuple[int, str, str]:
    """Play on a session of its own; return exit code, stdout and stderr."""
    context = Context(stdout=StringIO(), stderr=StringIO())
    session = Session(SessionConfig(grpc_port=0, http_port=0))
    code = await headless.perform(context, session, scenarios, is_bounded=is_bounded)
    assert isinstance(context.stdout, StringIO)
    assert isinstance(context.stderr, StringIO)
    return code, context.stdout.getvalue(), context.stderr.getvalue()


async def test_each_trace_is_printed_as_a_tree_below_what_to_look_for() -> None:
    """A log of it can be read a week later."""
    code, out, _ = await perform(scenario("/"), scenario("/"))

    assert code == 0
    block = (
        r"lesson: A lesson\n"
        r"  something broken over lines\n"
        r"\n"
        r"trace [0-9a-f]{32}  42ms  1 service  1 span\n"
        r"  fake serve  42ms\n"
        r"\n"
    )
    assert re.fullmatch(block + block, out)


async def test_the_shop_is_followed_on_stderr() -> None:
    """Each service has one line, and the logs have a place."""
    _, _, err = await perform(scenario("/"))

    first, second = err.splitlines()
    assert {first.split()[0], second.split()[0]} == {"the", "ready"}
    assert "ready   gateway       1.8s" in err
    assert "the shop's logs are in " in err


async def test_an_answer_other_than_expected_is_exit_code_1_and_the_rest_is_played() -> None:
    """A check that fails says what was seen, and its trace is there to find out why."""
    code, out, err = await perform(scenario("/status/503"), scenario("/"))

    assert code == 1
    assert out.count("fake serve") == 2
    assert (
        "cannot play lesson as it should go: GET /status/503 answered 503, expected 200" in err
    )
    assert "  try: read the logs in " in err


async def test_a_trace_that_never_comes_is_exit_code_1() -> None:
    """Nothing is waited for without end, and nothing missing passes for shown."""
    code, out, err = await perform(scenario("/silent"))

    assert code == 1
    assert "trace" not in out
    assert "its trace did not arrive" in err


async def test_a_parent_that_never_comes_is_waited_for_a_while_and_then_shown() -> None:
    """A broken trace is a result, too."""
    code, out, _ = await perform(scenario("/orphan"))

    assert code == 0
    assert "◌ parent abababab… " in out
    assert "  └ fake serve  42ms" in out


async def test_a_shop_that_cannot_open_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Why it could not is told instead of a tree."""
    command = (sys.executable, "-c", "raise SystemExit(9)")
    monkeypatch.setattr(headless, "Shop", functools.partial(Shop, command=command))

    with pytest.raises(DevtraceError, match="exit code 9"):
        await perform(scenario("/"))


async def test_bounded_output_says_how_much_more_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever plays the whole catalogue can still read it."""
    monkeypatch.setattr(headless, "MAX_TRACES", 2)
    monkeypatch.setattr(headless, "MAX_LINES", 1)
    many = replace(scenario("/orphan"), steps=(Step(method="GET", path="/orphan", count=5),))

    _, out, _ = await perform(many, is_bounded=True)
    assert out.count("\ntrace ") == 2
    assert out.count("… and 1 more line") == 2
    assert out.count("… and 3 more traces") == 1

    _, out, _ = await perform(many)
    assert out.count("\ntrace ") == 5
    assert "more" not in out
