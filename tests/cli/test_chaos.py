"""Chaos without a UI says afterwards what was on, and when."""

import functools
import json
import sys
from io import StringIO
from pathlib import Path

import pytest

from devtrace.cli import chaos as making
from devtrace.cli.chaos import make_chaos
from devtrace.cli.context import Context
from devtrace.scenarios import chaos as chaotic
from devtrace.scenarios.chaos import Chaos
from devtrace.scenarios.shop import Shop
from devtrace.session import Session, SessionConfig

FAKE_SHOP = (sys.executable, str(Path(__file__).with_name("fake_shop.py")))


@pytest.fixture(autouse=True)
def _fake_and_quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Play on the fake shop, a hundred requests a second."""
    monkeypatch.setattr(making, "Shop", functools.partial(Shop, command=FAKE_SHOP))
    monkeypatch.setattr(chaotic, "REQUESTS_PER_SECOND", 50)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


async def made(*, as_json: bool) -> tuple[str, str]:
    """Make chaos for a moment; return stdout and stderr."""
    out, err = StringIO(), StringIO()
    code = await make_chaos(
        Context(stdout=out, stderr=err),
        Session(SessionConfig(grpc_port=0, http_port=0)),
        lambda faults: Chaos(3, 0.6, faults),
        as_json=as_json,
    )
    assert code == 0
    return out.getvalue(), err.getvalue()


def journal_in(folder: Path) -> tuple[Path, list[str]]:
    """Return the journal that was written, and the faults in it."""
    (journal,) = folder.glob("devtrace-shop-*/chaos.jsonl")
    return journal, [json.loads(line)["fault"] for line in journal.read_text().splitlines()]


async def test_what_was_on_is_told_afterwards_and_stands_in_the_journal(tmp_path: Path) -> None:
    """Beforehand only where it will be."""
    out, err = await made(as_json=False)

    journal, faults = journal_in(tmp_path)
    assert faults
    assert [line.split()[2] for line in out.splitlines()] == faults
    before, after = err.split("chaos with seed 3 for 600ms; ")
    assert str(journal) in after
    assert not any(fault in before for fault in faults)
    assert " left out" in after


async def test_as_json_each_time_a_fault_was_on_is_one_object() -> None:
    """The same as in the journal."""
    out, _ = await made(as_json=True)

    objects = [json.loads(line) for line in out.splitlines()]
    assert objects
    assert {"fault", "began", "seconds", "requests", "trace_ids"} == objects[0].keys()
