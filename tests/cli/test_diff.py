"""`devtrace diff` says what is different between two traces, for people and for programs."""

import json
from io import StringIO
from pathlib import Path

import pytest

from devtrace.cli.context import Context
from devtrace.cli.diff import diff
from devtrace.errors import UsageError
from devtrace.exporters.archive import write_archive
from tests.builders import MILLISECOND, a_span, a_trace, trace_id_of
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


def test_the_cause_comes_first_and_then_every_span(archive: Path) -> None:
    """The beginnings of two ids are enough; the first is A."""
    code, output = run(trace_id_of("fine")[:8], trace_id_of("slow")[:8], archive)

    lines = output.splitlines()
    assert code == 0
    assert lines[0].split()[:3] == ["A", trace_id_of("fine"), "243ms"]
    assert lines[1].split()[:3] == ["B", trace_id_of("slow"), "1.61s"]
    assert lines[2] == "+1.37s  6 slower"
    assert lines[3].split() == ["+1.37s", "100", "%", "payments", "card.charge"]
    (charge,) = (line for line in lines[5:] if "card.charge" in line)
    assert charge.split() == ["▲", "payments", "card.charge", "150ms", "1.52s", "+1.37s"]
    assert len(lines) == 5 + 15


def test_a_program_gets_one_object(archive: Path) -> None:
    """With every span of both, and what of it is different."""
    _, output = run("--json", trace_id_of("fine"), trace_id_of("declined"), archive)

    document = json.loads(output)
    assert document["delta_nano"] == -25 * MILLISECOND
    assert sum(each["nano"] for each in document["contributions"]) == document["delta_nano"]
    assert document["counts"] == {
        "added": 0, "missing": 4, "slower": 0, "faster": 3, "status": 6,
    }  # fmt: skip
    root = document["spans"][0]
    assert root["changes"] == ["faster", "status"]
    assert root["different"]["http.response.status_code"] == ["200", "402"]
    assert sum(each["span_ids"][1] is None for each in document["spans"]) == 4


@pytest.mark.parametrize("names", [[], ["fine"], ["fine", "slow", "declined"]])
def test_it_takes_two(archive: Path, names: list[str]) -> None:
    """Without ids the files have to hold just two."""
    with pytest.raises(UsageError, match=r"cannot compare \d traces: it takes two"):
        run(*map(trace_id_of, names), archive)


def test_two_traces_of_a_file_need_no_ids(tmp_path: Path) -> None:
    """The one that began first is A; text of senders acts on nothing."""
    path = tmp_path / "two.jsonl"
    write_archive(
        path,
        [a_trace(a_span(trace="b", start_ms=5)), a_trace(a_span(trace="a", name="\x1b[2J"))],
    )

    _, output = run(path)

    assert output.splitlines()[0].startswith(f"A  {trace_id_of('a')}")
    assert "\x1b" not in output
