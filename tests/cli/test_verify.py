"""A verification says of each scenario whether it showed what it promises, and what it showed."""

import functools
import json
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from devtrace.cli import verify as verifying
from devtrace.cli.context import Context
from devtrace.cli.verify import verify
from devtrace.errors import DevtraceError
from devtrace.scenarios.expectation import Amount, Expectation
from devtrace.scenarios.scenario import Scenario, Step
from devtrace.scenarios.shop import Shop
from devtrace.session import Session, SessionConfig

FAKE_SHOP = (sys.executable, str(Path(__file__).with_name("fake_shop.py")))

LESSON = Scenario(
    id="lesson",
    title="A lesson",
    group="Tests",
    lesson="",
    look_for="",
    faults=(),
    steps=(Step(method="GET", path="/"),),
    expectations=(
        Expectation(says="It is served.", query="{ name=serve }", spans=Amount(1, 1)),
        Expectation(says="By one.", query="{ service=fake }", traces=Amount(1, None)),
    ),
)


@pytest.fixture(autouse=True)
def _fake_and_quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Play on the fake shop, and wait no longer than that takes."""
    monkeypatch.setattr(verifying, "Shop", functools.partial(Shop, command=FAKE_SHOP))
    monkeypatch.setattr("devtrace.scenarios.outcome.QUIET_SECONDS", 0.1)
    monkeypatch.setattr("devtrace.scenarios.outcome.PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


async def verified(*scenarios: Scenario, as_json: bool = False) -> tuple[int, str, str]:
    """Verify on a session of its own; return exit code, stdout and stderr."""
    out, err = StringIO(), StringIO()
    code = await verify(
        Context(stdout=out, stderr=err),
        Session(SessionConfig(grpc_port=0, http_port=0)),
        scenarios,
        as_json=as_json,
    )
    return code, out.getvalue(), err.getvalue()


async def test_a_scenario_that_shows_what_it_promises_is_one_line() -> None:
    """And the sum of it all is on stderr."""
    code, out, err = await verified(LESSON, replace(LESSON, id="second"))

    assert code == 0
    first, second = out.splitlines()
    assert first.startswith("✔ lesson             2 of 2 expectations ")
    assert second.startswith("✔ second ")
    assert "2 of 2 scenarios show what they promise, in " in err


async def test_what_was_not_shown_is_told_with_what_was_seen_instead() -> None:
    """The others are played all the same, and the exit code is 1."""
    wrong = replace(
        LESSON,
        id="wrong",
        expectations=(
            *LESSON.expectations,
            Expectation(says="Twice.", query="{ name=serve }", spans=Amount(2, 2)),
        ),
    )
    code, out, err = await verified(wrong, LESSON)

    assert code == 1
    first, says, seen, query, last = out.splitlines()
    assert first.startswith("✘ wrong              2 of 3 expectations")
    assert says == "    ✘ Twice."
    assert seen == "      seen: 1 span (not 2)"
    assert query == "      query: { name=serve }"
    assert last.startswith("✔ lesson ")
    assert "1 of 2 scenarios show what they promise" in err


async def test_an_answer_other_than_expected_is_told_first() -> None:
    """It may be the reason of all the rest."""
    step = Step(method="GET", path="/status/503")
    code, out, _ = await verified(replace(LESSON, steps=(step,)))

    assert code == 1
    assert out.splitlines()[1] == "    ✘ GET /status/503 answered 503, expected 200"


async def test_as_json_each_scenario_is_one_object() -> None:
    """With where to look."""
    code, out, _ = await verified(LESSON, as_json=True)

    assert code == 0
    (line,) = out.splitlines()
    document = json.loads(line)
    assert {key: document[key] for key in ("id", "title", "group", "holds", "failure")} == {
        "id": "lesson",
        "title": "A lesson",
        "group": "Tests",
        "holds": True,
        "failure": None,
    }
    (trace_id,) = document["trace_ids"]
    first, _ = document["expectations"]
    assert (first["says"], first["query"]) == ("It is served.", "{ name=serve }")
    assert (first["holds"], first["seen"], first["trace_id"]) == (True, "1 span", trace_id)
    assert len(first["span_id"]) == 16


async def test_a_receiver_that_is_away_for_a_while_is_back_for_the_next_scenario() -> None:
    """Here what is sent meanwhile is lost, as nobody tries again; and that is told."""
    away = replace(
        LESSON,
        id="away",
        steps=(Step(method="GET", path="/status/200"),),
        receiver_away_seconds=0.2,
    )
    code, out, _ = await verified(away, LESSON)

    assert code == 1
    assert out.startswith("✘ away ")
    assert out.splitlines()[-1].startswith("✔ lesson ")


async def test_a_fault_that_the_shop_does_not_have_is_told_with_the_nearest() -> None:
    """Nobody verifies a lesson whose fault never happens."""
    with pytest.raises(DevtraceError, match="no fault 'sloww'; did you mean slow"):
        await verified(replace(LESSON, faults=("sloww",)))
