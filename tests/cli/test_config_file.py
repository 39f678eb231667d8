"""devtrace.toml is found where people keep it, and a mistake in it is told with its line."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.cli import run
from devtrace.cli.config_file import MAX_FILE_BYTES, config_files, keymap_of
from devtrace.errors import ArchiveError, DevtraceError, UsageError
from devtrace.tui.action import Scope


def written(path: Path, text: str) -> Path:
    """Return *path*, which now holds *text*."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_users_own_file_comes_before_the_nearest_above_the_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the latter wins; one that is named is the only one."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    here = tmp_path / "work" / "project" / "src"
    here.mkdir(parents=True)
    assert config_files(None, here) == []

    own = written(tmp_path / "xdg" / "devtrace" / "devtrace.toml", "")
    written(tmp_path / "work" / "devtrace.toml", "")
    near = written(tmp_path / "work" / "project" / "devtrace.toml", "")

    assert config_files(None, here) == [own, near]
    assert config_files(None, own.parent) == [own]
    assert config_files(tmp_path / "x.toml", here) == [tmp_path / "x.toml"]


def test_the_file_of_the_directory_wins_line_by_line(tmp_path: Path) -> None:
    """What it leaves out is as the user has it."""
    own = written(tmp_path / "a.toml", '[keys.trace]\nfind = "f6"\nnext_match = "f7"\n')
    near = written(tmp_path / "b.toml", '[keys.trace]\nfind = "f8"\n')
    keymap = keymap_of([own, near])

    assert keymap.shown(Scope.TRACE, "find") == "F8"
    assert keymap.shown(Scope.TRACE, "next_match") == "F7"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('# mine\n[keys.trace]\nfnd = "x"\n', "line 3: trace has no action 'fnd'"),
        ('[keys.logs]\ncopy = "f6"\n[keys.trace]\ncopy = 1\n', "line 4: trace.copy is no key"),
        ('[keys.trace]\n"find" = "hyper"\n', "line 2: trace.find cannot be 'hyper'"),
        ('keys.trace.find = "hyper"\n', ": trace.find cannot be 'hyper'"),
        ("[key]\na = 1\n", "line 1: there is no table 'key'"),
        ('[keys.trace]\nfind = "x\n', "(at line 2"),
        ("a = " + "[" * 20_000, "cannot read"),
        ("#" * (MAX_FILE_BYTES + 1), "larger than 256 KiB"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    """As far as the line can be known; the exit code says that it is the user's."""
    path = written(tmp_path / "devtrace.toml", text)
    with pytest.raises(UsageError) as caught:
        keymap_of([path])

    assert str(caught.value).startswith(f"cannot read {path}")
    assert message in str(caught.value)
    assert caught.value.hint


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    """By the name that was typed."""
    with pytest.raises(ArchiveError, match="No such file"):
        keymap_of([tmp_path / "none.toml"])
    (tmp_path / "bytes.toml").write_bytes(b"a = \xff")
    with pytest.raises(UsageError, match="byte 4 is no UTF-8"):
        keymap_of([tmp_path / "bytes.toml"])


@given(st.text(max_size=200))
def test_whatever_it_holds_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    """Never anything else."""
    path = tmp_path_factory.mktemp("any") / "devtrace.toml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    with suppress(DevtraceError):
        keymap_of([path])


def test_commands_without_a_screen_do_not_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slip in a key does not stop a script."""
    written(tmp_path / "devtrace.toml", "[broken")
    monkeypatch.delenv("DEVTRACE_CONFIG")
    monkeypatch.chdir(tmp_path)

    assert run(["env"]) == 0
    assert capsys.readouterr().out


def test_the_example_of_the_documentation_is_read(tmp_path: Path) -> None:
    """As it stands there."""
    page = Path(__file__).parents[2] / "docs" / "configuration.md"
    example = page.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    keymap = keymap_of([written(tmp_path / "devtrace.toml", example)])

    assert keymap.shown(Scope.APP, "show_help") == "F1"
    assert keymap.shown(Scope.TRACE, "next_match") == "/"
