"""docs/otlp.md answers every line of the list, and what it points to is there."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conformance.case import load_cases

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "otlp.md"
LEVELS = {"MUST", "MUST NOT", "SHOULD", "MAY"}
_ROW = re.compile(r"\| R(\d+) \| ([A-Z ]+) \| (.+?) \|(.*)\|")
_FILE_ROW = re.compile(r"\| F(\d+) \| ([A-Z ]+) \| (.+?) \|(.*)\|")
_STATE = re.compile(r"\*\*(Not yet|Partly|Otherwise)\*\*: ")
_CASES = "cases"


class Row(NamedTuple):
    """One line of the list and its answer."""

    number: int
    level: str
    answer: str
    tests: list[str]

    @property
    def state(self) -> str:
        """How far the line holds; empty when it does."""
        state = _STATE.match(self.answer)
        return state[1] if state else ""


@cache
def rows() -> list[Row]:
    """Return the rows of the page in order."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    found = [_ROW.fullmatch(line) for line in lines if line.startswith("| R")]
    assert None not in found
    return [
        Row(int(row[1]), row[2], row[3], re.findall(r"`([^`]+)`", row[4]))
        for row in found
        if row is not None
    ]


@cache
def file_rows() -> list[Row]:
    """Return the rows about files in order."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    found = [_FILE_ROW.fullmatch(line) for line in lines if line.startswith("| F")]
    return [
        Row(int(row[1]), row[2], row[3], re.findall(r"`([^`]+)`", row[4]))
        for row in found
        if row is not None
    ]


@cache
def functions_of(module: str) -> frozenset[str]:
    """Return the names of the tests in a module under `tests`."""
    path = TESTS / module
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def test_every_line_has_one_row_in_order() -> None:
    """R1 to R140: none is forgotten, none is answered twice."""
    assert [row.number for row in rows()] == list(range(1, 141))
    assert {row.level for row in rows()} <= LEVELS


def test_every_line_about_files_has_one_row_in_order() -> None:
    """F1 to F7, each with tests."""
    assert [row.number for row in file_rows()] == list(range(1, 8))
    assert all(row.tests for row in file_rows())


def test_every_test_that_is_named_exists() -> None:
    """A test that was renamed takes its row along."""
    missing = [
        f"{row.number}: {test}"
        for row in (*rows(), *file_rows())
        for test in row.tests
        if test != _CASES
        and test.partition("::")[2] not in functions_of(test.partition("::")[0])
    ]
    assert missing == []


def test_every_case_is_claimed_by_its_row_and_every_claim_has_a_case() -> None:
    """The page and the cases cannot drift apart."""
    claimed = {f"R{row.number}" for row in rows() if _CASES in row.tests}
    assert claimed == {case.line for case in load_cases()} - not_yet()


def not_yet() -> set[str]:
    """Return the lines that do not hold, by the page itself."""
    return {f"R{row.number}" for row in rows() if row.state == "Not yet"}


def test_a_line_has_tests_unless_it_does_not_hold() -> None:
    """Nothing is claimed without being shown, and nothing shown that is not there."""
    for row in rows():
        assert bool(row.tests) == (row.state != "Not yet"), f"R{row.number}"


def test_what_may_be_is_decided() -> None:
    """A MAY says what was decided."""
    assert [
        row.number
        for row in rows()
        if row.level == "MAY" and not row.answer.startswith("Decided: ")
    ] == []


def test_the_page_counts_right(capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence at its top is what its rows add up to."""
    counts = Counter(row.state for row in rows())
    sentence = (
        f"Of 140 lines {counts['']} hold, {counts['Partly']} hold partly, "
        f"{counts['Otherwise']} are decided otherwise and {counts['Not yet']} do not hold yet."
    )
    with capsys.disabled():
        print(f"\ndocs/otlp.md: {sentence}")  # noqa: T201  # for whoever runs the tests

    assert sentence in " ".join(PAGE.read_text(encoding="utf-8").split())
