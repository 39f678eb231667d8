"""A copy of the shop is put where there is nothing, and used from there."""

import os
import sys
from pathlib import Path

import pytest

from devtrace.errors import DevtraceError, UsageError
from devtrace.scenarios import own_shop
from devtrace.scenarios.folder import scenario_folder
from devtrace.scenarios.own_shop import copy_shop, require_shop
from devtrace.scenarios.scenario import load_scenarios
from devtrace.scenarios.shop import Shop, shop_environment


def test_a_copy_has_everything_that_can_be_edited(tmp_path: Path) -> None:
    """Sources and scenarios; nothing that Python made of them."""
    home = tmp_path / "new" / "shop"

    copied = copy_shop(home)

    assert copied == home / "demo_services"
    assert (copied / "payments.py").is_file()
    assert not list(copied.rglob("__pycache__"))
    assert len(load_scenarios(scenario_folder(home)).scenarios) == 30
    require_shop(home)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """Neither a folder with something in it nor a file."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").touch()
    with pytest.raises(UsageError, match="something is there already"):
        copy_shop(tmp_path / "mine")
    with pytest.raises(UsageError, match="something is there already"):
        copy_shop(tmp_path / "mine" / "notes.txt")

    assert [each.name for each in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """In one sentence."""
    (tmp_path / "file").touch()

    with pytest.raises(DevtraceError, match=r"cannot copy the shop to '.*': Not a directory"):
        copy_shop(tmp_path / "file" / "below")


def test_without_the_shop_there_is_nothing_to_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which is told as well."""
    monkeypatch.setattr(own_shop, "shop_folder", lambda: None)

    with pytest.raises(DevtraceError, match="it is not installed"):
        copy_shop(tmp_path / "x")


def test_a_folder_without_a_shop_is_told_with_the_command_that_makes_one(
    tmp_path: Path,
) -> None:
    """The one with the same name."""
    with pytest.raises(UsageError, match="there is no demo_services in it") as caught:
        require_shop(tmp_path)

    assert caught.value.hint == f"devtrace demo --copy {tmp_path}"


def test_the_copy_comes_before_the_installed_shop(tmp_path: Path) -> None:
    """Whatever else Python is told to look at."""
    made = shop_environment({"PYTHONPATH": "/elsewhere"}, "http://x", home=tmp_path)

    assert made["PYTHONPATH"] == f"{tmp_path}{os.pathsep}/elsewhere"


async def test_the_copy_is_what_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not the installed one."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    package = tmp_path / "demo_services"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(
        "import sys\n"
        'print(\'{"event": "shop_ready", "gateway": "mine", "seconds": 1}\', flush=True)\n'
        "sys.stdin.read()\n"
    )
    async with Shop(
        "http://127.0.0.1:4318", command=(sys.executable, "-m", "demo_services"), home=tmp_path
    ) as shop:
        await shop.start()

        assert await shop.ready() == "mine"
