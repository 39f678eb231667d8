"""`devtrace diff --where A --where B` says what is different between two sets of traces."""

import json
from io import StringIO
from pathlib import Path

import pytest

from devtrace.cli.context import Context
from devtrace.cli.diff import diff
from devtrace.errors import UsageError
from devtrace.exporters.archive import write_archive
from devtrace.query import QueryError
from tests.builders import a_trace, trace_id_of
from tests.tui.shop_trace import shop_trace


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return a file of three checkouts."""
    path = tmp_path / "traces.jsonl"
    fine = a_trace(*shop_trace(name="fine"))
    slow = a_trace(*shop_trace("slow_payment", name="slow", start_ms=1_000))
    declined = a_trace(*shop_trace("failed_charge", name="declined", start_ms=5_000))
    write_archive(path, [fine, slow, declined])
    return path


def run(*arguments: str | Path) -> tuple[int, str]:
    """Return what `devtrace diff` with *arguments* makes of it: code and stdout."""
    context = Context(stdout=StringIO(), stderr=StringIO())
    code = diff.main([str(each) for each in arguments], standalone_mode=False, obj=context)
    assert isinstance(context.stdout, StringIO)
    return code, context.stdout.getvalue()


def test_the_cause_comes_first_and_then_every_operation(archive: Path) -> None:
    """The sets stand above it, with their means."""
    code, output = run(
        "--where", "!{status=error} && {duration<1s}", "--where", "duration>1s", archive
    )
    lines = output.splitlines()
    assert code == 0
    assert lines[0].split()[:5] == ["A", "2", "traces", "mean", "928ms"]
    assert lines[1].split()[:5] == ["B", "1", "trace", "mean", "1.61s"]
    assert "a trace in the mean" in lines[2]
    assert "payments card.charge" in lines[4]
    assert lines[4].startswith("▲")


def test_a_program_gets_one_object_that_adds_up(archive: Path) -> None:
    """What operations add is the difference, to a nanosecond for each that is rounded."""
    _, output = run("--json", "--where", "status=error", "--where", "{}", archive)
    document = json.loads(output)
    operations = document["operations"]
    assert document["before"]["traces"] == 1
    assert document["after"]["traces"] == 3
    added = sum(each["nano"] for each in operations)
    assert abs(added - document["delta_nano"]) <= len(operations)
    (charge,) = [each for each in operations if each["name"] == "card.charge"]
    assert charge["before"]["errors"] == charge["after"]["errors"] == 1
    assert set(charge["before"]) == {
        "calls", "errors", "p50_nano", "p95_nano", "max_nano", "critical_nano",
    }  # fmt: skip
    added_only = [each for each in operations if each["change"] == "added"]
    assert added_only
    assert all(each["before"] is None for each in added_only)


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (("--where", "status=error"), "there are 1 --where"),
        (("--where", "a", "--where", "b", "--where", "c"), "there are 3 --where"),
        (("--where", "a", "--where", "{}", trace_id_of("fine")), "ids of traces and --where"),
        (("--where", "{}", "--where", "nowhere"), "no trace matches 'nowhere'"),
    ],
)
def test_what_is_no_comparison_is_refused(
    archive: Path, arguments: tuple[str, ...], cause: str
) -> None:
    """With what it takes instead."""
    with pytest.raises(UsageError, match=cause) as caught:
        run(*arguments, archive)
    assert caught.value.exit_code == 2
    assert caught.value.hint


def test_a_query_that_is_none_is_told_before_anything_is_read(tmp_path: Path) -> None:
    """With its caret."""
    with pytest.raises(QueryError, match=r"\^\^\^\^\^\^\^"):
        run("--where", "{}", "--where", "statuss=ok", tmp_path / "not there")
