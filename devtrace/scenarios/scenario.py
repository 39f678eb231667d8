"""Scenarios: what to ask of the shop, and what to look for in the traces that come of it.

Each is a TOML file beside the shop's own code, written by hand and edited while
devtrace runs.  So every defect of a file is named with its file and key, and a file
with a defect never keeps the others from being played.
"""

import json
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from devtrace.errors import UsageError
from devtrace.scenarios.expectation import Expectation, read_expectation
from devtrace.scenarios.table import Table, did_you_mean

MAX_COUNT = 1_000
"""Requests that one step may send."""
MAX_CONCURRENCY = 64
"""Requests of one step that may be under way at once."""
MAX_PAUSE_SECONDS = 60.0
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
"""What a step may ask."""

_ID_LINE = re.compile(r"""^id *= *["'](\w+)["']""", re.MULTILINE)
_ID = re.compile(r"[a-z][a-z0-9_]*")
_REMEDY_LANGUAGES = ("python", "go")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One request, sent once or several times in a row."""

    method: str
    path: str
    """Path and query below the shop's gateway; begins with a slash."""
    body: object = None
    """What is sent as JSON; None sends no body."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """What the request says besides, such as `authorization`."""
    count: int = 1
    """How often it is sent, from 1 to `MAX_COUNT`."""
    concurrency: int = 1
    """How many of them are under way at once, from 1 to `MAX_CONCURRENCY`."""
    pause_seconds: float = 0.0
    """How long to wait before it is sent, each time."""
    expect_status: tuple[int, ...] = (200,)
    """The HTTP statuses that an answer may have; empty: any."""


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
    expectations: tuple[Expectation, ...] = ()
    """What its traces must show, in the order it is told."""
    settle_seconds: float = 0.0
    """How long after the last answer spans may still be on their way, beyond the usual."""
    receiver_away_seconds: float = 0.0
    """How long nothing is received while it plays; 0: all the time."""
    is_crafted: bool = False
    """Whether its spans are invented, and not what a real service has recorded."""
    remedy: Mapping[str, str] = field(default_factory=dict)
    """How to mend it, as code by language (`python`, `go`); may be empty."""
    file_name: str = field(default="", compare=False)
    """The file it was read from."""
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
        _require_known(ids, known)
        return tuple(known[each] for each in ids)


def _require_known(ids: Iterable[str], known: Collection[str]) -> None:
    for each in ids:
        if each not in known:
            raise UsageError(
                f"cannot play {each!r}: there is no such scenario{did_you_mean(each, known)}",
                hint="devtrace demo --list",
            )


def require_ids(ids: Iterable[str], folder: Path | None) -> None:
    """Look whether *folder* has scenarios called *ids*, without understanding its files.

    Raises:
        UsageError: If there is no such scenario; the message names the nearest.
    """
    known: set[str] = set()
    for file in folder.glob("*.toml") if folder else ():
        with suppress(OSError, UnicodeDecodeError):  # told when it is read in full
            known.update(_ID_LINE.findall(file.read_text(encoding="utf-8")))
    _require_known(ids, known)


def load_scenarios(
    folder: Path | None, *, before: Sequence[Scenario] = (), checks_queries: bool = True
) -> Catalogue:
    """Read every `*.toml` in *folder*.

    Args:
        folder: Where they are; None, or one that does not exist, holds none.
        before: What was read before: of a file that is defective now, what it was stays.
        checks_queries: Whether to look if queries are some, for which their grammar is read.

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
        scenario = None
        if table is not None:
            scenario = _scenario(
                Table(table, file.name, problems), file, checks_queries=checks_queries
            )
        if scenario is None:
            scenario = next((each for each in before if each.file_name == file.name), None)
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


def load_scenario(file: Path) -> Scenario:
    """Read one file, wherever it is.

    Raises:
        UsageError: If it cannot be played; the message has every defect with its key.
    """
    problems: list[str] = []
    table = _read_toml(file, problems)
    scenario = (
        None
        if table is None
        else _scenario(Table(table, file.name, problems), file, checks_queries=True)
    )
    if scenario is None:
        listed = "".join(f"\n  {problem}" for problem in problems)
        raise UsageError(
            f"cannot play '{file}': it is no scenario{listed}",
            hint="docs/own-scenarios.md, which has the format",
        )
    return scenario


def _read_toml(file: Path, problems: list[str]) -> dict[str, Any] | None:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(f"{file.name}: cannot be read: {error}")
        return None


def _scenario(table: Table, file: Path, *, checks_queries: bool) -> Scenario | None:
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
        expectations=tuple(
            read_expectation(each, checks_query=checks_queries)
            for each in table.tables("expectations", may_be_absent=True)
        ),
        settle_seconds=table.seconds("settle", default=0.0, high=MAX_PAUSE_SECONDS),
        receiver_away_seconds=table.seconds(
            "receiver_away", default=0.0, high=MAX_PAUSE_SECONDS
        ),
        is_crafted=table.flag("crafted"),
        remedy={
            language: remedy.text(language)
            for language in _REMEDY_LANGUAGES
            if language in remedy
        },
        file_name=file.name,
        order=table.number("order", default=MAX_COUNT, low=0, high=1_000_000),
    )
    remedy.finish()
    table.finish()
    return scenario if len(table.problems) == sound_before else None


def _step(table: Table) -> Step:
    step = Step(
        method=table.text("method"),
        path=table.text("path"),
        body=table.value("body"),
        headers=table.text_by_key("headers"),
        count=table.number("count", default=1, low=1, high=MAX_COUNT),
        concurrency=table.number("concurrency", default=1, low=1, high=MAX_CONCURRENCY),
        pause_seconds=table.seconds("pause", default=0.0, high=MAX_PAUSE_SECONDS),
        expect_status=_statuses(table),
    )
    if step.method and step.method not in METHODS:
        table.complain("method", f"{step.method!r} is none of {', '.join(METHODS)}")
    if step.path and not step.path.startswith("/"):
        table.complain("path", f"{step.path!r} does not begin with /")
    try:
        json.dumps(step.body, allow_nan=False)
    except (TypeError, ValueError):
        table.complain("body", "holds a date, a time or a number that JSON has no form for")
    table.finish()
    return step


def _statuses(table: Table) -> tuple[int, ...]:
    value = table.value("expect_status")
    statuses = [200] if value is None else value if isinstance(value, list) else [value]
    if all(type(each) is int and 100 <= each <= 599 for each in statuses):
        return tuple(statuses)
    table.complain("expect_status", "must be an HTTP status from 100 to 599, or a list of them")
    return ()
