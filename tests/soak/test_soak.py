"""What is left running all week does not grow."""

import json
import os
import subprocess
import sys
from pathlib import Path

from devtrace.model import scrutiny
from devtrace.receivers.diagnoses import MAX_SENDERS
from devtrace.store import ring
from devtrace.tui.metric_view import MAX_REMEMBERED_READINGS
from devtrace.tui.seen_attributes import MAX_KEYS
from devtrace.tui.theme import MAX_NAMED_SERVICES
from devtrace.tui.view import MAX_REMEMBERED_SUMMARIES, MAX_REMEMBERED_WATERFALLS

SECONDS = os.environ.get("SOAK_SECONDS", "3")
"""How long; `make soak SECONDS=` is the same for a human."""


def test_memory_is_flat_once_the_rings_are_full() -> None:
    """Within 5 %, at full rate, although no id, name, key or resource comes twice."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.soak", SECONDS],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )

    assert run.returncode in {0, 1}, run.stderr
    found = json.loads(run.stdout)
    tables = found["tables"]
    assert found["growth"] <= 0.05
    assert found["cyclic_garbage"] < 1_000
    assert (
        tables["scopes alive"] <= tables["scopes"] + tables["records"] + tables["series"] + 100
    )
    assert tables["scopes"] <= tables["spans"]
    assert tables["evicted ids"] <= ring.MAX_REMEMBERED_EVICTIONS
    assert tables["traces of records"] <= tables["records"]
    assert tables["metrics"] <= tables["series"] <= tables["points"]
    assert tables["rows"] == tables["rows found by id"] <= tables["traces"] * 17 // 16 + 100
    assert tables["summaries"] <= MAX_REMEMBERED_SUMMARIES
    assert tables["waterfalls"] <= MAX_REMEMBERED_WATERFALLS
    assert tables["colours"] <= MAX_NAMED_SERVICES
    assert tables["rows of a query"] <= tables["traces"] * 17 // 16 + 100
    assert tables["metric rows"] <= tables["series"] + 1_000
    assert 0 < tables["metric names"] <= tables["metric rows"]
    assert 0 < tables["series drawn"] <= MAX_REMEMBERED_READINGS
    assert tables["traces added up"] <= tables["traces"] + 1_000
    assert 0 < tables["operations"] <= tables["spans"]
    assert 0 < tables["attribute keys seen"] <= 5 * MAX_KEYS
    assert 0 < tables["resources looked at"] <= scrutiny._MAX_REMEMBERED
    assert tables["senders"] <= MAX_SENDERS
    assert 0 < tables["diagnoses"] <= tables["senders"] * 3
    assert 0 < tables["sentences"] <= 200
