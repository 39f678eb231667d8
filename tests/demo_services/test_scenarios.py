"""Every scenario file is complete, and asks only for what the shop can do."""

import ast
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import pytest

import demo_services
from demo_services.faults import Fault

FILES = sorted((Path(demo_services.__file__).parent / "scenarios").glob("*.toml"))
GROUPS = {
    "How it should look",
    "Slow",
    "Failing",
    "Propagation broken",
    "Instrumentation that hurts",
    "Transport",
}


def test_the_first_three_scenarios_are_there() -> None:
    """They are what `devtrace demo` plays by these names."""
    assert {file.stem for file in FILES} >= {"checkout", "slow_payment", "failed_charge"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_scenario_says_what_it_teaches_and_what_it_plays(file: Path) -> None:
    """Its id is its file's name, its faults exist, and its steps say what to expect."""
    scenario: dict[str, Any] = tomllib.loads(file.read_text())

    assert scenario["id"] == file.stem
    assert scenario["group"] in GROUPS
    assert scenario["title"]
    assert scenario["lesson"].strip()
    assert scenario["look_for"].strip()
    assert set(scenario.get("faults", ())) <= set(Fault)
    assert set(scenario["remedy"]) == {"python", "go"}
    assert scenario["expectations"]
    assert sum(bool(each.get("focus")) for each in scenario["expectations"]) == 1
    assert scenario["steps"]
    for step in scenario["steps"]:
        assert step["path"].startswith("/")
        assert step["method"] in {"GET", "POST", "DELETE"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_python_of_a_remedy_is_python(file: Path) -> None:
    """A reader who pastes it gets no syntax error."""
    remedy = tomllib.loads(file.read_text()).get("remedy", {})

    ast.parse("async def remedy():\n" + textwrap.indent(remedy.get("python", "pass"), "    "))
