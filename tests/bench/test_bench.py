"""The benchmark measures what it says: figures come out; how large they are is not asked here."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.measures import MEASURES
from tests.bench.row import Row, percentile, table

ROOT = Path(__file__).parents[2]
TIMEOUT_SECONDS = 240


@pytest.mark.parametrize(
    "measure",
    ["growth", "lists", "traces", "starting", "receiving", "json", "scan", "filter", "find"],
)
def test_every_row_has_a_figure(measure: str, tmp_path: Path) -> None:
    """At a size at which it takes seconds; the table and the file hold the same rows."""
    path = tmp_path / "bench.json"
    told = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--tiny", "--rows", measure, "--json", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )

    assert told.returncode == 0, told.stderr
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["machine"]["cores"] >= 1
    assert document["rows"]
    for row in document["rows"]:
        assert row["value"] > 0
        assert row["ratio"] > 0
        assert row["name"] in told.stdout


def test_a_measure_that_does_not_exist_is_an_error() -> None:
    """With the names of those that do."""
    told = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--rows", "nothing-like-that"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )

    assert told.returncode == 2
    assert all(name in told.stderr for name in MEASURES)


def test_the_table_lines_up() -> None:
    """Each row beside its baseline; without one the ratio is no number."""
    rows = [
        Row(name="a", value=3, unit="ms", baseline="b", baseline_value=1.5, reach="≤ 4"),
        Row(name="longer", value=123456, unit="spans/s", baseline="b", baseline_value=0),
    ]
    lines = table(rows).splitlines()

    assert len(lines) == 3
    assert "123,456" in lines[2]
    assert lines[1].index("ms") == lines[2].index("spans/s")
    assert math.isnan(rows[1].ratio)
    assert rows[1].document()["ratio"] is None


def test_a_percentile_is_one_of_the_values() -> None:
    """Of few values the highest is not made up."""
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([3.0, 1.0, 2.0], 0.99) == 3.0
    assert percentile([5.0], 0) == 5.0
