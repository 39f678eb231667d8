"""Scenarios: what to ask of the shop, and what to look for in the traces that come of it.

Each is a TOML file beside the shop's own code, written by hand and edited while
devtrace runs.  So every defect of a file is named with its file and key, and a file
with a defect never keeps the others from being played.
"""

import importlib.util
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from devtrace.errors import UsageError

MAX_COUNT = 1_000
"""Requests that one step may send."""

_SHOP_PACKAGE = "demo_services"
_ID = re.compile(r"[a-z][a-z0-9_]*")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_REMEDY_LANGUAGES = ("python", "go")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One request, sent once or several times in a row."""

    method: str
    path: str
    """Path and query below the shop's gateway; begins with a slash."""
    body: object = None
    """What is sent as JSON; None sends no body."""
    count: int = 1
    """How often it is sent, from 1 to `MAX_COUNT`."""
    expect_status: int = 200
    """The HTTP status that every answer should have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A lesson that can be played on the shop."""

    id: str
    """What it is called on the command line."""
    title: str
    group: str
    """The heading it stands under in a list of scenarios."""
    lesson: str
    """What happens, in a few sentences."""
    look_for: str
    """What shows it in the trace."""
    faults: tuple[str, ...]
    """What the shop is asked to do wrong."""
    steps: tuple[Step, ...]
    """At least one, in the order they are sent."""
    remedy: Mapping[str, str] = field(default_factory=dict)
    """How to mend it, as code by language (`python`, `go`); may be empty."""
    order: int = MAX_COUNT
    """Its place in the catalogue, lowest first; equal places are ordered by id."""


class Catalogue(NamedTuple):
    """Every scenario of a folder that can be played, and why the others cannot."""

    scenarios: tuple[Scenario, ...]
    problems: tuple[str, ...]
    """One sentence each, beginning with file and key."""

    def pick(self, ids: tuple[str, ...]) -> tuple[Scenario, ...]:
        """Return the scenarios called *ids*, in that order.

        Raises:
            UsageError: If there is no such scenario; the message names the nearest.
        """
        known = {scenario.id: scenario for scenario in self.scenarios}
        for each in ids:
            if each not in known:
                near = get_close_matches(each, known, n=1)
                suggestion = f"; did you mean {near[0]}?" if near else ""
                raise UsageError(
                    f"cannot play {each!r}: there is no such scenario{suggestion}",
                    hint="devtrace demo --list",
                )
        return tuple(known[each] for each in ids)


def scenario_folder() -> Path | None:
    """Return where the shop keeps its scenarios, or None if it is not installed.

    The shop is found but not imported: the two meet on the wire and nowhere else.
    """
    spec = importlib.util.find_spec(_SHOP_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "scenarios"


def load_scenarios(folder: Path | None) -> Catalogue:
    """Read every `*.toml` in *folder*.

    Args:
        folder: Where they are; None, or one that does not exist, holds none.

    Returns:
        The sound ones in the order of the catalogue, and every defect of the rest.
    """
    if folder is None:
        return Catalogue((), ())
    problems: list[str] = []
    file_by_id: dict[str, Path] = {}
    scenarios: list[Scenario] = []
    for file in sorted(folder.glob("*.toml")):
        table = _read_toml(file, problems)
        scenario = None if table is None else _scenario(_Table(table, file.name, problems))
        if scenario is None:
            continue
        if scenario.id in file_by_id:
            problems.append(
                f"{file.name}: id: {scenario.id!r} is taken by {file_by_id[scenario.id].name}"
            )
            continue
        file_by_id[scenario.id] = file
        scenarios.append(scenario)
    scenarios.sort(key=lambda scenario: (scenario.order, scenario.id))
    return Catalogue(tuple(scenarios), tuple(problems))


def _read_toml(file: Path, problems: list[str]) -> dict[str, Any] | None:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(f"{file.name}: cannot be read: {error}")
        return None


def _scenario(table: "_Table") -> Scenario | None:
    """Return the scenario that *table* describes, or None after noting its defects."""
    sound_before = len(table.problems)
    name = table.text("id")
    if name and not _ID.fullmatch(name):
        table.complain("id", f"{name!r} is not made of lower-case letters, digits and _")
    remedy = table.table("remedy")
    steps = tuple(_step(step) for step in table.tables("steps"))
    scenario = Scenario(
        id=name,
        title=table.text("title"),
        group=table.text("group"),
        lesson=table.text("lesson").strip(),
        look_for=table.text("look_for").strip(),
        faults=table.texts("faults"),
        steps=steps,
        remedy={
            language: remedy.text(language)
            for language in _REMEDY_LANGUAGES
            if language in remedy
        },
        order=table.number("order", default=MAX_COUNT, low=0, high=1_000_000),
    )
    remedy.finish()
    table.finish()
    return scenario if len(table.problems) == sound_before else None


def _step(table: "_Table") -> Step:
    step = Step(
        method=table.text("method"),
        path=table.text("path"),
        body=table.value("body"),
        count=table.number("count", default=1, low=1, high=MAX_COUNT),
        expect_status=table.number("expect_status", default=200, low=100, high=599),
    )
    if step.method and step.method not in _METHODS:
        table.complain("method", f"{step.method!r} is none of {', '.join(_METHODS)}")
    if step.path and not step.path.startswith("/"):
        table.complain("path", f"{step.path!r} does not begin with /")
    try:
        json.dumps(step.body, allow_nan=False)
    except (TypeError, ValueError):
        table.complain("body", "holds a date, a time or a number that JSON has no form for")
    table.finish()
    return step


class _Table:
    """Takes the keys out of one TOML table and notes whatever is wrong with them."""

    def __init__(self, table: Mapping[str, Any], where: str, problems: list[str]) -> None:
        self._table = table
        self._where = where
        self._taken: set[str] = set()
        self.problems = problems

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def complain(self, key: str, cause: str) -> None:
        self.problems.append(f"{self._where}: {key}: {cause}")

    def value(self, key: str) -> object:
        self._taken.add(key)
        return self._table.get(key)

    def text(self, key: str) -> str:
        value = self.value(key)
        if isinstance(value, str) and value.strip():
            return value
        self.complain(
            key, "is missing" if value is None else "must be a text that is not empty"
        )
        return ""

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.value(key)
        match value:
            case None:
                return ()
            case list() if all(isinstance(each, str) and each for each in value):
                return tuple(value)
        self.complain(key, "must be a list of texts")
        return ()

    def number(self, key: str, *, default: int, low: int, high: int) -> int:
        value = self.value(key)
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self.complain(key, f"must be a whole number from {low} to {high}")
        return default

    def table(self, key: str) -> "_Table":
        value = self.value(key)
        if value is not None and not isinstance(value, dict):
            self.complain(key, "must be a table")
        return _Table(
            value if isinstance(value, dict) else {}, f"{self._where}: {key}", self.problems
        )

    def tables(self, key: str) -> list["_Table"]:
        value = self.value(key)
        if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
            return [
                _Table(each, f"{self._where}: {key}[{index}]", self.problems)
                for index, each in enumerate(value)
            ]
        self.complain(key, f"must be one or more tables [[{key}]]")
        return []

    def finish(self) -> None:
        for key in self._table.keys() - self._taken:
            near = get_close_matches(key, self._taken, n=1)
            self.complain(
                key, f"is not known; did you mean {near[0]}?" if near else "is not known"
            )
