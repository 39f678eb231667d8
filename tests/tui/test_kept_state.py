"""KeptState outlives the run, and no file makes it fail."""

from pathlib import Path

import orjson
import pytest

from devtrace.tui.kept_state import MAX_HISTORY, MAX_QUERY_CHARS, KeptState, state_path
from devtrace.tui.theme import TERMINAL
from tests.tui.rig import opened


def test_everything_is_there_again(tmp_path: Path) -> None:
    """In the next run, as it was left."""
    path = tmp_path / "deep" / "state.json"
    state = KeptState(path)
    state.add_to_history("status=error")
    state.save_query("slow", "duration>1s")
    state.save_query("gone", "x")
    state.delete_query("gone")
    state.save_log_query("bad", "severity>=error")
    state.save_log_query("gone", "x")
    state.delete_log_query("gone")
    state.mute(("gateway", "GET /health"))
    state.mute(("gateway", "GET /static"))
    state.unmute(("gateway", "GET /static"))
    state.choose_theme("devtrace-light")
    state.choose_sort("duration", largest_first=True)

    again = KeptState(path)
    assert again.problem == ""
    assert again.history == ["status=error"]
    assert again.queries == {"slow": "duration>1s"}
    assert again.log_queries == {"bad": "severity>=error"}
    assert again.mutes == [("gateway", "GET /health")]
    assert again.theme == "devtrace-light"
    assert again.sort == ("duration", True)
    assert [each.name for each in path.parent.iterdir()] == ["state.json"]


def test_without_a_file_nothing_is_written() -> None:
    """The state is that of the run."""
    state = KeptState()
    state.add_to_history("a")
    state.mute(("a", "b"))

    assert state.history == ["a"]
    assert state.problem == ""


def test_history_is_bounded_and_has_each_query_once() -> None:
    """The newest stay; one that is asked again becomes the newest; a huge one is not kept."""
    state = KeptState()
    for number in range(MAX_HISTORY + 5):
        state.add_to_history(str(number))
    state.add_to_history("7")
    state.add_to_history(" ")
    state.add_to_history("x" * (MAX_QUERY_CHARS + 1))

    assert len(state.history) == MAX_HISTORY
    assert state.history[-1] == "7"
    assert state.history.count("7") == 1


def test_two_runs_side_by_side_keep_what_either_was_told(tmp_path: Path) -> None:
    """Each change is made to the file as it is now."""
    path = tmp_path / "state.json"
    one, other = KeptState(path), KeptState(path)
    one.add_to_history("a")
    other.add_to_history("b")
    one.mute(("s", "n"))

    assert KeptState(path).history == ["a", "b"]
    assert KeptState(path).mutes == [("s", "n")]


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", b"", b" " * (1 << 20) + b"{}"])
def test_a_broken_file_is_named_ignored_and_kept_aside(tmp_path: Path, content: bytes) -> None:
    """The run goes on, and the next change begins a new file."""
    path = tmp_path / "state.json"
    path.write_bytes(content)
    state = KeptState(path)
    assert state.history == []
    assert state.problem.startswith(f"cannot read {path}: ")

    state.add_to_history("a")
    assert state.problem == ""
    assert KeptState(path).history == ["a"]
    assert path.with_suffix(".json.broken").read_bytes() == content


def test_entries_of_another_sort_are_left_out(tmp_path: Path) -> None:
    """Somebody may have edited the file."""
    path = tmp_path / "state.json"
    document = {
        "history": [1, "a", None],
        "queries": {"x": 3, "y": "b"},
        "mutes": [["s"], ["s", 4], ["s", "n"], "sn"],
        "theme": 9,
        "of a later version": [1],
    }
    path.write_bytes(orjson.dumps(document))
    state = KeptState(path)

    assert state.problem == ""
    assert (state.history, state.queries, state.mutes) == (["a"], {"y": "b"}, [("s", "n")])
    assert state.theme == ""
    state.choose_theme("t")
    assert orjson.loads(path.read_bytes())["of a later version"] == [1]


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    """The run goes on with what it was told."""
    (tmp_path / "file").write_text("")
    state = KeptState(tmp_path / "file" / "state.json")
    state.add_to_history("a")

    assert state.history == ["a"]
    assert state.problem


def test_the_file_is_where_the_specification_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """A path that is not absolute counts as none."""
    monkeypatch.setenv("XDG_STATE_HOME", "/elsewhere")
    assert state_path() == Path("/elsewhere/devtrace/state.json")
    for home in ("", "relative"):
        monkeypatch.setenv("XDG_STATE_HOME", home)
        assert state_path() == Path.home() / ".local/state/devtrace/state.json"


async def test_a_file_that_cannot_be_written_is_told_once_and_hurts_nothing(
    tmp_path: Path,
) -> None:
    """What was chosen holds for this run."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    state = KeptState(tmp_path / "file" / "state.json")
    async with opened(state=state) as rig:
        assert len(rig.toasts) == 1  # its folder is no folder
        rig.app.clear_notifications()
        await rig.press("t")
        await rig.until(lambda: rig.toasts)
        assert rig.toasts[0].startswith(f"cannot write {tmp_path}")
        assert rig.toasts[0].endswith("; nothing is kept for the next run")
        rig.app.clear_notifications()
        await rig.press("t")
        assert rig.toasts == []
        assert rig.app.theme == TERMINAL.name
